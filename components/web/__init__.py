"""Freshet's own elements, as functions to call while a page is drawn.

Each is a custom element in `NAME.js`, a module that imports its neighbours alone, and a typed face beside it; `all.js`
names the elements, and all that it leads to is served as one script (services/http/bundles.py). Handlers get
`event.value`, the payload named in the face. Pages name `STYLESHEET`; the head loads `static/boot.js` first (the theme
before the first paint, and the eye on Mesop's requests that `guard` needs).

How a page is put together (a box's classes land on its own element, so grid, flex and sticky work as written; elements
get no wrapper in the layout; text inside a box takes the box's font):

    with me.box(classes="app"):
        nav(…)                                        # sidebar, rail or bottom bar
        with me.box(classes="sheet"):                 # the one thing that scrolls
            aria(role="main", label="Library")
            with me.box(classes="head"):              # sticky
                with me.box(classes="bar"):           # row 1: title, note, space, actions
                    with me.box(classes="h1"):
                        me.text("Library"); aria(role="heading", level=1, label="Library")
                    with me.box(classes="meta"): me.text("412 of 1,284")
                    me.box(classes="grow")
                    button(…)
                with me.box(classes="bar tools"):     # row 2: tabs, filters, space, capsule
                    segments(kind="tabs", …); me.box(classes="grow"); status_capsule(…)
                drop(…)                               # "3 new", hangs from the waterline
                me.box(classes="waterline live")      # or plain, polling, off, offline, failed
            with me.box(classes="page"):
                with me.box(classes="notice failed"): # failed, offline, info: text, then one action
                    aria(role="alert"); symbol(name="sync_problem")
                    with me.box(classes="grow"): me.text("Refresh failed, showing 14:02.")
                    button(label="Retry", …)
                with me.box(classes="grid"):
                    aria(role="list", label="Library, newest first")
                    tiles(on_activate=…)              # hears for all of them
                    tile_window(…)                    # where most tiles of a long list are not mounted
                    tile(…)                           # or me.box(classes="sk-tile") on the first load
                sentinel(…)
                with me.box(classes="blank"):         # instead of the grid: symbol, h2, text, one action
                    symbol(name="photo_library", look="xl")
                    with me.box(classes="h2"): me.text("Nothing here yet")
                    me.text("Make a first picture."); button(variant="primary", …)
    toast(…); guard()

Create pages: `work` > `form` (> `formscroll`, `formfoot`) and `results` (> `runset` > `runhead`, `quad`).
Home: `home` > `shelf` > `shelf-head` and `grid one`, of which one row shows.
Try-on: `try` > `card slot` (> `row` > `stepno`, `h2 grow`; `slot-pic` or `slot-pic empty`), `earlier`.
Dialogs: one box, `choose` (> `choose-head` with capsule and waterline, `choose-body`, which scrolls) or
`look-closer` (> `look`).
Helpers: row, col, grow, wrap, cut, cut2, meta, label, strong, num, mono, vh, only-s, hide-s, only-xl, hide-xl, card,
chip, chip on, state run|ready|bad|warn|plain.
"""

from __future__ import annotations

from typing import Final

from components.web._face import Handler
from components.web.button import button, link_button
from components.web.dialog import dialog
from components.web.edits import edits, item_bar
from components.web.field import field
from components.web.find import anchor, chips, choice, filters, search
from components.web.item import Fact, again, details, item_head, tags, uses, viewer
from components.web.live import live
from components.web.look import look
from components.web.messages import drop, toast
from components.web.nav import NavItem, nav
from components.web.outcome import outcome
from components.web.page_tools import ago, aria, guard, keep, key_help, keys, session, size, symbol
from components.web.place import place
from components.web.prompts import PromptRow, fill, landing, prompts
from components.web.quick import QuickItem, quick
from components.web.run_watch import run_watch
from components.web.segments import SegmentOption, segments
from components.web.selection import discard, selection
from components.web.sentinel import sentinel
from components.web.setting import export, setting, toggle
from components.web.status_capsule import status_capsule
from components.web.tile import tile, tile_window, tiles
from components.web.upload import upload

SCRIPT: Final = "/__web-components-module__/components/web/all.js"
"""Where Mesop asks for what the faces name: all elements in one."""
STYLESHEET: Final = "/static/all.css"
"""What every page names: `STYLES` of the folder `static`, in this order."""
STYLES: Final = (
    "tokens.css",
    "mesop.css",
    "freshet.css",
    "controls.css",
    "tiles.css",
    "layouts.css",
    "item.css",
    "uploads.css",
    "prompts.css",
)

__all__ = [
    "SCRIPT",
    "STYLES",
    "STYLESHEET",
    "Fact",
    "Handler",
    "NavItem",
    "PromptRow",
    "QuickItem",
    "SegmentOption",
    "again",
    "ago",
    "anchor",
    "aria",
    "button",
    "chips",
    "choice",
    "details",
    "dialog",
    "discard",
    "drop",
    "edits",
    "export",
    "field",
    "fill",
    "filters",
    "guard",
    "item_bar",
    "item_head",
    "keep",
    "key_help",
    "keys",
    "landing",
    "link_button",
    "live",
    "look",
    "nav",
    "outcome",
    "place",
    "prompts",
    "quick",
    "run_watch",
    "search",
    "segments",
    "selection",
    "sentinel",
    "session",
    "setting",
    "size",
    "status_capsule",
    "symbol",
    "tags",
    "tile",
    "tile_window",
    "tiles",
    "toast",
    "toggle",
    "upload",
    "uses",
    "viewer",
]
