"""What a model has no parameter for, in words."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue


def in_words(prompt: str, parameters: Mapping[str, JsonValue], *, negative: bool = True) -> str:
    """A prompt with the look that is asked for and, unless the model is told it otherwise, with what to leave out.

    >>> in_words("Dunes.", {"style": "watercolour", "negative": "people, text"})
    'Dunes.\\n\\nStyle: watercolour.\\n\\nLeave out: people, text.'
    >>> in_words("Dunes.", {"style": "", "negative": "people"}, negative=False)
    'Dunes.'
    """
    said = [prompt]
    if style := text_of(parameters, "style"):
        said.append(f"Style: {style}.")
    if negative and (unwanted := text_of(parameters, "negative")):
        said.append(f"Leave out: {unwanted.rstrip('. ')}.")
    return "\n\n".join(said)


def text_of(parameters: Mapping[str, JsonValue], name: str) -> str | None:
    """None for what is not given, and for what is empty."""
    value = parameters.get(name)
    return value or None if isinstance(value, str) else None


def whole_of(parameters: Mapping[str, JsonValue], name: str) -> int | None:
    value = parameters.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def flag_of(parameters: Mapping[str, JsonValue], name: str) -> bool | None:
    value = parameters.get(name)
    return value if isinstance(value, bool) else None
