"""A modal dialog around Mesop's children."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def dialog(
    *,
    is_open: bool,
    label: str,
    on_close: Handler,
    key: str,
    purpose: str = "",
    wide: bool = True,
    address: str = "",
    quick: str = "",
    on_step: Handler | None = None,
    beside: tuple[str, str] = ("", ""),
) -> Any:
    """Use as `with dialog(…), me.box(…):`. Payload: {reason: "escape" | "backdrop" | "button" | "back"}.

    Put all children into one box (slotted children are matched by place) and draw them only while it is open.
    `on_close` must lead to `is_open=False`: the dialog has left the screen by then. `purpose` is a chip beside the
    heading ("for Product"). The browser's Back closes it; `address` ("item=…") is what the page's address gets while it
    is open, and by which the page opens it again. Below 600 px it is a sheet at the foot of the window.
    One that is `quick`, at most one on a page, opens by itself on the item of a tile that is pressed, with its title
    and small picture, until the server's answer has the `address` "item=<id>". "linked": that goes into the page's
    address, "plain": it does not. There the arrow keys and two buttons lead to the items before and after it, whose ids
    are `beside`: `on_step` is asked for them ({to: "previous" | "next"}).
    """
    properties: dict[str, Any] = {
        "isOpen": is_open,
        "label": label,
        "purpose": purpose,
        "wide": wide,
        "address": address,
        "quick": quick,
    }
    events: dict[str, Handler | None] = {"closeEvent": on_close}
    if on_step:
        properties["beside"] = list(beside)
        events["stepEvent"] = on_step
    return insert("freshet-dialog", key=key, events=events, properties=properties)
