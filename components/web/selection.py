"""Several tiles at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.web._face import Handler, element, insert


@element
def selection(
    *,
    scope: str,
    zip_url: str,
    order: Sequence[str],
    on_order: Handler,
    on_project: Handler,
    tags: Sequence[str] = (),
    projects: Sequence[tuple[str, str]] = (),
    tagged: int = 0,
    trash: bool = False,
    key: str = "selection",
) -> Any:
    """Check marks, keys and the bar for the tiles of a list whose `tiles` are `selectable`. Once on a page.

    What is selected is known to the browser alone: it survives refreshes and pushes, and is given up with a new `scope`
    (other filters) and by leaving the page. X, Shift with the arrows, Ctrl A, and Esc select by key. Deleting, tagging,
    favourites and moving are heard by the page's `edits`, {ids, edit, value}; `zip_url` gets the ids in a form. In the
    `trash` they are restored or deleted for good instead. `on_order`: which tiles there are has to be told, in `order`,
    since some of those that are to be selected are not mounted. `on_project`: a project {name} is wanted, to move them
    to; once it is among `projects` they are. `tagged` is another number once tags have been taken: until then they stay
    in the field where they were written.
    """
    return insert(
        "freshet-selection",
        key=key,
        events={"orderEvent": on_order, "projectEvent": on_project},
        properties={
            "scope": scope,
            "zipUrl": zip_url,
            "tags": list(tags),
            "projects": [list(pair) for pair in projects],
            "order": list(order),
            "tagged": tagged,
            "trash": trash,
        },
    )


@element
def discard(*, label: str, key: str, media_ids: Sequence[str] = (), amount: str = "") -> Any:
    """A button that has items in the trash deleted for good; without `media_ids` all of them, `amount` in words.

    Heard by the page's `edits`, which has it confirmed first: {edit: "purge", ids} or {edit: "empty"}.
    """
    return insert("freshet-discard", key=key, properties={"label": label, "ids": list(media_ids), "amount": amount})
