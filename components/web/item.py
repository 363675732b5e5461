"""An item's own page, in six elements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.web._face import Handler, element, insert

Fact = str | int | tuple[str, int]
"""Words; a time in epoch milliseconds, told as an age; or words and a size in bytes."""


@element
def item_head(
    *,
    media_id: str,
    title: str,
    favourite: bool,
    on_delete: Handler,
    key: str,
    error: str = "",
    refused: str = "",
    deleted: bool = False,
    file_url: str = "",
    back_url: str = "/library",
) -> Any:
    """In the first row of the page head: the way back, the title, and the item's heart, link, download and deletion.

    As of `item_bar`, the title is written in its place, and edits are heard by `edits`; but `on_delete` is asked for
    deletions ({id}), since the page then shows another item. F and Del work wherever the focus is, and so does U:
    it takes the deletion of a `deleted` item back, else the tab's last one. `key` names the item.
    """
    return insert(
        "freshet-item-head",
        key=key,
        events={"deleteEvent": on_delete},
        properties={
            "mediaId": media_id, "text": title, "favourite": favourite, "error": error, "refused": refused,
            "deleted": deleted, "fileUrl": file_url, "backUrl": back_url,
        },
    )  # fmt: skip


@element
def viewer(
    *, kind: str, file_url: str, label: str, on_step: Handler, key: str,
    poster_url: str = "", size: str = "", note: str = "", ends: str = "",
) -> Any:  # fmt: skip
    """The file as large as there is room for; `kind` and `note` as of `look`. `size` is told in its corner.

    `on_step`, from its buttons and the arrow keys: {to: "previous" | "next", end}. `ends` names the ways that lead
    nowhere, parted by spaces: their buttons are dimmed, a press tells that to those who cannot see it, and is sent with
    `end`, since something may have come meanwhile. Z, or a press on a picture, shows it in its actual size. Whatever
    is playing plays on until `kind` or `file_url` change.
    """
    return insert(
        "freshet-viewer",
        key=key,
        events={"stepEvent": on_step},
        properties={
            "kind": kind, "fileUrl": file_url, "posterUrl": poster_url, "label": label, "size": size, "note": note,
            "ends": ends,
        },
    )  # fmt: skip


@element
def tags(*, media_id: str, tags: list[str], key: str, error: str = "") -> Any:
    """The item's tags, to be taken off and added to. `edits` hears "tag" (`value`: one, or several parted by
    commas) and "untag".

    `error` says why the last ones were refused; what was written stays in its field. `key` names the item.
    """
    return insert("freshet-tags", key=key, properties={"mediaId": media_id, "tags": tags, "error": error})


@element
def details(*, prompt: str, facts: Sequence[tuple[str, Fact]], key: str) -> Any:
    """`prompt`, to be copied, and facts by name."""
    return insert("freshet-details", key=key, properties={"prompt": prompt, "facts": [list(fact) for fact in facts]})


@element
def again(*, media_id: str, kind: str, varies: bool, key: str) -> Any:
    """Links to the form that made the item: `kind`, "image", "video" or "try-on". Remix (M) fills it with the item's
    settings, and where it `varies` there are Variations, with the picture itself as their source.
    """
    return insert("freshet-again", key=key, properties={"mediaId": media_id, "kind": kind, "varies": varies})


@element
def uses(*, media_id: str, key: str) -> Any:
    """Links to the forms that can begin with the picture `media_id`."""
    return insert("freshet-uses", key=key, properties={"mediaId": media_id})
