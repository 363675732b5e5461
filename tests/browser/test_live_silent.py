"""Live pages whose server hears nothing any more, though no connection has broken."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit, on_firestore
from tests.browser.library import fill, rename
from tests.browser.server import Server
from tests.browser.steps import live, shows, tile
from tests.browser.test_live import arrive


class DeafServer(Server):
    program = ("-m", "tests.browser.apps.deaf")

    def deafen(self) -> None:
        """From here on its listener's stream stays open, and nothing comes."""
        self.process.send_signal(signal.SIGUSR1)


@pytest.fixture
def server(firestore_emulator: str, tmp_path: Path) -> Iterator[DeafServer]:
    server = DeafServer(tmp_path / "data", **on_firestore(firestore_emulator))
    yield server
    server.stop()


def test_B19_a_listener_that_is_silently_dead_is_told_on_every_page_and_polling_brings_what_is_new(
    server: DeafServer, visit: Visit
) -> None:
    (held,) = fill(server, 1)
    paths = ("/library", "/home", f"/media-item?id={held}", "/account")
    library, home, item, account = pages = [visit(path) for path in paths]
    for page in pages:
        live(page)
    server.deafen()
    for page in pages:
        expect(page.get_by_role("status").filter(has_text=re.compile("^Updated .*Polling$")).first).to_be_visible()
    (new,) = arrive(server, "Committed while nobody listened")
    rename(server, held, "Renamed while nobody listened")
    for page in (library, home):
        shows(page, [new, held])
        expect(tile(page, "Renamed while nobody listened")).to_be_visible()
    expect(item.get_by_role("heading", level=1, name="Renamed while nobody listened")).to_be_visible()
    expect(account.get_by_role("list", name="Storage used").get_by_role("listitem").first).to_contain_text("2 items")
