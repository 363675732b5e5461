"""The navigation: sidebar, rail or bottom bar, by the width of the window."""

from __future__ import annotations

from collections.abc import Sequence
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
    project: str,
    projects: Sequence[tuple[str, str]],
    on_navigate: Handler,
    on_choose: Handler,
    on_create: Handler,
    key: str = "nav",
) -> Any:
    """Links of the whole product; `current` is the url of the item that is open. Payload: {url}.

    A plain click is sent to `on_navigate`; clicks that open tabs or windows stay the browser's. The first six items
    make the bottom bar of a phone. The theme button works by itself. `projects` are pairs of value and name, and
    `project` the value of the one that the page works in: each link stays in it, and the menu leads to the others.
    `on_choose` hears that the menu has been opened, `on_create` of one to be made: {name, url}.
    """
    return insert(
        "freshet-nav",
        key=key,
        events={"navigateEvent": on_navigate, "projectsEvent": on_choose, "createEvent": on_create},
        properties={
            "items": items,
            "current": current,
            "userName": user_name,
            "project": project,
            "projects": [list(pair) for pair in projects],
        },
    )
