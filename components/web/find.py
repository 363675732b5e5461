"""Finding things in a list: words, filters, their chips, the sort, and the place in the page's address."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from components.web._face import Handler, element, insert
from components.web.segments import SegmentOption


@element
def search(
    *,
    value: str,
    on_search: Handler,
    label: str = "Search",
    placeholder: str = "",
    inside: bool = False,
    key: str = "search",
) -> Any:
    """A field for words. Payload: {q}, once typing pauses, at once on Enter, and "" when it is cleared (Esc).

    The key "/" leads to it. On a phone it is a button until it is wanted. What is typed in one go is one step in the
    history. None of that holds `inside` a dialog.
    """
    return insert(
        "freshet-search",
        key=key,
        events={"searchEvent": on_search},
        properties={"value": value, "label": label, "placeholder": placeholder, "inside": inside},
    )


@element
def filters(
    *,
    chosen: Mapping[str, str],
    count: int,
    sorts: Sequence[tuple[str, str]],
    models: Sequence[tuple[str, str]],
    projects: Sequence[tuple[str, str]],
    tags: Sequence[str],
    on_filter: Handler,
    key: str = "filters",
) -> Any:
    """The Filters button, with a badge of `count`, and its panel. `chosen` names what is on, as in the page's address.

    Payload: the filters that are to be different, name → value ("" for none); or {clear: true}. `models`, `projects`
    and `sorts` are pairs of value and label; a single project is not offered. `tags` are suggestions.
    """
    return insert(
        "freshet-filters",
        key=key,
        events={"filterEvent": on_filter},
        properties={
            "chosen": dict(chosen),
            "count": count,
            "sorts": [list(pair) for pair in sorts],
            "models": [list(pair) for pair in models],
            "projects": [list(pair) for pair in projects],
            "tags": list(tags),
        },
    )


@element
def chips(*, chips: Sequence[tuple[str, str]], on_filter: Handler, key: str = "chips") -> Any:
    """The filters that are on, as pairs of name and words; each can be taken off. Payload as of `filters`."""
    return insert(
        "freshet-chips",
        key=key,
        events={"filterEvent": on_filter},
        properties={"chips": [{"name": name, "label": words} for name, words in chips]},
    )


@element
def choice(
    *,
    label: str,
    symbol: str,
    options: Sequence[SegmentOption],
    value: str,
    on_choose: Handler,
    inside: bool = False,
    key: str,
) -> Any:
    """A menu behind a quiet button, called `label`. Payload: {value}. Each choice is a step in the history, unless it
    stands `inside` a dialog.
    """
    return insert(
        "freshet-choice",
        key=key,
        events={"chooseEvent": on_choose},
        properties={"label": label, "symbol": symbol, "options": list(options), "value": value, "inside": inside},
    )


@element
def anchor(*, seek: str, key: str = "anchor") -> Any:
    """Writes where somebody is in the list into the page's address, as `at`, the id of the first tile in view.

    Each new `seek`, "<number> <media id>", scrolls to that tile; without an id, to the top.
    """
    return insert("freshet-anchor", key=key, properties={"seek": seek})
