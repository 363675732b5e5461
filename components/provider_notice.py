"""Why models that somebody asked for are not there."""

from __future__ import annotations

import mesop as me

from components.web import aria, symbol
from state.catalog import provider_note


def provider_notice() -> None:
    """Nothing where they are there."""
    note = provider_note()
    if note:
        with me.box(classes="notice info", key="provider-note"):
            aria(role="status")
            symbol(name="info")
            me.text(note)
