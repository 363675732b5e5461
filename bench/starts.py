"""How long a start takes, what the server then weighs, and how soon a first visitor sees the first tile."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from bench.chromium import Tab
from bench.figures import Figure, Section, median, times
from bench.library import add_items, settings_for
from bench.server import Server

STARTS = 5

HOW = """`python main.py` on a library of 150 images, from the start of the process until `GET /healthz` answers
200; one start before warms the file cache. The first tile: from the navigation until the frame that shows it, in a
browser context with empty caches, right after a start. Memory is the server's own process (PSS), without the
processes that render."""


def measure(browser: Browser, starts: int = STARTS) -> Section:
    seconds, first_tiles, fresh, used = [], [], [], []
    with TemporaryDirectory() as folder:
        add_items(settings_for(Path(folder)), 150)
        Server(Path(folder)).stop()
        for _ in range(starts):
            with Server(Path(folder)) as server:
                seconds.append(server.start_seconds)
                fresh.append(server.memory() / 2**20)
                tab = Tab(browser, server.url)
                first_tiles.append(tab.goto("/library"))
                used.append(server.memory() / 2**20)
                tab.close()
    figures = (
        times("Ready after `python main.py`", seconds, "s", max_limit=4),
        times("First tile after a start, cold browser", first_tiles, "ms", incumbent="5.4 s"),
        Figure("Memory after the start", f"{median(fresh):,.0f} MiB", samples=starts),
        Figure("Memory after the first page", f"{median(used):,.0f} MiB", samples=starts),
    )
    return Section("Start", HOW, figures)
