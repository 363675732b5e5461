"""How soon a commit is on the screens it belongs to, in Chromium, and what it disturbs there."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser

from bench.chromium import LIVE, PICTURES_LOADED, Tab
from bench.emulator import emulator
from bench.figures import Figure, Section, amount, at_most, median, times, twofold
from bench.library import add_items, fill_firestore, settings_for
from bench.server import DRIVEN, PATIENCE, PRODUCT, ROOT, Server
from services.files.importer import import_file
from services.library import open_library
from services.models import Put, Remove, Write
from services.settings import Settings
from tests.support.media import clip, picture

SAMPLES, IMPORTS, ACROSS = 100, 30, 40
DOCUMENTS = 500
BURST = 30
BURSTS = 5
REFRESHES, RETURNS = 10, 3

HOW_SOON = """A library of 48 images is open in Chromium, all shown, not scrolled, its stream live. A MutationObserver
notes when a tile with the item's data-id and data-revision first stands in the DOM (`Date.now()`, the same clock as the
server's). Commits are new items and renamed ones by turns, 0.2 to 0.5 s apart. *In the server's process*: the product
with a thread that commits through its own store when told to on standard input, timed from the call of `commit`.
*By `main.py import`*: a second process, timed from the item's `updated_at`, which the store takes inside the
transaction; the start of that process is not part of it. *Two web processes*: two servers on one Firestore emulator
with {documents} documents, the commit made in the one and shown by the other."""

HOW_BURST = """{burst} renamed items, committed one after the other in the server's process as fast as it goes. A
refresh is an event that the page sends."""

HOW_STILL = """A library whose newest image is two days old (ages that tick would count). A MutationObserver on the
whole document counts nodes added and removed, attributes whose value is another one, and texts that changed; the
status line around Refresh is left out, which says "Refreshing…" meanwhile. First {refreshes} presses on Refresh, then
{returns} returns (`online`) over a preview whose clip plays: a restart is any `emptied`, `loadstart`, `seeking`,
`pause` or `ended` of the player, or a step back of its time."""

_COUNT_CHANGES = """() => {
  window.benchChanges = [];
  const inStatus = (node) => (node.nodeType === 1 ? node : node.parentElement)?.closest('freshet-status');
  const describe = (record) => {
    const node = record.target;
    if (record.type === 'childList') return `${record.addedNodes.length} nodes in, ${record.removedNodes.length} out`;
    if (record.type === 'characterData') return node.data === record.oldValue ? '' : `text ${node.data}`;
    return node.getAttribute(record.attributeName) === record.oldValue ? '' : `attribute ${record.attributeName}`;
  };
  new MutationObserver((records) => {
    for (const record of records) {
      const what = inStatus(record.target) ? '' : describe(record);
      if (what) window.benchChanges.push(`${record.target.nodeName.toLowerCase()}: ${what}`);
    }
  }).observe(document.body, {
    subtree: true, childList: true, attributes: true, attributeOldValue: true,
    characterData: true, characterDataOldValue: true,
  });
}"""
_WATCH_PLAYER = """(player) => {
  window.benchRestarts = [];
  let last = player.currentTime;
  for (const type of ['emptied', 'loadstart', 'seeking', 'pause', 'ended']) {
    player.addEventListener(type, () => window.benchRestarts.push(type));
  }
  player.addEventListener('timeupdate', () => {
    if (player.currentTime < last) window.benchRestarts.push('step back');
    last = player.currentTime;
  });
}"""


def measure(
    browser: Browser, samples: int = SAMPLES, imports: int = IMPORTS, across: int = ACROSS
) -> Iterator[Section]:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        add_items(settings, 48)
        with Server(Path(folder), program=DRIVEN) as server:
            soon = [_own(server, browser, samples), _imported(server, browser, Path(folder), imports)]
            burst = _bursts(server, browser)
    soon.append(_across(browser, across))
    yield Section("From a commit to other screens", HOW_SOON.format(documents=DOCUMENTS), tuple(soon))
    yield Section("Many commits at once", HOW_BURST.format(burst=BURST), tuple(burst))
    how = HOW_STILL.format(refreshes=REFRESHES, returns=RETURNS)
    yield Section("A refresh that finds nothing new", how, tuple(_still(browser)))


def open_live(server: Server, browser: Browser) -> Tab:
    """The library, its stream live, its tiles watched."""
    tab = Tab(browser, server.url)
    tab.goto("/library")
    tab.until(LIVE)
    tab.until(PICTURES_LOADED)
    tab.settle()
    tab.watch_tiles()
    return tab


def _own(server: Server, browser: Browser, samples: int) -> Figure:
    tab = open_live(server, browser)
    taken = list(_commits(server, tab, samples))
    tab.close()
    return twofold("Committed in the server's process → in another tab's DOM, SQLite", taken, "ms", 100, 250)


def _commits(server: Server, tab: Tab, samples: int) -> Iterator[float]:
    """Milliseconds from commits in `server` to their tiles in `tab`."""
    chance = random.Random(7)
    [(media_id, *_)] = server.ask("add", count=1)
    for number in range(samples):
        time.sleep(chance.uniform(0.2, 0.5))
        [made] = server.ask("add", count=1) if number % 2 else server.ask("rename", ids=[media_id])
        media_id, revision, when = made
        yield tab.seen(media_id, revision) - when


def _imported(server: Server, browser: Browser, folder: Path, count: int) -> Figure:
    tab = open_live(server, browser)
    photo = folder / "photo.png"
    photo.write_bytes(picture())
    ids = [_import(server, photo) for _ in range(count)]
    with open_library(settings_for(folder), None) as library:
        items = library.store.media.get_many(library.principal, ids)
    committed = {item.id: (item.revision, item.updated_at.timestamp() * 1000) for item in items.values()}
    taken = [tab.seen(media_id, revision) - when for media_id, (revision, when) in committed.items()]
    tab.close()
    return twofold("Committed by `main.py import` → in the DOM, SQLite", taken, "ms", 350, 600)


def _import(server: Server, path: Path) -> str:
    command = [sys.executable, "main.py", "import", str(path)]
    done = subprocess.run(
        command, cwd=ROOT, env=server.environment, check=True, capture_output=True, text=True, timeout=PATIENCE
    )
    return done.stdout.split()[0]


def _across(browser: Browser, samples: int) -> Figure:
    with ExitStack() as stack:
        host = stack.enter_context(emulator())
        folder = Path(stack.enter_context(TemporaryDirectory()))
        choices = firestore_choices()
        settings = settings_for(folder / "one", **choices)
        fill_firestore(settings, DOCUMENTS)
        shared = {**choices, "FIRESTORE_EMULATOR_HOST": host, "FRESHET_FILES": settings.files_url}
        one = stack.enter_context(Server(folder / "one", program=DRIVEN, **shared))
        two = stack.enter_context(Server(folder / "two", program=PRODUCT, **shared))
        tab = open_live(two, browser)
        taken = list(_commits(one, tab, samples))
        tab.close()
    return times("Committed in one web process → in the DOM by another, Firestore", taken, "ms", median_limit=500)


def firestore_choices() -> dict[str, str]:
    """Settings of a server on a fresh database of the emulator."""
    return {"FRESHET_STORE": "firestore", "GOOGLE_CLOUD_PROJECT": f"bench-{os.urandom(4).hex()}"}


def _bursts(server: Server, browser: Browser) -> list[Figure]:
    tab = open_live(server, browser)
    ids = [media_id for media_id, *_ in server.ask("add", count=BURST)]
    for media_id in ids:
        tab.seen(media_id, 1)
    refreshes, spans = [], []
    for _ in range(BURSTS):
        time.sleep(1)
        tab.settle()
        before = tab.sent
        made = server.ask("rename", ids=ids)
        for media_id, revision, _when in made:
            tab.seen(media_id, revision)
        time.sleep(1)
        tab.settle()
        refreshes.append(tab.sent - before)
        spans.append(made[-1][2] - made[0][2])
    tab.close()
    return [
        at_most(f"Refreshes of a view for {BURST} commits", refreshes, 3, "refreshes", samples=BURSTS),
        Figure("The commits took", f"median {amount(median(spans), 'ms')}", samples=BURSTS),
    ]


def _still(browser: Browser) -> Iterator[Figure]:
    with TemporaryDirectory() as folder:
        settings = settings_for(Path(folder))
        add_items(settings, 48, age=timedelta(days=2))
        media_id = _add_clip(settings)
        with Server(Path(folder)) as server:
            tab = open_live(server, browser)
            yield _changes("DOM changes by Refresh", tab, lambda: _press_refresh(tab), REFRESHES)
            tab.page.locator(f'freshet-tile[data-id="{media_id}"]').click()
            player = tab.page.locator("dialog[open] video")
            player.evaluate("(player) => { player.muted = true; player.loop = true; return player.play(); }")
            tab.settle()
            player.evaluate(_WATCH_PLAYER)
            yield _changes("DOM changes by a return, a clip playing", tab, lambda: _return(tab), RETURNS)
            restarts: list[str] = tab.page.evaluate("() => window.benchRestarts")
            playing: bool = player.evaluate("(player) => !player.paused && player.currentTime > 0")
            assert playing, "the clip does not play"
            yield at_most("Restarts of the player", [len(restarts)], 0, "restarts", samples=RETURNS)
            tab.close()


def _add_clip(settings: Settings) -> str:
    """A clip of a minute, which does not begin again while it is watched, as old as the rest of the library."""
    with open_library(settings, None) as lib:
        data = clip(frames=24 * 60)
        item = import_file(lib.store, lib.blobs, lib.clock, lib.ids, lib.principal, lib.project.id, data, "clip.mp4")
        older = {"id": lib.ids.new(), "created_at": item.created_at - timedelta(days=2), "revision": 0}
        writes: list[Write] = [Remove("media", item.id, item.revision), Put(item.model_copy(update=older), expect=0)]
        lib.store.commit(lib.principal, writes, operation_id=lib.ids.new())
    return str(older["id"])


def _changes(name: str, tab: Tab, act: Callable[[], None], times_: int) -> Figure:
    time.sleep(1)
    tab.page.evaluate(_COUNT_CHANGES)
    for _ in range(times_):
        act()
    changes: list[str] = tab.page.evaluate("() => window.benchChanges")
    if changes:
        print(f"{name}: {sorted(set(changes))[:10]}", file=sys.stderr)
    return at_most(name, [len(changes)], 0, "changes", samples=times_)


def _press_refresh(tab: Tab) -> None:
    tab.exchange(tab.page.get_by_role("button", name="Refresh", exact=True).click)
    time.sleep(0.3)


def _return(tab: Tab) -> None:
    """As when the network is back; a page answers to that once in five seconds."""
    time.sleep(5.2)
    tab.exchange(lambda: tab.page.evaluate("() => window.dispatchEvent(new Event('online'))"))
