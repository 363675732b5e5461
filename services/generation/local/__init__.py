"""Pictures and clips made on this machine from a prompt and a seed, with numpy, Pillow and FFmpeg's libraries.

No model weights and no network: a prompt's words choose a scene and its colours, the seed everything else.
Runs in render processes, so it imports nothing of the web side.
"""
