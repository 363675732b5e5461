"""How long it takes to make things: a local image, a local clip, an import."""

from __future__ import annotations

import io
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from bench.figures import Figure, Section, times
from bench.library import settings_for
from bench.remote import fill_form, open_tab
from bench.server import PATIENCE, ROOT, Server
from services.files.importer import import_file
from services.library import open_library

HOW = """Runs are started on the Create pages of a running server, one at a time; from the press to the end of the
run, with everything on the way: queue, render process, thumbnail and poster, files, commits. The very first also
starts the render process. The photo is a JPEG of 12 megapixels, {megabytes:.1f} MB. "Imported" is the product's
import function (checks, thumbnail, files, commit), the commands `python main.py import` and `seed` as processes of
their own while the server runs."""
SEEDED = 10_000


def measure(images: int = 8, clips: int = 2, photos: int = 5) -> Section:
    """The section; at least two images."""
    photo = _photo()
    with TemporaryDirectory() as folder:
        data_dir = Path(folder)
        with Server(data_dir) as server:
            image_seconds = _runs(server, "image", images)
            clip_seconds = _runs(server, "video", clips)
            (data_dir / "photo.jpg").write_bytes(photo)
            command = _timed(lambda: _command(server, "import", str(data_dir / "photo.jpg")))
            seeded = _timed(lambda: _command(server, "seed", "--count", str(SEEDED)))
        imports = _imports(data_dir, photo, photos)
    figures = (
        Figure("Local image, the first after a start", f"{image_seconds[0]:.1f} s", samples=1),
        times("Local image", image_seconds[1:], "s"),
        times("Local clip of 4 s", clip_seconds, "s"),
        times("Photo imported", imports, "ms"),
        Figure("`python main.py import` of one photo", f"{command:.1f} s", samples=1),
        Figure(f"`python main.py seed --count {SEEDED}`", f"{seeded:.1f} s", samples=1),
    )
    return Section("Making and importing", HOW.format(megabytes=len(photo) / 1e6), figures)


def _runs(server: Server, kind: str, count: int) -> list[float]:
    """Seconds of `count` runs of one output each."""
    tab = open_tab(server.url, f"/create/{kind}")
    seconds = []
    for number in range(count):
        fill_form(tab, kind, f"Aurora drifting over a pine ridge, take {number}", "1" if kind == "image" else "4")
        begun = time.perf_counter()
        tab.press(f"Generate {kind.capitalize()}")
        _wait_for_end(server)
        seconds.append(time.perf_counter() - begun)
    return seconds


def _wait_for_end(server: Server) -> None:
    """Wait until every run that was started has ended well."""
    give_up = time.monotonic() + PATIENCE
    while len(server.events("run.finished")) < len(server.events("run.started")):
        assert time.monotonic() < give_up, "a run does not end"
        time.sleep(0.01)
    assert {event["status"] for event in server.events("run.finished")} == {"succeeded"}


def _photo() -> bytes:
    """A JPEG of 4000 × 3000 pixels that compresses about as well as a photo: grain over a gradient."""
    rows, columns = np.mgrid[0:3000, 0:4000]
    shades = np.stack([rows / 3000, columns / 4000, (rows + columns) / 7000], axis=-1) * 220
    pixels = (shades + np.random.default_rng(7).normal(16, 6, shades.shape)).clip(0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=88)
    return out.getvalue()


def _imports(data_dir: Path, photo: bytes, count: int) -> list[float]:
    """Milliseconds of each import."""
    with open_library(settings_for(data_dir), None) as lib:

        def run() -> None:
            import_file(lib.store, lib.blobs, lib.clock, lib.ids, lib.principal, lib.project.id, photo, "photo.jpg")

        return [_timed(run) * 1000 for _ in range(count)]


def _command(server: Server, *words: str) -> None:
    command = [sys.executable, "main.py", *words]
    subprocess.run(command, cwd=ROOT, env=server.environment, check=True, capture_output=True, timeout=PATIENCE)


def _timed(action: Callable[[], None]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun
