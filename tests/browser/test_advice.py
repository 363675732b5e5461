"""Help with words that takes its time, from Google's stand-in: the page stays in use, and nothing late disturbs it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.forked import ForkedServer
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import live, prompt, settle, updated
from tests.support.google_stub import GoogleStub, Reply, failed, said

BETTER = "A lighthouse at dusk, its beam in thin fog"
OPINION = {"strengths": ["The light"], "problems": ["The horizon is tilted"], "prompt": BETTER}


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def server(tmp_path: Path, stub: GoogleStub) -> Iterator[Server]:
    server = ForkedServer(tmp_path / "data", **stub.environment)
    yield server
    server.stop()


class Slow:
    """An answer that comes once it is let go."""

    def __init__(self, reply: Reply) -> None:
        self._reply, self.let_go = reply, threading.Event()

    def __call__(self, handler: object) -> None:
        assert self.let_go.wait(30)
        self._reply(handler)  # type: ignore[arg-type]


def test_a_slow_suggestion_comes_by_itself_and_one_that_was_closed_before_changes_nothing(
    server: Server, visit: Visit, stub: GoogleStub
) -> None:
    late, slow = (Slow(said(json.dumps({"prompt": words}))) for words in ("Too late", BETTER))
    stub.will(late, slow)
    page = visit("/create/image")
    live(page)
    improve = page.get_by_role("button", name="Improve", exact=True)
    dialog = page.get_by_role("dialog", name="Improve prompt")
    prompt(page).fill("A lighthouse")
    improve.click()
    expect(dialog.get_by_role("status").first).to_have_text("Asking Gemini 3.5 Flash-Lite…")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    prompt(page).fill("A lighthouse at dusk")
    late.let_go.set()
    server.wait_logged("advice.asked", "what=rewrite")
    settle(page)
    expect(dialog).to_be_hidden()
    expect(prompt(page)).to_have_value("A lighthouse at dusk")

    improve.click()
    expect(dialog.get_by_role("button", name="Cancel")).to_be_visible()
    slow.let_go.set()
    expect(dialog.get_by_role("textbox", name="Suggestion")).to_have_value(BETTER)
    expect(dialog.get_by_role("status").first).to_have_text("Gemini 3.5 Flash-Lite · $0.0031")
    expect(dialog.get_by_role("region", name="Your words")).to_contain_text("A lighthouse at dusk")
    dialog.get_by_role("button", name="Use this prompt").click()
    expect(prompt(page)).to_have_value(BETTER)
    page.get_by_role("button", name="Undo").click()
    expect(prompt(page)).to_have_value("A lighthouse at dusk")


def test_an_opinion_comes_while_the_page_is_used_and_a_failure_is_asked_again(
    server: Server, visit: Visit, stub: GoogleStub
) -> None:
    [media_id] = fill(server, 1, "Judged", origin="create-image")
    slow = Slow(said(json.dumps(OPINION)))
    stub.will(failed(503, "UNAVAILABLE"), slow)
    page = visit(f"/media-item?id={media_id}")
    updated(page)
    page.get_by_role("button", name="Ask for an opinion").click()
    told = page.get_by_role("region", name="Opinion", exact=True)
    expect(told.get_by_role("alert")).to_contain_text("not available")
    told.get_by_role("button", name="Retry").click()
    expect(told.get_by_role("status")).to_have_text("Asking Gemini 3.5 Flash-Lite…")
    page.keyboard.press("f")
    expect(page.get_by_role("button", name="Favourite")).to_have_attribute("aria-pressed", "true")
    settle(page)
    slow.let_go.set()
    expect(told.get_by_role("list", name="Problems")).to_contain_text("The horizon is tilted")
    expect(told.get_by_role("status")).to_have_text("Gemini 3.5 Flash-Lite · $0.0031")
