"""/create/image: pictures from a prompt."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.create.page import create_page, open_create
from components.page import View, page
from state.create import results_query, view_of


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    yield from open_create("image")


@page(
    path="/create/image",
    title="Create image",
    on_load=on_load,
    views=[View(lambda: view_of("image"), lambda: results_query("image"), "create.image")],
)
def create_image_page() -> None:
    create_page("image")
