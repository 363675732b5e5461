"""/account: how this browser shows Freshet."""

from __future__ import annotations

import mesop as me

from components.frame import frame, head_bar
from components.page import page
from components.web import aria, key_help, setting


def on_load(event: me.LoadEvent) -> None:
    """Nothing to load: these settings live in the browser."""


@page(path="/account", title="Account", on_load=on_load)
def account_page() -> None:
    frame(current="/account", head=_head, body=_body)


def _head() -> None:
    head_bar("Account")
    with me.box(classes="waterline plain", key="waterline"):
        pass


def _body() -> None:
    with me.box(classes="page account", key="page"):
        with me.box(classes="h2", key="browser"):
            me.text("This browser")
            aria(role="heading", label="This browser", level=2)
        with me.box(classes="card settings", key="settings"):
            aria(role="group", label="This browser")
            setting(
                name="theme", label="Theme", hint="System follows your device.", key="setting-theme",
            )  # fmt: skip
            setting(
                name="live", label="Live updates", key="setting-live",
                hint="Off, a page changes only when you open it or press Refresh.",
            )  # fmt: skip
        key_help()
