"""What an item was asked for with, besides its prompt and what every item has, in a few words each."""

from __future__ import annotations

from services.generation.requests import Role, roles_of
from services.models import MediaItem, Origin

FORMS: dict[Origin, str] = {"create-image": "image", "create-video": "video", "try-on": "try-on"}
TOLD = 60
"""Characters of what was to be left out that are told in a list of facts."""
ROLE_WORDS: dict[Role, str] = {"picture": "first frame", "last": "last frame", "clip": "clip to go on from"}


def form_that_made(item: MediaItem) -> str:
    """ "image", "video" or "try-on", where its settings can be used again; "" for what was imported."""
    return FORMS.get(item.origin, "")


def asked(item: MediaItem) -> list[str]:
    """Style, what was left out, sound, and what the sources of a clip are to it."""
    given, sources = item.parameters, sources_words(item)
    audio, negative = given.get("audio"), str(given.get("negative") or "")
    left_out = f"{negative[:TOLD].rstrip()}…" if len(negative) > TOLD else negative
    words = [
        str(given.get("style") or ""),
        f"without “{left_out}”" if left_out else "",
        "with sound" if audio is True else "silent" if audio is False else "",
        f"from {sources}" if sources else "",
    ]
    return [word for word in words if word]


def sources_words(item: MediaItem) -> str:
    """What a clip was made from, by the roles of its sources; "" for anything else."""
    if item.origin != "create-video":
        return ""
    return ", ".join(ROLE_WORDS[role] for role in roles_of(item.parameters, len(item.source_ids)))
