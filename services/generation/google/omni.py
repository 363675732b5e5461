"""Gemini Omni: the video models that an API key reaches, by interactions that run in the background.

The SDK does not check what it is answered, and gives what it cannot read as it came. A refusal is an interaction that
was completed in words, without a clip.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from services.errors import ASK_AGAIN, BadInput, GenerationError, ProviderCancelled, Refused
from services.generation.google.answers import Answer, cut
from services.generation.google.failures import garbled, one_line, told_inside
from services.generation.google.prompts import in_words, text_of, whole_of
from services.generation.google.veo import Came, left_at
from services.generation.sources import Sources

_FILE = re.compile(r"(?:https://.+/)?(files/[a-z0-9-]+)([:?].*)?")
"""The address of a file, or its name alone. The SDK would cut an address off at the first dash of the name."""
LARGEST_CLIP = 70
"""Megabytes of a clip to go on from: a request may have 100, and a third more is needed to write a clip in it."""
_STOPPED = ("incomplete", "budget_exceeded", "requires_action", "requires_continuation")


@dataclass(frozen=True)
class Left:
    """A clip that is yet to be fetched."""

    name: str
    """Of the file it is in: `files/…`."""


def request_of(prompt: str, parameters: Mapping[str, JsonValue], sources: Sources) -> dict[str, Any]:
    """What is asked for, but for the model; it has no parameter for what is not wanted.

    Of two pictures the first is the first frame: the task says so. Raises BadInput on "clip" for one that is too large.
    """
    pictures = [_part("image", "image/jpeg", data) for data in (sources.picture, sources.last) if data]
    given = [_clip_part(sources.clip)] if sources.clip else pictures
    seconds = whole_of(parameters, "duration")
    wanted = {
        "type": "video",
        "delivery": "uri",  # in the answer itself, clips of more than 4 MB find no room
        "aspect_ratio": None if sources.clip else text_of(parameters, "aspect"),  # what goes on keeps its shape
        "resolution": text_of(parameters, "resolution"),
        "duration": f"{seconds}s" if seconds else None,
    }
    task = "extend" if sources.clip else "image_to_video" if pictures else "text_to_video"
    return {
        "input": [*given, {"type": "text", "text": in_words(prompt, parameters)}],
        "background": True,
        "response_format": {name: value for name, value in wanted.items() if value},
        "generation_config": {"video_config": {"task": task}},
    }


def name_of(interaction: object) -> str:
    """ "" for what has none."""
    name = _value(interaction, "id")
    return name if isinstance(name, str) else ""


def came_of(interaction: object, cost: int | None, secret: str | None) -> Came | Left | None:
    """What came of it; None while Google works on it. `cost`: of a clip, in nano-dollars. Raises GenerationError."""
    status = _value(interaction, "status")
    if not isinstance(status, str):
        raise garbled()
    if status == "completed":
        return _clip(interaction, cost, secret)
    if status == "failed":
        return told_inside(*_failure(interaction), secret)
    if status == "cancelled":
        return ProviderCancelled("Google gave this up before it was made. Press Retry to ask again.", cost_nano=None)
    if status in _STOPPED:
        why = status.replace("_", " ")
        return GenerationError(
            f"Google stopped before this was made ({why}). Ask for less, or try again.", cost_nano=None
        )
    return None  # under way, or in a state that is new to us: whoever waits does not wait for ever


def _clip(interaction: object, cost: int | None, secret: str | None) -> Came | Left:
    video = _value(interaction, "output_video")
    data, uri = _value(video, "data"), _value(video, "uri")
    if isinstance(data, str) and data:
        try:
            return Answer(base64.b64decode(data, validate=True), cost)
        except ValueError as error:
            raise garbled() from error
    if isinstance(uri, str) and uri:
        file = _FILE.fullmatch(uri)
        return Left(file[1]) if file else left_at(uri, cost, secret)
    said = one_line(_value(interaction, "output_text"), secret)
    quote = f": “{cut(said, secret)}”" if said else ""
    return Refused(f"Google made no clip of this{quote}. Change the prompt and try again.", cost_nano=None)


def not_kept(why: object, secret: str | None) -> GenerationError:
    """For a clip that was made and is in no file; `why` as the SDK tells it."""
    said = one_line(_value(why, "message"), secret)
    quote = f" Google says: “{said}”." if said else ""
    return GenerationError(
        f"Google made this, but failed to put it into a file. It may have been charged.{quote} {ASK_AGAIN}",
        cost_nano=None,
    )


def _failure(interaction: object) -> tuple[object, object]:
    """The code and the words with which an interaction failed."""
    for step in _list(interaction, "steps"):
        if (error := _value(step, "error")) is not None:
            return _value(error, "code"), _value(error, "message")
    said = [str(words) for one in _list(interaction, "errors") if (words := _value(one, "message"))]
    return None, "; ".join(said)


def _clip_part(data: bytes) -> dict[str, str]:
    megabytes = len(data) / 1_000_000
    if megabytes > LARGEST_CLIP:
        remedy = f"Choose one of at most {LARGEST_CLIP} MB, or another model."
        raise BadInput("clip", f"This clip has {megabytes:.0f} MB. {remedy}")
    return _part("video", "video/mp4", data)


def _part(kind: str, content_type: str, data: bytes) -> dict[str, str]:
    return {"type": kind, "mime_type": content_type, "data": base64.b64encode(data).decode()}


def _value(thing: object, name: str) -> Any:
    return thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)


def _list(thing: object, name: str) -> list[Any]:
    found = _value(thing, name)
    return found if isinstance(found, list) else []
