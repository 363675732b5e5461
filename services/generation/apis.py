"""By which of Google's APIs a model is asked, and what each can be sent: a registry that asks for more is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from services.models import RunType

Platform = Literal["key", "vertex"]
"""By which of two ways Google is asked: with an API key, or as a project of Google Cloud (Vertex AI)."""
Api = Literal["gemini", "veo", "omni", "try-on"]
"""gemini: pictures in the answer itself; veo: long-running operations; omni: interactions; try-on: predictions."""

_WORDS = {"prompt", "style", "negative"}
"""Where there is no parameter for them, they are said in the prompt."""
_CLIPS = {"aspect", "duration", "resolution", "picture", "last_picture", "extends", "extension"}


@dataclass(frozen=True)
class Reach:
    """What can be asked by an API."""

    makes: RunType
    needs: Platform | None
    """The only way to Google by which it is there; None: any."""
    takes: frozenset[str]
    """Names of a model's parameters."""


REACH: dict[Api, Reach] = {
    "gemini": Reach("image", None, frozenset({*_WORDS, "aspect", "count", "resolution", "picture"})),
    "veo": Reach("video", "vertex", frozenset({*_WORDS, *_CLIPS, "seed", "audio"})),
    "omni": Reach("video", "key", frozenset({*_WORDS, *_CLIPS})),
    "try-on": Reach("try-on", "vertex", frozenset()),
}
