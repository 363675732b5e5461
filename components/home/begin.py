"""How work begins on Home, or goes on: quick actions, what is unfinished, and the way to the first picture."""

from __future__ import annotations

from collections.abc import Sequence

import mesop as me

from components.blank import blank
from components.frame import DROP_WORDS
from components.web import QuickItem, aria, button, quick, upload
from state.bound import bound
from state.catalog import offered
from state.handlers import Handler
from state.limits import upload_limits
from state.session import project_id
from state.unfinished import Unfinished

SYMBOLS = {"image": "image", "video": "movie", "try-on": "checkroom"}
EXAMPLES = ("Paper-cut sea with a red sun", "Three stoneware vases in window light", "Aurora over a pine ridge")


def ways() -> list[QuickItem]:
    """What one can begin with, and how much of it at a time."""
    pictures, clips = offered("image")[0].parameters.count, offered("video")[0].parameters.duration
    return [
        {
            "url": "/create/image",
            "label": "Create image",
            "note": f"{min(pictures.options)} to {max(pictures.options)} at a time",
            "symbol": "image",
        },
        {
            "url": "/create/video",
            "label": "Create video",
            "note": f"{min(clips.options)} to {max(clips.options)} seconds",
            "symbol": "movie",
        },
        {"url": "", "label": "Upload", "note": "Or drop, or paste", "symbol": "upload"},
        {"url": "/try-on", "label": "Try-on", "note": "Product on person", "symbol": "checkroom"},
    ]


def quick_actions(on_uploaded: Handler) -> None:
    """Ways to begin. The button that takes files is pressed by one of them, and hears of what is dropped or pasted."""
    with me.box(classes="begin", key="begin"):
        quick(label="Begin", items=ways(), key="ways")
        with me.box(classes="unseen", key="upload-box"):
            upload(
                project=project_id(),
                limits=upload_limits(),
                drop_words=DROP_WORDS,
                on_uploaded=on_uploaded,
                key="upload",
            )


def go_on(begun: Sequence[Unfinished]) -> None:
    """What was begun and not made."""
    if not begun:
        return
    with me.box(classes="shelf", key="go-on"):
        aria(role="region", label="Continue where you left off")
        with me.box(classes="h2"):
            me.text("Continue where you left off")
            aria(role="heading", label="Continue where you left off", level=2)
        quick(
            label="Unfinished",
            items=[
                {"url": one.url, "label": one.heading, "note": one.words, "symbol": SYMBOLS[one.kind]} for one in begun
            ],
            wide=True,
            key="unfinished",
        )


def first_picture(on_create: Handler, on_example: Handler | None) -> None:
    """What somebody sees who has nothing yet. `on_example` is bound to the words that are pressed; None where a prompt
    that was begun would be lost to them."""
    with me.box(classes="welcome", key="welcome"):
        blank(
            "auto_awesome",
            "Make your first picture",
            "Describe it in a few words, or drop files of your own anywhere.",
            "Create an image",
            on_create,
        )
        if on_example is None:
            return
        with me.box(classes="examples", key="examples"):
            aria(role="group", label="Begin with an example")
            with me.box(classes="meta"):
                me.text("Or begin with one of these")
            for number, words in enumerate(EXAMPLES):
                button(label=words, on_press=bound(on_example, words), key=f"example-{number}")
