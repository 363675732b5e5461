"""Veo: clips of Google's on Vertex AI, made by long-running operations.

What goes wrong inside an operation is no error to the SDK: it stands in the operation, and a clip that is held back is
missing, with a reason. Google charges for the seconds that it has made, nothing for what it has not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from google.genai import types
from pydantic import JsonValue

from services.errors import ASK_AGAIN, ONCE_MORE, BadInput, GenerationError, Unsettled
from services.generation.google.answers import Answer
from services.generation.google.failures import one_line, refused, told_inside
from services.generation.google.prompts import flag_of, in_words, text_of, whole_of
from services.generation.sources import Sources

Came = Answer | BadInput | GenerationError
"""What came of an operation: a clip, or the reason why there is none."""


def source_of(prompt: str, parameters: Mapping[str, JsonValue], sources: Sources) -> types.GenerateVideosSource:
    return types.GenerateVideosSource(
        prompt=in_words(prompt, parameters, negative=False),
        image=image_of(sources.picture),
        video=types.Video(video_bytes=sources.clip, mime_type="video/mp4") if sources.clip else None,
    )


def config_of(parameters: Mapping[str, JsonValue], sources: Sources) -> types.GenerateVideosConfig:
    chosen: dict[str, Any] = {
        "duration_seconds": whole_of(parameters, "duration"),
        "resolution": text_of(parameters, "resolution"),
    }
    return types.GenerateVideosConfig(
        number_of_videos=1,
        aspect_ratio=text_of(parameters, "aspect"),
        negative_prompt=text_of(parameters, "negative"),
        generate_audio=flag_of(parameters, "audio"),
        seed=whole_of(parameters, "seed"),
        last_frame=image_of(sources.last),
        **({} if sources.clip else chosen),
    )


def location_of(name: str) -> str | None:
    """Where the operation of that name goes on, and can be asked about: settings may have changed since it began.

    >>> location_of("projects/studio/locations/us-central1/publishers/google/models/veo/operations/1")
    'us-central1'
    """
    found = re.match(r"projects/[^/]+/locations/([a-z0-9-]+)/", name)
    return found[1] if found else None


def came_of(operation: types.GenerateVideosOperation, cost: int | None, secret: str | None) -> Came | None:
    """What came of it; None while Google works on it. `cost`: of a clip, in nano-dollars."""
    if not operation.done:
        return None
    if operation.error:
        return told_inside(operation.error.get("code"), operation.error.get("message"), secret)
    found = operation.response or operation.result or types.GenerateVideosResponse()
    clips = [one.video for one in found.generated_videos or [] if one.video]
    for clip in clips:
        if clip.video_bytes:
            return Answer(clip.video_bytes, cost)
    if left := [clip.uri for clip in clips if clip.uri]:
        return left_at(left[0], cost, secret)
    if found.rai_media_filtered_reasons or found.rai_media_filtered_count:
        reasons = found.rai_media_filtered_reasons or ["no reason was given"]
        return refused(one_line("; ".join(reason.strip().removesuffix(".") for reason in reasons), secret))
    return GenerationError(
        f"Google has finished, but its answer has no clip. It may have been charged. {ASK_AGAIN}", cost_nano=None
    )


def left_at(uri: str, cost: int | None, secret: str | None) -> Unsettled:
    """For a clip that stays where only Google's own tools fetch it. It is there, so another one is not asked for."""
    return Unsettled(
        f"Google made this and left it at {one_line(uri, secret)} instead of sending it. Download it there, and upload "
        f"it here. {ONCE_MORE}",
        cost_nano=cost,
    )


def image_of(data: bytes | None) -> types.Image | None:
    """A picture as `received.to_send_as_jpeg` makes it."""
    return types.Image(image_bytes=data, mime_type="image/jpeg") if data else None
