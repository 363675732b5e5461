"""/create/video: clips from a prompt."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.create.page import create_page, create_views, open_create
from components.create.prompt_tools import undo_prompt
from components.page import page


def on_load(event: me.LoadEvent) -> Generator[None, None, None]:
    yield from open_create("video")


@page(
    path="/create/video",
    title="Create video",
    on_load=on_load,
    views=create_views("video"),
    undo=undo_prompt("video"),
)
def create_video_page() -> None:
    create_page("video")
