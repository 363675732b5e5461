"""Tags: short words that people put on items."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from services.errors import BadInput
from services.models.words import tag_key

TAG_LENGTH = 40
"""Characters."""
MOST_TAGS = 20


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are kept: their white space in order, empty ones and repetitions left out, case as written.

    Two that differ in case or accents alone are one, the first. Raises BadInput, naming the field and the remedy.

    >>> clean_tags([" Night  sky", "night SKY", "", "Sea"])
    ('Night sky', 'Sea')
    """
    kept: dict[str, str] = {}
    for tag in tags:
        text = " ".join(tag.split())
        if not text:
            continue
        _require_good(text)
        kept.setdefault(tag_key(text), text)
    if len(kept) > MOST_TAGS:
        raise BadInput("tags", f"Tags: an item has at most {MOST_TAGS}. Take {len(kept) - MOST_TAGS} out.")
    return tuple(kept.values())


def _require_good(tag: str) -> None:
    if {unicodedata.category(letter) for letter in tag} & {"Cc", "Cs"}:
        raise BadInput("tags", "Tags: control characters, such as NUL, cannot be stored. Take them out.")
    if len(tag) > TAG_LENGTH:
        start = f"{tag[:TAG_LENGTH]}…"
        raise BadInput("tags", f"Tags: “{start}” is longer than {TAG_LENGTH} characters. Shorten it.")
