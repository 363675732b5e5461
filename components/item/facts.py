"""What is known of an item, in words."""

from __future__ import annotations

from pydantic import JsonValue

from components.library.asked import sources_words
from components.web import Fact
from services.generation.prices import money
from services.models import FileRef, MediaItem, Origin, Principal, Visibility
from state.catalog import cost_of, model_words, was_made

MADE: dict[Origin, str] = {
    "create-image": "Create image",
    "create-video": "Create video",
    "try-on": "Try-on",
    "import": "Import",
}
SEEN_BY: dict[Visibility, str] = {"private": "Only you", "project": "Project members", "public": "Everybody"}
SOUND = {True: "On", False: "Off"}
APART = {"aspect", "seed", "duration", "count", "prompt", "negative", "audio", "sources"}
"""Parameters that are told in other words, or that are about the whole run."""


def facts(item: MediaItem, viewer: Principal, project_name: str) -> list[tuple[str, Fact]]:
    known: list[tuple[str, Fact | None]] = [
        ("Type", item.media_type.capitalize()),
        ("Model", model_words(item.model) or None),
        ("Seed", _text(item.parameters.get("seed"))),
        *_file(item),
        *((_words(name), _text(value)) for name, value in item.parameters.items() if name not in APART),
        ("Left out", _text(item.parameters.get("negative"))),
        ("Sound", SOUND[item.parameters["audio"] is True] if "audio" in item.parameters else None),
        ("Made from", sources_words(item).capitalize() or None),
        ("Cost", money(cost_of(item)) if was_made(item) else None),
        ("Made", int(item.created_at.timestamp() * 1000)),
        ("By", viewer.name if item.owner_id == viewer.user_id else item.owner_id),
        ("How", MADE[item.origin]),
        ("Changed", int(item.updated_at.timestamp() * 1000) if item.revision > 1 else None),
        ("Project", project_name),
        ("Visible to", SEEN_BY[item.visibility]),
        ("Revision", str(item.revision)),
        ("Id", item.id),
    ]
    return [(name, value) for name, value in known if value not in (None, "")]


def pixels(item: MediaItem) -> str:
    """ "1200 × 900", or nothing where that is not known."""
    file = item.file("original")
    return f"{file.width} × {file.height}" if file and file.width and file.height else ""


def _file(item: MediaItem) -> list[tuple[str, Fact | None]]:
    file = item.file("original")
    size = " · ".join(part for part in (pixels(item), _text(item.parameters.get("aspect"))) if part)
    if file is None:
        return [("Size", size)]
    return [("Size", size), ("Length", _length(file)), ("File", (_kind(file), file.size))]


def _length(file: FileRef) -> str | None:
    if file.duration is None:
        return None
    minutes, seconds = divmod(file.duration, 60)
    return f"{int(minutes)} min {seconds:.0f} s" if minutes else f"{seconds:.1f} s"


def _kind(file: FileRef) -> str:
    return file.key.rpartition(".")[2].upper()


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _text(value: JsonValue) -> str | None:
    if value is None or value == "":
        return None
    return f"{value:g}" if isinstance(value, float) else str(value)
