"""What somebody has asked for, told by what was made of it: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from services.models import MediaItem
from services.models.words import wanted_words, words


@dataclass(frozen=True)
class UsedPrompt:
    """A prompt, the newest item that was made with it, and when that was."""

    prompt: str
    media_id: str
    used_at: datetime


def used_prompts(items: Iterable[MediaItem], text: str = "") -> tuple[UsedPrompt, ...]:
    """The prompts of `items`, which come newest first, each once: where it was used last.

    With `text` those alone in which each of its words begins a word. A library's search looks in titles and tags, too,
    so it finds items whose prompts have none of them.
    """
    wanted = wanted_words(text)
    found: dict[str, UsedPrompt] = {}
    for item in items:
        if item.prompt and item.prompt not in found:
            found[item.prompt] = UsedPrompt(item.prompt, item.id, item.created_at)
    return tuple(one for one in found.values() if not wanted or _has(one.prompt, wanted))


def _has(prompt: str, wanted: tuple[str, ...]) -> bool:
    there = words(prompt)
    return all(any(word.startswith(one) for word in there) for one in wanted)
