"""/create/video: clips from a prompt."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.create.page import create_page, open_create
from components.page import View, page
from state.create import results_query, view_of


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    yield from open_create("video")


@page(
    path="/create/video",
    title="Create video",
    on_load=on_load,
    views=[View(lambda: view_of("video"), lambda: results_query("video"), "create.video")],
)
def create_video_page() -> None:
    create_page("video")
