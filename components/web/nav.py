"""The navigation: sidebar, rail or bottom bar, by the width of the window."""

from __future__ import annotations

from typing import Any, TypedDict

from components.web._face import Handler, element, insert


class NavItem(TypedDict):
    """One place to go. Items with the same `group` stand under one label; "" is no label."""

    url: str
    label: str
    icon: str
    group: str


@element
def nav(
    *,
    items: list[NavItem],
    current: str,
    user_name: str,
    project_name: str,
    on_navigate: Handler,
    key: str = "nav",
) -> Any:
    """Links of the whole product; `current` is the url of the item that is open. Payload: {url}.

    A plain click is sent to `on_navigate`; clicks that open tabs or windows stay the browser's. The first six items
    make the bottom bar of a phone. The theme button works by itself.
    """
    return insert(
        "freshet-nav",
        key=key,
        events={"navigateEvent": on_navigate},
        properties={"items": items, "current": current, "userName": user_name, "projectName": project_name},
    )
