"""Edits of items: one element per page that hears of them all, and the controls in an item's dialog."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def edits(*, on_edit: Handler, focus: str = "", undoes: str = "", key: str = "edits") -> Any:
    """Invisible, once on every page with items. Payload: {id, edit, value, scrolled}.

    `edit` is "favourite" (`value`: whether it is one), "title" (`value`: the text), "delete", "restore" or "undo". They
    come from tiles, `item_bar` and `toast`, and from keys: F and Del on the focused tile, Ctrl Z. Each new `focus`,
    "<number> <media id>", gives the focus to that tile.
    Of several items at once (`selection`) there are {ids} instead of {id}; besides "favourite" and "delete" there are
    "tag", "untag" (`value`: tags, parted by commas) and "move" (`value`: the project). Such a deletion is named,
    {group}; an "undo" while `undoes` is that name has the {ids} again.
    """
    return insert(
        "freshet-edits", key=key, events={"editEvent": on_edit}, properties={"focusOn": focus, "undoes": undoes}
    )


@element
def item_bar(
    *,
    media_id: str,
    title: str,
    favourite: bool,
    key: str,
    error: str = "",
    refused: str = "",
    deleted: bool = False,
) -> Any:
    """The item's title to be written anew, its heart, its page and its deletion, in the head of the dialog around it.

    Enter saves a title, Esc puts it back; `error` says why one was refused, and keeps what was typed, or puts `refused`
    back into the field. Of a `deleted` item it is a button that restores it, where it stands. What it does is heard by
    `edits`. `key` names the item.
    """
    return insert(
        "freshet-item-bar",
        key=key,
        properties={
            "mediaId": media_id, "text": title, "favourite": favourite, "error": error, "refused": refused,
            "deleted": deleted,
        },
    )  # fmt: skip
