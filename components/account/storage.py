"""What the principal's files take up, and their data to take away, as cards."""

from __future__ import annotations

import mesop as me

from components.frame import failed_notice
from components.web import aria, button, export, size, symbol
from services.keeping.export import estimated_size
from services.keeping.trash import KEPT
from services.models import Amount, MediaType, Usage
from state.handlers import Handler
from state.view import ViewState, first_load

EXPORT_URL = "/api/export"
NOT_FOLLOWED = "Summed up when you open this page, come back to it or press Refresh, not with each change."
KINDS: dict[MediaType, tuple[str, str]] = {
    "image": ("image", "Images"),
    "video": ("movie", "Videos"),
    "audio": ("music_note", "Audio"),
    "combined": ("album", "Combined"),
}
"""Symbol and words, in the order of the library's tabs."""


def storage_card(
    usage: Usage, view: ViewState, *, needs_refresh: bool, follows: bool, on_retry: Handler, on_trash: Handler
) -> None:
    """The figures, or why there are none. While the page's `needs_refresh` stands they are from before its opening.
    Where they do not follow changes (not `follows`), that is said."""
    failed_notice(view, on_retry, first=True)
    with me.box(classes="card usage", key="usage"):
        aria(role="list", label="Storage used", busy=needs_refresh or first_load(view))
        if view.version:
            _line("total", "database", "All your files", usage.total)
            for kind, (icon, words) in KINDS.items():
                if usage.by_type.get(kind, Amount()).items:
                    _line(kind, icon, words, usage.by_type[kind])
            _trash(usage.trash, on_trash)
            if not follows:
                with me.box(classes="used meta", key="asked"):
                    aria(role="listitem")
                    me.text(NOT_FOLLOWED)
        elif first_load(view):
            for place in range(3):
                with me.box(classes="used waits", key=f"waits-{place}"):
                    pass
        else:
            with me.box(classes="used meta", key="unknown"):
                aria(role="listitem")
                me.text("Not known: it could not be read.")


def _line(key: str, icon: str, words: str, amount: Amount) -> None:
    with me.box(classes="used strong" if key == "total" else "used", key=key):
        aria(role="listitem")
        symbol(name=icon)
        with me.box(classes="grow"):
            me.text(words)
        with me.box(classes="meta"):
            me.text(_items(amount.items))
        with me.box(classes="num"):
            size(amount=amount.bytes)


def _trash(amount: Amount, on_trash: Handler) -> None:
    with me.box(classes="used", key="trash"):
        aria(role="listitem")
        symbol(name="delete")
        with me.box(classes="grow"):
            me.text("Of these in the trash")
            with me.box(classes="meta"):
                me.text(f"Deleted for good {KEPT.days} days after they were put there.")
        button(label="Open trash", on_press=on_trash, key="open-trash")
        with me.box(classes="meta"):
            me.text(_items(amount.items))
        with me.box(classes="num"):
            size(amount=amount.bytes)


def export_card(usage: Usage | None) -> None:
    """What an export holds and how large it is; without figures, only what it holds."""
    with me.box(classes="card take-away", key="export"):
        me.text(
            "Everything that is yours as one file of JSON lines: your projects, your runs, and all your items with "
            "prompts, settings and tags, those in the trash included."
        )
        with me.box(classes="meta", key="export-size"):
            if usage is not None:
                words = _items(usage.total.items)
                size(amount=estimated_size(usage.total.items), prefix=f"{words}, about ", suffix=". The files ")
                size(
                    amount=usage.total.bytes,
                    prefix="themselves (",
                    suffix=") are linked to, not included; the library downloads them as ZIP.",
                )
            else:
                me.text("The files themselves are linked to, not included; the library downloads them as ZIP.")
        export(url=EXPORT_URL, label="Export my data")


def _items(number: int) -> str:
    return "1 item" if number == 1 else f"{number:,} items"
