"""/create/image: pictures from a prompt."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.create.page import create_page, create_views, open_create
from components.create.prompt_tools import undo_prompt
from components.page import page


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    yield from open_create("image")


@page(
    path="/create/image",
    title="Create image",
    on_load=on_load,
    views=create_views("image"),
    undo=undo_prompt("image"),
)
def create_image_page() -> None:
    create_page("image")
