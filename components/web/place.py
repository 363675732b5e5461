"""Handles to lay one picture over another."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def place(*, person_url: str, product_url: str, x: float, y: float, scale: float, on_place: Handler, key: str) -> Any:
    """Product over person. Payload: {x, y, scale}, when a drag ends or the keys rest.

    `x` and `y` are the product's centre, `scale` its width, all as fractions of the person picture.
    """
    return insert(
        "freshet-place",
        key=key,
        events={"placeEvent": on_place},
        properties={"personUrl": person_url, "productUrl": product_url, "x": x, "y": y, "scale": scale},
    )
