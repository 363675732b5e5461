"""What was begun in this tab's forms and has not been made."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import mesop as me

from services.models import MediaItem
from state.create import form_of
from state.try_on import TryOnState

_FORMS = (("image", "Unfinished image", "/create/image"), ("video", "Unfinished video", "/create/video"))
WORDS_LENGTH = 120
"""Characters of a prompt that are told."""


@dataclass(frozen=True)
class Unfinished:
    """Where it goes on, what it is, and the words by which it is recognised."""

    kind: str
    heading: str
    words: str
    url: str


def unfinished(known: Collection[MediaItem]) -> list[Unfinished]:
    """Prompts that were written and pictures that were chosen, but for those that an item of `known` was made of; pure.

    A form keeps its text after Generate, so the text alone does not tell.
    """
    made = {item.prompt.strip() for item in known}
    found = []
    for kind, heading, url in _FORMS:
        prompt = form_of(kind).prompt.strip()
        if prompt and prompt not in made:
            found.append(Unfinished(kind, heading, prompt[:WORDS_LENGTH], url))
    state = me.state(TryOnState)
    chosen = [slot.title for slot in (state.product, state.person) if slot.media_id]
    if chosen and not state.made_id:
        found.append(Unfinished("try-on", "Unfinished try-on", " on ".join(chosen)[:WORDS_LENGTH], "/try-on"))
    return found


def begin_image(prompt: str) -> None:
    """Write a prompt into the form for pictures, which is opened next."""
    form_of("image").prompt = prompt
