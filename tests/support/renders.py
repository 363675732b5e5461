"""Render functions for tests, run in the real pool's processes: quick, and as slow or as broken as a test asks.

A run's prompt is its script, as JSON: `log` is a file to which each call adds a line with its output's index; `hold`
is a file whose appearance output `held` and later ones wait for; `fails` and `breaks` are outputs that do.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from services.errors import GenerationError
from services.files.rendered import RenderedFile
from services.generation.received import open_received
from services.models import MediaType

Report = Callable[[int], None]
REASON = "There are no colours left"


def script(log: Path, **plan: Any) -> str:
    return json.dumps({"log": str(log), **plan})


def scripted_image(
    request: Mapping[str, Any], index: int, picture: bytes | None, report: Callable[[int], None]
) -> tuple[RenderedFile, ...]:
    """Stands in for `render_image`."""
    plan = json.loads(request["prompt"])
    with Path(plan["log"]).open("a") as log:
        log.write(f"{index}\n")
    report(10)
    if index in plan.get("fails", ()):
        raise GenerationError(REASON)
    if index in plan.get("breaks", ()):
        raise ZeroDivisionError("colour by zero")
    percent = 10
    while "hold" in plan and index >= plan.get("held", 0) and not Path(plan["hold"]).exists():
        percent = min(percent + 1, 90)
        report(percent)
        time.sleep(0.01)
    data = f"picture {index}".encode()
    report(100)
    return (
        RenderedFile("original", data, "image/webp", "webp", 64, 64),
        RenderedFile("thumb", data, "image/webp", "webp", 32, 32),
    )


def ended_opening(log: str, times: int, data: bytes, wanted: MediaType, report: Report) -> tuple[RenderedFile, ...]:
    """Stands in for `open_received` in a process that is ended by the system, so many times."""
    with Path(log).open("a+") as calls:
        calls.write("1\n")
        calls.seek(0)
        called = len(calls.readlines())
    if called <= times:
        os.kill(os.getpid(), signal.SIGKILL)
    return open_received(data, wanted, report)
