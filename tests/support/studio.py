"""The studio in process: real pages, real freshness engine, a store that counts and can fail, no browser, no DBOS."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

from services import container
from services.clock import FakeClock
from services.container import Services
from services.freshness.disk import DiskCache
from services.ids import SequentialIds
from services.models import MediaItem, Principal, Put
from services.settings import load_settings
from services.store.protocol import Store
from services.workflows.generate import abandon
from services.workflows.studio import Studio as RunStudio
from tests.support.mesop_client import MesopClient
from tests.support.records import make_file, make_item, operation

SECRET = "shared by all processes of the studio"


class WatchedStore:
    """A store that counts calls by repository method. While set, `fault` is raised, and `lost` after a commit."""

    def __init__(self, store: Store) -> None:
        self.calls: Counter[str] = Counter()
        self.fault: Exception | None = None
        self.lost: Exception | None = None
        self._store = store
        self.media = _Watched(self, "media", store.media)
        self.runs = _Watched(self, "runs", store.runs)
        self.projects = _Watched(self, "projects", store.projects)
        self.templates = _Watched(self, "templates", store.templates)
        self.upkeep = _Watched(self, "upkeep", store.upkeep)
        self.commit_size = store.commit_size

    def commit(self, *args: Any, **options: Any) -> Any:
        self.note("commit")
        commit = self._store.commit(*args, **options)
        if self.lost is not None:
            raise self.lost
        return commit

    def watch(self, *args: Any, **options: Any) -> Any:
        """The feed reads behind the watch's back: what it costs is the feed's own, not the views'."""
        return self._store.watch(*args, **options)

    def ping(self) -> None:
        self.note("ping")
        self._store.ping()

    def close(self) -> None:
        self._store.close()

    def note(self, call: str) -> None:
        self.calls[call] += 1
        if self.fault is not None:
            raise self.fault

    @property
    def reads(self) -> int:
        return sum(count for call, count in self.calls.items() if call != "commit")


class _Watched:
    def __init__(self, watch: WatchedStore, name: str, repository: Any) -> None:
        self._watch, self._name, self._repository = watch, name, repository

    def __getattr__(self, method: str) -> Any:
        called = getattr(self._repository, method)

        def call(*args: Any, **options: Any) -> Any:
            self._watch.note(f"{self._name}.{method}")
            return called(*args, **options)

        return call


class IdleEngine:
    """Takes runs and never works on them: tests finish them when it suits."""

    engine_id = "test-engine"

    def __init__(self) -> None:
        self.enqueued: list[str] = []
        self.looked_for: list[str] = []
        self.fault: Exception | None = None

    def enqueue(self, run_id: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.enqueued.append(run_id)

    def give_up(self, run_id: str, reason: str) -> None:
        abandon(run_id, reason)

    def look_for(self, run_id: str) -> None:
        self.looked_for.append(run_id)

    def close(self) -> None:
        pass


class Studio:
    """Services on a given store, installed for the pages of this process."""

    def __init__(self, store: Store, clock: FakeClock, data_dir: Path) -> None:
        self.clock = clock
        self.store = WatchedStore(store)
        choices = {"FRESHET_DATA_DIR": str(data_dir), "FRESHET_FILES": "memory://", "FRESHET_SECRET": SECRET}
        settings = load_settings(choices)
        self.services: Services = container.build(settings, clock=clock, ids=SequentialIds(), store=self.store)  # type: ignore[arg-type]
        self.engine = IdleEngine()
        self.services.engine = self.engine  # type: ignore[assignment]
        s = self.services
        s.studio = RunStudio(s.store, self.engine, s.progress, clock, s.ids)  # type: ignore[arg-type]
        container.install(self.services)
        self.principal: Principal = self.services.principals.resolve({})
        self.app = flask_app()

    def open(self, path: str, query: dict[str, str] | None = None) -> MesopClient:
        """A new tab at `path`."""
        return MesopClient(self.app, path, query)

    def add(self, count: int = 1, **fields: Any) -> list[MediaItem]:
        """Commit `count` items of this project, each made a second after the one before; the last is the newest."""
        items = []
        for _ in range(count):
            self.clock.advance(1)
            now = self.clock.now()
            media_id = self.services.ids.new()
            file = make_file(key=f"media/p/{media_id}/thumb-x.webp", content_type="image/webp", updated_at=now)
            defaults = {
                "project_id": self.services.project.id,
                "owner_id": self.principal.user_id,
                "created_at": now,
                "files": {"original": file, "thumb": file},
            }
            items.append(make_item(id=media_id, **(defaults | fields)))
        writes = [Put(item, expect=0) for item in items]
        commit = self.store._store.commit(self.principal, writes, operation_id=operation())
        return [record for record in commit.records if isinstance(record, MediaItem)]

    def change(self, item: MediaItem, **fields: Any) -> MediaItem:
        """Commit a change to one item."""
        changed = item.model_copy(update=fields)
        commit = self.store._store.commit(
            self.principal, [Put(changed, expect=item.revision)], operation_id=operation()
        )
        stored = commit.records[0]
        assert isinstance(stored, MediaItem)
        return stored

    def restart(self, disk: DiskCache | None = None) -> None:
        """As if another process answered from now on: nothing that was read is held, but for what is on `disk`."""
        from services.freshness import Editor, Freshness, SnapshotStore
        from services.freshness.asides import Asides
        from services.freshness.session import Sessions
        from services.freshness.totals import Totals
        from services.freshness.usages import Usages
        from services.prompts.templates import Templates

        s, mark = self.services, self.services.ids.new()
        s.freshness = Freshness(s.store.media, self.clock, SnapshotStore(mark=mark), disk=disk)
        s.editor = Editor(s.store, s.freshness, self.clock, s.ids)
        s.asides = Asides(self.clock, mark)
        s.usages = Usages(s.store.upkeep, self.clock, disk=disk)
        s.totals = Totals(s.store.media, self.clock, s.freshness.count)
        s.templates = Templates(s.store, self.clock, s.ids, mark)
        s.sessions = Sessions(SECRET.encode())

    def close(self) -> None:
        container.install(None)
        self.services.purges.close()
        self.services.editor.close()
        self.services.asides.close()
        self.services.usages.close()
        self.services.templates.close()
        self.services.hub.close()
        self.services.freshness.close()
        self.services.pool.close()
        self.services.inquiries.close()
        self.services.cutouts.close()
        self.services.intake.close()
        self.services.opener.close()


_app: Any = None


def flask_app() -> Any:
    """Mesop's application; pages register once per process."""
    global _app
    if _app is None:
        os.environ["MESOP_APP_BASE_PATH"] = str(Path(__file__).resolve().parents[2])
        from absl import flags
        from mesop.server.wsgi_app import create_app

        from pages import register

        register()
        flags.FLAGS(["freshet"])
        _app = create_app(prod_mode=True)._flask_app
    return _app


def ids_shown(tab: MesopClient) -> list[str]:
    """The media ids of a tab's tiles, in order."""
    return [tile["mediaId"] for tile in tab.tiles()]
