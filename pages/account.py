"""/account: how this browser shows Freshet, what one's files take up, and one's data to take away."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import mesop as me

from components.account.storage import export_card, storage_card
from components.frame import frame, freshness, head_bar, waterline
from components.page import View, page
from components.web import aria, key_help, setting
from services.freshness import Reason
from state.handlers import handler
from state.preview import close_preview
from state.session import within
from state.storage import (
    MOST_PROJECTS,
    follows_changes,
    is_heard,
    load_storage,
    load_when_needed,
    needs_refresh,
    open_storage,
    own_items,
    storage,
    storage_view,
)

SETTINGS = (
    ("theme", "Theme", "System follows your device."),
    ("zone", "Time zone", "Of the times you are shown, and of where “today” begins among the library's filters."),
    ("clock", "Clock", "How the time of day is told."),
    ("units", "Sizes", "1 MB is 1,000 kB, 1 MiB is 1,024 KiB."),
    ("keys", "Single-key shortcuts", "Off, a letter or sign alone does nothing. The keys are listed below."),
    ("live", "Live updates", "Off, a page changes only when you open it or press Refresh."),
)
"""Name, label and hint of what this browser remembers."""


def _load_storage_and_update_state(reason: Reason, *, hold: bool = False) -> Generator[None, None, None]:
    """The shared load-and-update function: Refresh and pushes end here, and opening in its own way."""
    yield from load_storage(reason)


VIEWS = [
    View(
        storage_view,
        partial(own_items, place, trash=trash),
        _load_storage_and_update_state,
        "account",
        active=partial(is_heard, place),
        items=False,
    )
    for place in range(MOST_PROJECTS)
    for trash in (False, True)
]


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    close_preview()
    open_storage()
    yield
    yield from load_when_needed()


@page(path="/account", title="Account", on_load=on_load, views=VIEWS)
def account_page() -> None:
    frame(current="/account", head=_head, body=_body)


def _head() -> None:
    head_bar("Account", actions=_capsule)
    waterline(storage_view(), pushed=follows_changes())


def _capsule() -> None:
    freshness(storage_view(), on_refresh_click, pushed=follows_changes())


def _body() -> None:
    view = storage_view()
    with me.box(classes="page account", key="page"):
        _heading("This browser", "browser")
        with me.box(classes="card settings", key="settings"):
            aria(role="group", label="This browser")
            for name, label, hint in SETTINGS:
                setting(name=name, label=label, hint=hint, key=f"setting-{name}")
        _heading("Storage used", "storage")
        storage_card(
            storage(),
            view,
            needs_refresh=needs_refresh(),
            follows=follows_changes(),
            on_retry=on_refresh_click,
            on_trash=on_trash_press,
        )
        _heading("Your data", "data")
        export_card(storage() if view.version else None)
        key_help()


def _heading(words: str, key: str) -> None:
    with me.box(classes="h2", key=key):
        me.text(words)
        aria(role="heading", label=words, level=2)


@handler
def on_refresh_click(event: me.WebEvent) -> Generator[None, None, None]:
    yield from _load_storage_and_update_state("manual")


@handler
def on_trash_press(event: me.WebEvent) -> None:
    me.navigate("/library", query_params=within(trash="1"))
