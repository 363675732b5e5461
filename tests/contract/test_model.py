"""Any history of commits: lists and deltas answer as a plain dictionary would."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.clock import FakeClock
from services.identity import can
from services.models import MediaItem, MediaQuery, Principal, Put, Removal, Remove, Write
from services.store.protocol import Store
from tests.contract.test_lists import newest_first, read_all
from tests.support.records import NOON, PROJECT, make_item, make_principal, operation
from tests.support.stores import Backend

PEOPLE = [make_principal(name, PROJECT, "other") for name in ("ada", "bob")]
PROJECTS = (PROJECT, "other")
VALUES: dict[str, tuple[Any, ...]] = {
    "visibility": ("private", "project", "public"),
    "media_type": ("image", "video"),
    "status": ("ready", "failed"),
    "project_id": PROJECTS,
    "deleted_at": (None, None, NOON),
}
fields = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})
change = st.tuples(
    st.sampled_from(["create", "edit", "edit", "remove", "again"]),
    st.integers(0, 1),
    st.integers(0, 99),
    fields,
    st.integers(0, 2),
)
step = st.one_of(st.lists(change, min_size=1, max_size=3), st.integers(0, 3))
"""A commit of some changes, or one of the followers catching up."""


@dataclass
class Follower:
    """Somebody's view of a project: read once in full, kept by deltas, applied by (id, revision)."""

    principal: Principal
    project_id: str
    watermark: str = ""
    known: dict[str, MediaItem | Removal] = field(default_factory=dict)

    def start(self, store: Store) -> None:
        self.watermark = store.media.get_media_for_page(
            self.principal, MediaQuery(project_id=self.project_id)
        ).watermark

    def catch_up(self, store: Store) -> None:
        changes = store.media.changed_since(self.principal, self.project_id, self.watermark)
        everything: list[MediaItem | Removal] = [*changes.changed, *changes.removed]
        for news in everything:
            known = self.known.get(news.id)
            if known is None or known.revision < news.revision:
                self.known[news.id] = news
        self.watermark = changes.watermark

    def shown(self) -> dict[str, MediaItem]:
        return {name: one for name, one in self.known.items() if isinstance(one, MediaItem)}


@dataclass
class Studio:
    """The store, and the dictionary that says what must be in it."""

    store: Store
    model: dict[str, MediaItem] = field(default_factory=dict)
    gone: dict[str, MediaItem] = field(default_factory=dict)

    def commit(self, changes: list[tuple[str, int, int, dict[str, Any], int]]) -> None:
        person = PEOPLE[changes[0][1]]
        writes: dict[str, Write] = {}
        for verb, _, pick, values, age in changes:
            write = self._write(person, verb, pick, values, age)
            if write is not None:
                writes.setdefault(write.record.id if isinstance(write, Put) else write.id, write)
        commit = self.store.commit(person, list(writes.values()), operation_id=operation())
        for name, write in writes.items():
            if isinstance(write, Remove):
                self.gone[name] = self.model.pop(name)
        self.model |= {record.id: record for record in commit.records if isinstance(record, MediaItem)}

    def _write(self, person: Principal, verb: str, pick: int, values: dict[str, Any], age: int) -> Write | None:
        mine = sorted(name for name, item in self.model.items() if item.owner_id == person.user_id)
        mine_gone = sorted(name for name in self.gone if self.gone[name].owner_id == person.user_id)
        if verb == "again" and mine_gone:
            name = mine_gone[pick % len(mine_gone)]
            return Put(self.gone[name].model_copy(update=values), 0) if name not in self.model else None
        if verb in ("create", "again") or not mine:
            created_at = NOON - timedelta(hours=age)
            return Put(make_item(id=uuid4().hex, owner_id=person.user_id, created_at=created_at, **values), 0)
        item = self.model[mine[pick % len(mine)]]
        if verb == "remove":
            return Remove("media", item.id, item.revision)
        return Put(item.model_copy(update=values), item.revision)

    def visible(self, principal: Principal, project_id: str) -> dict[str, MediaItem]:
        here = (item for item in self.model.values() if item.project_id == project_id)
        return {item.id: item for item in here if can(principal, "read", item)}


def check_history(backend: Backend, history: list[Any]) -> None:
    studio = Studio(backend.open())
    followers = [Follower(person, project) for person in PEOPLE for project in PROJECTS]
    for follower in followers:
        follower.start(studio.store)
    for one in history:
        if isinstance(one, int):
            followers[one].catch_up(studio.store)
            assert followers[one].shown() == studio.visible(followers[one].principal, followers[one].project_id)
        else:
            studio.commit(one)
    for follower in followers:
        follower.catch_up(studio.store)
        expected = studio.visible(follower.principal, follower.project_id)
        assert follower.shown() == expected
        for filters in ({}, {"media_type": "video"}, {"status": "ready", "media_type": "image"}):
            query = MediaQuery.model_validate({"project_id": follower.project_id, **filters})
            listed = read_all(studio.store, query, principal=follower.principal, limit=3)
            assert [item.id for item in listed] == newest_first(
                [one for one in expected.values() if query.matches(one)]
            )


checked = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@settings(checked, max_examples=150)
@given(history=st.lists(step, max_size=25))
def test_any_history_on_sqlite(tmp_path_factory: pytest.TempPathFactory, history: list[Any]) -> None:
    backend = Backend("sqlite", tmp_path_factory.mktemp("history") / "freshet.db", FakeClock())
    try:
        check_history(backend, history)
    finally:
        backend.close()


@settings(checked, max_examples=25)
@given(history=st.lists(step, max_size=15))
def test_any_history_on_firestore(
    firestore_emulator: str, tmp_path_factory: pytest.TempPathFactory, history: list[Any]
) -> None:
    backend = Backend("firestore", tmp_path_factory.getbasetemp(), FakeClock())
    try:
        check_history(backend, history)
    finally:
        backend.close()
