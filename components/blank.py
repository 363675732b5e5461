"""The one screen that says why there is nothing to show, and what can be done about it."""

from __future__ import annotations

import mesop as me

from components.web import aria, button, symbol
from state.handlers import Handler


def blank(symbol_name: str, title: str, text: str, action: str, on_press: Handler, *, alert: bool = False) -> None:
    """`alert`: it is read out at once, since something failed."""
    with me.box(classes="blank", key="blank"):
        if alert:
            aria(role="alert")
        symbol(name=symbol_name, look="xl")
        with me.box(classes="h2"):
            me.text(title)
        me.text(text)
        button(label=action, variant="primary", on_press=on_press, key="blank-action")
