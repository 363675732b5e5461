"""What a browser shows while a page is still on its way."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Route, expect

from tests.browser.conftest import SQLITE, Visit
from tests.browser.server import Server
from tests.browser.steps import updated

pytestmark = list(SQLITE.marks)


@pytest.fixture
def server(local_server: Server) -> Server:
    return local_server


def test_a_script_that_comes_late_leaves_no_older_frame_on_screen(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    """Mesop shows each frame when the modules it needs are there; an early one must not come last."""
    for late in ("guard.js", "status.js", "dialog.js", "aria.js"):
        held: list[Route] = []
        context.route(f"**/{late}", lambda route, held=held: held.append(route))
        page = context.new_page()
        with page.expect_request_finished(lambda request: request.url.endswith("/nav.js")):
            page.goto(server.url + "/library", wait_until="commit")
        expect(page.get_by_text("Your library is empty")).to_have_count(0)
        for route in held:
            route.continue_()
        context.unroute(f"**/{late}")
        updated(page)
        expect(page.get_by_text("Your library is empty")).to_be_visible()
        page.close()
