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
    note: str = "",
    address: str = "",
    quick: str = "",
    beside: tuple[str, str] = ("", ""),
) -> Any:
    """Use as `with dialog(…), me.box(…):`. Payload: {reason: "escape" | "backdrop" | "button" | "back"}.

    Put all children into one box (slotted children are matched by place) and draw them only while it is open.
    `on_close` must lead to `is_open=False`: the dialog has left the screen by then. `purpose` is a chip beside the
    heading ("for Product"), and `note` says beside that what comes ("1 on its way"). The browser's Back closes it;
    `address` ("item=…") is what the page's address gets while it is open, and by which the page opens it again. Below
    600 px it is a sheet at the foot of the window.
    One that is `quick`, at most one on a page, opens by itself on the item of a tile that is pressed, with its title
    and small picture, until the server's answer has the `address` "item=<id>". "linked": that goes into the page's
    address, "plain": it does not. There the arrow keys and two buttons lead to the items `beside` it, the one before
    and the one after by id, "" at an end: as if their tiles were pressed.
    """
    return insert(
        "freshet-dialog",
        key=key,
        events={"closeEvent": on_close},
        properties={
            "isOpen": is_open, "label": label, "words": [purpose, note] if purpose or note else [], "address": address,
            "quick": quick, "beside": list(beside),
        },
    )  # fmt: skip
