"""The scenes, one recipe per file."""
