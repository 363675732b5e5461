"""A closer look at one item: the file itself, what it was made from, and its download."""

from __future__ import annotations

import mesop as me

from components.web import dialog, link_button, symbol
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
            _media(item)
            _facts(item)
        elif is_open:
            with me.box(classes="blank"):
                symbol(name="search_off", look="xl")
                me.text(missing)


def _media(item: MediaItem) -> None:
    url = media_url(item, "original")
    if url is None:
        with me.box(classes="blank"):
            symbol(name="error" if item.status == "failed" else "hourglass_empty", look="xl")
            me.text(item.error or "This is still being made.")
    elif item.media_type == "video":
        me.video(src=url, key=url)
    elif item.media_type == "audio":
        me.audio(src=url, key=url)
    else:
        me.image(src=url, alt=item.title, key=url)


def _facts(item: MediaItem) -> None:
    original = item.file("original")
    with me.box(classes="facts"):
        if item.prompt not in ("", item.title):
            me.text(item.prompt)
        with me.box(classes="meta"):
            me.text(" · ".join(describe(item)))
        if original is not None:
            url = media_url(item, "original") or ""
            link_button(label="Download", icon="download", href=f"{url}&download=1", download=True, key="download")


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
