"""Ways to begin, or to go on with what was begun."""

from __future__ import annotations

from typing import Any, TypedDict

from components.web._face import element, insert


class QuickItem(TypedDict):
    """One of them. Without a `url` it asks for files: the page's `upload` takes them."""

    url: str
    label: str
    note: str
    symbol: str


@element
def quick(*, label: str, items: list[QuickItem], key: str, wide: bool = False) -> Any:
    """Cards that lead to pages of ours; `label` names the group, and `wide` is for long notes. No event is sent: the
    navigation follows them.
    """
    return insert("freshet-quick", key=key, properties={"label": label, "items": items, "wide": wide})
