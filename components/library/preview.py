"""A closer look at one item: the file itself, what it was made from, and its download."""

from __future__ import annotations

import mesop as me

from components.web import dialog, look, symbol
from services.files.urls import media_url
from services.generation.catalog import display_name
from services.models import MediaItem
from state.handlers import Handler


def preview(item: MediaItem | None, *, is_open: bool, missing: str = "", on_close: Handler) -> None:
    """The dialog; with no item it says why (`missing`)."""
    label = item.title if item else "Item"
    with (
        dialog(is_open=is_open, label=label, on_close=on_close, key="preview"),
        me.box(key="preview-body", classes="look-closer"),
    ):
        if is_open and item is not None:
            _look(item)
        elif is_open:
            with me.box(classes="blank"):
                symbol(name="search_off", look="xl")
                me.text(missing)


def _look(item: MediaItem) -> None:
    url = media_url(item, "original")
    absent = "failed" if item.status == "failed" else "waiting"
    look(
        kind=_player(item) if url else absent,
        file_url=url or "",
        label=item.title,
        prompt="" if item.prompt == item.title else item.prompt,
        facts=" · ".join(describe(item)),
        note="" if url else item.error or "This is still being made.",
        key="look",
    )


def _player(item: MediaItem) -> str:
    return item.media_type if item.media_type in ("video", "audio") else "image"


def describe(item: MediaItem) -> list[str]:
    """What is known about an item, in a few words each."""
    original = item.file("original")
    parts = [display_name(item.model) or "Imported"]
    if aspect := item.parameters.get("aspect"):
        parts.append(str(aspect))
    if (seed := item.parameters.get("seed")) is not None:
        parts.append(f"seed {seed}")
    if original is not None and original.width and original.height:
        parts.append(f"{original.width} × {original.height}")
    if original is not None:
        parts.append(_size(original.size))
    return parts


def _size(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, size // 1000)} KB"
