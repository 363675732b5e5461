"""A server that starts while Firestore is away: it serves what its disk keeps, says so, and recovers by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen
from uuid import uuid4

import pytest

from services.clock import SystemClock
from services.errors import NotFound
from services.identity import SYSTEM
from services.ids import UlidIds
from services.library import DEFAULT_PROJECT_ID
from services.models import MediaQuery, Project
from services.store.protocol import Store
from services.workflows.progress import ProgressBoard
from services.workflows.studio import Order, Studio
from tests.browser.library import write_photo
from tests.browser.server import Server
from tests.fault.yard import NoEngine, ScriptedServer, Yard, serving
from tests.support.events import views
from tests.support.mesop_client import MesopClient
from tests.support.proxy import Proxy, proxied
from tests.support.records import make_item, make_principal, save
from tests.support.remote_app import RemoteApp
from tests.support.renders import script
from tests.support.stores import reopen

ME = make_principal("local", DEFAULT_PROJECT_ID)
Fault = Callable[[Proxy], None]
FAULTS = [pytest.param(Proxy.cut, id="down"), pytest.param(Proxy.pause, id="silent")]


class Scene:
    """A data directory and a Firestore database, looked at from here directly and by the server through `proxy`."""

    def __init__(self, folder: Path, proxy: Proxy) -> None:
        self.proxy = proxy
        self.data_dir = folder / "data"
        self.project = f"away-{uuid4().hex[:12]}"
        self.store: Store = reopen(("firestore", self.project))
        self.servers: list[Server] = []

    def serve(self) -> Server:
        settings = {
            "FRESHET_STORE": "firestore",
            "FIRESTORE_EMULATOR_HOST": self.proxy.address,
            "GOOGLE_CLOUD_PROJECT": self.project,
        }
        self.servers.append(ScriptedServer(self.data_dir, **settings))
        return self.servers[-1]

    def add(self, count: int) -> list[str]:
        """Commit so many items; their ids, newest first."""
        items = [make_item(project_id=DEFAULT_PROJECT_ID, owner_id=ME.user_id) for _ in range(count)]
        return [item.id for item in reversed(save(self.store, *items, principal=ME))]

    def library(self, server: Server) -> MesopClient:
        return MesopClient(RemoteApp(server.url), "/library")

    def close(self) -> None:
        for server in self.servers:
            server.kill()
        self.store.close()


@pytest.fixture
def scene(firestore_emulator: str, tmp_path: Path) -> Iterator[Scene]:
    with proxied(firestore_emulator) as proxy:
        scene = Scene(tmp_path, proxy)
        yield scene
        proxy.resume()
        scene.close()


def shown(tab: MesopClient) -> list[str]:
    return [tile["mediaId"] for tile in tab.tiles()]


def mode(tab: MesopClient) -> str:
    return str(tab.element("freshet-status")["mode"])


def settled(tab: MesopClient) -> MesopClient:
    """The tab, once its question has been answered or given up."""

    def look() -> bool:
        tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None})
        return not tab.element("freshet-live")["waiting"]

    Yard.wait_for(look)
    return tab


@pytest.mark.parametrize("fault", FAULTS)
def test_R2_09_its_pages_are_painted_from_disk_with_their_age_and_are_fresh_again_by_themselves(
    scene: Scene, fault: Fault
) -> None:
    server = scene.serve()
    held = scene.add(3)
    assert shown(settled(scene.library(server))) == held
    server.stop()
    fault(scene.proxy)
    server.start()
    (line,) = server.wait_logged("store.away")
    assert "Firestore cannot be reached" in line
    tab = scene.library(server)
    assert shown(tab) == held
    assert mode(settled(tab)) == "offline"
    assert shown(tab) == held
    assert b"cannot be reached" in urlopen(f"{server.url}/healthz").read()

    newer = scene.add(1)
    scene.proxy.resume()
    server.wait_logged("store.reached")
    tab.fire("freshet-live", "refreshEvent", {"reason": "online", "views": None})
    assert shown(settled(tab)) == newer + held
    assert mode(tab) == "plain"
    assert server.logged("Traceback") == []
    assert len(server.logged("store.away")) == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_R0_14_with_nothing_on_disk_the_library_could_not_be_read_and_is_not_empty(scene: Scene, fault: Fault) -> None:
    fault(scene.proxy)
    server = scene.serve()
    tab = settled(scene.library(server))
    assert "The library could not be read" in tab.text
    assert not [text for text in tab.text if "empty" in text]
    assert mode(tab) == "failed"
    with pytest.raises(NotFound):
        scene.store.projects.get(SYSTEM, DEFAULT_PROJECT_ID)

    scene.proxy.resume()
    server.wait_logged("store.reached")
    project = scene.store.projects.get(SYSTEM, DEFAULT_PROJECT_ID)
    assert isinstance(project, Project)
    tab.press("Retry")
    assert "Your library is empty" in settled(tab).text
    [item] = scene.add(1)
    tab.fire("freshet-status", "refreshEvent")
    assert shown(settled(tab)) == [item]


def test_R1_21_a_run_that_was_interrupted_is_taken_up_once_the_database_answers(scene: Scene, tmp_path: Path) -> None:
    server = scene.serve()
    server.stop()
    clock = SystemClock()
    ids = UlidIds(clock)
    engine = NoEngine((scene.data_dir / "engine-id").read_text())
    studio = Studio(scene.store, engine, ProgressBoard(clock), clock, ids)  # type: ignore[arg-type]
    order = Order(
        run_type="image", model="local-image-1", prompt=script(tmp_path / "renders.log"), title="A lighthouse",
        media_type="image", origin="create-image", count=1, parameters={"aspect": "1:1", "count": 1, "seed": 1},
    )  # fmt: skip
    run = studio.start(ME, DEFAULT_PROJECT_ID, order, run_id=ids.new())
    scene.proxy.cut()
    server.start()
    assert server.logged("run.take_up") == []
    scene.proxy.resume()
    Yard.wait_for(lambda: scene.store.runs.get(SYSTEM, run.id).finished)
    assert scene.store.runs.get(SYSTEM, run.id).status == "succeeded"


def test_R2_09_the_pictures_of_what_is_painted_from_disk_are_shown_too(scene: Scene, tmp_path: Path) -> None:
    server = scene.serve()
    server.run("import", str(write_photo(tmp_path, "harbour.jpg")))
    (tile,) = settled(scene.library(server)).tiles()
    server.stop()
    scene.proxy.cut()
    server.start()
    (held,) = settled(scene.library(server)).tiles()
    assert held["thumbUrl"] == tile["thumbUrl"]
    with urlopen(server.url + held["thumbUrl"]) as answer:
        assert answer.headers["Content-Type"] == "image/webp"


def test_F08_the_stream_of_changes_says_that_the_database_is_down_and_when_it_is_live(scene: Scene) -> None:
    scene.proxy.cut()
    server = scene.serve()
    query = MediaQuery(project_id=DEFAULT_PROJECT_ID)
    with serving(server), urlopen(f"{server.url}/events?views={_asked(query)}", timeout=60) as stream:
        states = _states(stream)
        assert "down" in states
        scene.proxy.resume()
        assert "live" in states  # looks no further than that


def _asked(query: MediaQuery) -> str:
    return quote(views(query))


def _states(stream: Iterator[bytes]) -> Iterator[str]:
    for line in stream:
        if line.startswith(b"data:") and b'"feed"' in line:
            yield json.loads(line.removeprefix(b"data: "))["feed"]
