"""A closer look at one item: the file itself, what it was made from, its download, and what can be done with it."""

from __future__ import annotations

from collections.abc import Callable

import mesop as me

from components.library.asked import asked, form_that_made
from components.library.looking import Row
from components.web import dialog, item_bar, look, symbol
from services.files.urls import media_url
from services.generation.prices import cost_words
from services.models import MediaItem
from state.catalog import cost_of, model_name, was_made
from state.chosen import is_usable
from state.handlers import Handler
from state.preview import PreviewState
from state.projects import others_too
from state.refusals import refused


def preview(
    item: MediaItem | None,
    state: PreviewState,
    row: Callable[[], Row],
    *,
    on_close: Handler,
    linked: bool = False,
) -> None:
    """The dialog, open while `state` names an item; without one it says why. `linked`: the page opens it by address.

    It leads to the items beside it in the `row`, too: those that the page shows.
    """
    label = item.title if item else "Item"
    address = f"item={state.item_id}" if state.item_id else ""
    with (
        dialog(
            is_open=bool(state.item_id),
            label=label,
            on_close=on_close,
            beside=row().beside(item) if item else ("", ""),
            address=address,
            quick="linked" if linked else "plain",
            key="preview",
        ),
        me.box(key="preview-body", classes="look-closer"),
    ):
        if not state.item_id:
            return
        if item is None and state.asked:
            _loading()
        elif item is None:
            _blank("search_off", state.missing)
        elif item.deleted_at is not None:
            _deleted(item)
        else:
            _bar(item)
            _look(item)


def _deleted(item: MediaItem) -> None:
    with me.box(classes="blank", key="deleted"):
        symbol(name="delete", look="xl")
        with me.box(classes="h2"):
            me.text("This item was deleted")
        me.text("It is in the trash, with its file. No list shows it.")
        _bar(item)


def _bar(item: MediaItem) -> None:
    why, text = refused(item.id)
    item_bar(
        media_id=item.id,
        title=item.title,
        favourite=item.favourite,
        error=why,
        refused=text,
        deleted=item.deleted_at is not None,
        key=f"bar-{item.id}",
    )


def _loading() -> None:
    """Whether there is such an item is not known yet."""
    with me.box(classes="blank", key="loading"):
        me.text("Loading…")


def _blank(symbol_name: str, text: str) -> None:
    with me.box(classes="blank"):
        symbol(name=symbol_name, look="xl")
        me.text(text)


def _look(item: MediaItem) -> None:
    url, original = media_url(item, "original"), item.file("original")
    why, title = refused(item.id)
    absent = "failed" if item.status == "failed" else "waiting"
    look(
        kind=_player(item) if url else absent,
        file_url=url or "",
        prompt="" if item.prompt == item.title else item.prompt,
        facts=describe(item),
        size=original.size if original else None,
        made_ms=int(item.created_at.timestamp() * 1000),
        note="" if url else item.error or "This is still being made.",
        media_id=item.id,
        tags=list(item.tags),
        tag_error="" if title else why,
        titled=bool(item.prompt) and item.prompt == item.title,
        sources=len(set(item.source_ids)),
        usable=is_usable(item),
        again=form_that_made(item),
        key="look",
    )


def _player(item: MediaItem) -> str:
    return item.media_type if item.media_type in ("video", "audio") else "image"


def describe(item: MediaItem) -> list[str]:
    """What is known about an item besides its file's size and its age, in a few words each.

    Which project it is in goes without saying for somebody who has only one.
    """
    original = item.file("original")
    parts = [model_name(item.model) or "Imported"]
    if aspect := item.parameters.get("aspect"):
        parts.append(str(aspect))
    parts += asked(item)
    if (seed := item.parameters.get("seed")) is not None:
        parts.append(f"seed {seed}")
    if original is not None and original.width and original.height:
        parts.append(f"{original.width} × {original.height}")
    if was_made(item) and (cost := cost_of(item)) != 0:  # what is free goes without saying
        parts.append(cost_words(cost))
    if project := others_too().get(item.project_id):
        parts.append(project)
    return parts
