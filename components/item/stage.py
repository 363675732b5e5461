"""The item itself, and beside it all that is known of it."""

from __future__ import annotations

import mesop as me

from components.item.facts import facts, pixels
from components.item.opinion import ask_button, opinion
from components.library.asked import form_that_made
from components.library.media_tile import media_tiles
from components.web import again, aria, details, sentinel, symbol, tags, uses, viewer
from services.files.urls import media_url
from services.models import MediaItem
from state.chosen import is_usable
from state.handlers import Handler
from state.media_item import derived_view, has_sources, sources_absent, sources_view
from state.projects import project_names
from state.refusals import refused
from state.session import principal
from state.view import ViewState, cursor, has_more, held_items


def stage(item: MediaItem, *, ends: str, on_step: Handler) -> None:
    """The file, as large as there is room for. `ends` names the ways that lead nowhere."""
    url = media_url(item, "original")
    absent = "failed" if item.status == "failed" else "waiting"
    viewer(
        kind=_player(item) if url else absent,
        file_url=url or "",
        poster_url=media_url(item, "poster") or "",
        label=item.title,
        size=pixels(item),
        note="" if url else item.error or "This is still being made.",
        ends=ends,
        on_step=on_step,
        key="viewer",
    )


def _player(item: MediaItem) -> str:
    return item.media_type if item.media_type in ("video", "audio") else "image"


def known(item: MediaItem, *, on_kin: Handler, on_more: Handler) -> None:
    """Tags, prompt, facts, uses, and the child lists."""
    why, title = refused(item.id)
    if item.deleted_at is None:
        tags(media_id=item.id, tags=list(item.tags), error="" if title else why, key=f"tags-{item.id}")
        with me.box(classes="asks landing", key="asks"):
            with me.box(classes="acts", key="acts"):
                _again(item)
                ask_button(item)
            opinion(item)
    details(prompt=item.prompt, facts=facts(item, principal(), project_names().get(item.project_id, "")), key="details")
    if is_usable(item):
        with me.box(classes="section", key="uses"):
            _heading("Use as input for", "uses")
            uses(media_id=item.id, key="uses-all")
    if has_sources():
        _kin("Made from", sources_view(), on_kin, absent=sources_absent())
    _kin("Made from this", derived_view(), on_kin)
    if held_items(derived_view()):
        sentinel(cursor=cursor(derived_view()), done=not has_more(derived_view()), on_more=on_more, key="more")


def _again(item: MediaItem) -> None:
    if kind := form_that_made(item):
        varies = kind == "image" and is_usable(item)
        again(media_id=item.id, kind=kind, varies=varies, key=f"again-{item.id}")


def _kin(name: str, view: ViewState, on_kin: Handler, *, absent: int = 0) -> None:
    """A child list; one that is empty is not shown, one that could not be read says so, and how many are `absent`."""
    items = held_items(view)
    if not items and not view.error and not absent:
        return
    with me.box(classes="section", key=name):
        _heading(name, name)
        if view.error:
            with me.box(classes="help bad", key=f"{name}-error"):
                symbol(name="sync_problem")
                me.text(view.error)
        elif absent:
            with me.box(classes="help", key=f"{name}-absent"):
                one = absent == 1
                me.text(
                    f"{absent} {'picture is' if one else 'pictures are'} not in this project any more,"
                    f" or {'was' if one else 'were'} deleted."
                )
        if items:
            with me.box(classes="kin", key=f"{name}-grid"):
                media_tiles(items, label=name, on_activate=on_kin)


def _heading(text: str, key: str) -> None:
    with me.box(classes="label", key=f"{key}-heading"):
        me.text(text)
        aria(role="heading", label=text, level=2)
