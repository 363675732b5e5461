"""The real product in a browser: `python main.py` as a process of its own, headless Chromium against it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()

expect.set_options(timeout=15_000)


class Server:
    """A Freshet server in a process of its own, on a free port."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self._settings = {"FRESHET_DATA_DIR": str(data_dir), "FRESHET_PORT": "0", **settings}
        self.url = ""
        self.start()

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("FRESHET_")}
        return {**inherited, **self._settings}

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        self.process = subprocess.Popen(
            [sys.executable, "main.py"], cwd=ROOT, env=self.environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self.log: list[str] = []
        threading.Thread(target=self._drain, daemon=True).start()
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        match = re.search(r"http://\S+", line)
        assert match, f"did not start: {line} {self.log}"
        self.url = match[0]
        # A restarted server keeps its address, as it would behind a name.
        self._settings["FRESHET_PORT"] = self.url.rpartition(":")[2]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.wait(timeout=10)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command in a second process, on the same data."""
        return subprocess.run(
            [sys.executable, "main.py", *arguments], cwd=ROOT, env=self.environment, text=True, capture_output=True,
            timeout=60, check=False,
        )  # fmt: skip

    def logged(self, text: str) -> list[str]:
        """Log lines with `text` in them."""
        return [line for line in self.log if text in line]

    def _drain(self) -> None:
        stream = self.process.stderr
        assert stream is not None
        log = self.log
        try:
            for line in stream:
                log.append(line.rstrip())
        except ValueError:
            pass  # closed while reading: the server was stopped


@pytest.fixture(params=["sqlite", "firestore"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A fresh studio on each kind of store."""
    settings = {"FRESHET_STORE": request.param}
    if request.param == "firestore":
        settings["FIRESTORE_EMULATOR_HOST"] = request.getfixturevalue("firestore_emulator")
        settings["GOOGLE_CLOUD_PROJECT"] = f"browser-{os.urandom(4).hex()}"
    server = Server(tmp_path / "data", **settings)
    yield server
    if server.process.poll() is None:
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        executable = CHROMIUM if Path(CHROMIUM).exists() else None
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    yield context
    context.close()


@pytest.fixture
def visit(server: Server, context: BrowserContext) -> Iterator[Callable[[str], Page]]:
    """Opens a new tab at a path. At the end no tab may have seen a script error or a request to another origin."""
    problems: list[str] = []

    def open_tab(path: str) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        page.on("request", lambda request: _note_foreign(request.url, server.url, problems))
        page.goto(server.url + path)
        return page

    yield open_tab
    assert problems == []


def _note_foreign(url: str, own: str, problems: list[str]) -> None:
    if not url.startswith((own, "data:", "blob:")):
        problems.append(f"request to another origin: {url}")
