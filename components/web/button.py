"""Buttons and links that look like buttons."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def button(
    *,
    label: str,
    on_press: Handler,
    key: str,
    icon: str = "",
    variant: str = "line",
    big: bool = False,
    full: bool = False,
    busy: bool = False,
    busy_label: str = "",
    disabled: bool = False,
    icon_only: bool = False,
    hint: str = "",
    token: str = "",
) -> Any:
    """`variant`: "primary", "line", "ghost" or "danger". Payload: {token}, as it was on screen when pressed.

    Busy it shows a spinner and `busy_label`, keeps its name, and cannot be pressed. A double click is one press.
    """
    return insert(
        "freshet-button",
        key=key,
        events={"pressEvent": on_press},
        properties={
            "label": label,
            "icon": icon,
            "variant": variant,
            "big": big,
            "full": full,
            "busy": busy,
            "busyLabel": busy_label,
            "disabled": disabled,
            "iconOnly": icon_only,
            "hint": hint,
            "token": token,
        },
    )


@element
def link_button(
    *,
    label: str,
    icon: str,
    href: str,
    key: str,
    download: bool = False,
    icon_only: bool = False,
    variant: str = "line",
    inside: bool = False,
) -> Any:
    """A real link: the browser follows or downloads it, no event is sent. `inside`: it leads to a page of ours, and the
    navigation follows it without loading the application anew.
    """
    return insert(
        "freshet-link-button",
        key=key,
        properties={
            "label": label,
            "icon": icon,
            "href": href,
            "download": download,
            "iconOnly": icon_only,
            "variant": variant,
            "inside": inside,
        },
    )
