"""GET /api/export: all that is one's own, nothing of others, and a last line that says it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.keeping.export import estimated_size
from services.models import MediaItem, Put, Run
from services.store.protocol import Store
from tests.support.records import make_principal, make_run, make_template, operation
from tests.support.web import PICTURE, Web, running_web


@pytest.fixture
def web(store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(store, clock, tmp_path / "data") as web:
        yield web


def exported(web: Web) -> list[dict[str, Any]]:
    answer = web.get("/api/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-disposition"] == 'attachment; filename="freshet-export-2026-11-20.jsonl"'
    return [json.loads(line) for line in answer.text.splitlines()]


def test_every_record_of_ones_own_is_in_it_the_trash_included(web: Web) -> None:
    services, me = web.studio.services, web.studio.principal
    item, gone = web.keep(title="Möwe 港\n"), web.keep(title="Gone")
    gone = web.studio.change(gone, deleted_at=services.clock.now())
    run = make_run(project_id=services.project.id, owner_id=me.user_id)
    template = make_template(project_id=services.project.id, owner_id=me.user_id)
    services.store.commit(me, [Put(run, expect=0), Put(template, expect=0)], operation_id=operation())
    bob = make_principal("bob", services.project.id)
    web.keep(owner=bob)
    lines = exported(web)
    assert lines[0] == {"type": "export", "version": 1, "user": "local", "at": "2026-11-20T14:00:00+00:00"}
    assert [line["type"] for line in lines] == ["export", "project", "template", "run", "media", "media", "end"]
    assert lines[-1] == {"type": "end", "records": 5}
    assert (lines[2]["name"], lines[2]["text"]) == (template.name, template.text)
    media = {line["id"]: line for line in lines if line["type"] == "media"}
    for stored in (item, gone):
        line = media[stored.id]
        links = line.pop("links")
        del line["type"]
        assert MediaItem.model_validate_json(json.dumps(line)) == stored
        assert web.get(links["original"].removeprefix("http://testserver")).content == PICTURE
    line = dict(lines[3])
    del line["type"]
    assert Run.model_validate_json(json.dumps(line)).id == run.id


def test_somebody_without_anything_gets_an_export_that_says_so(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = make_principal("nobody")
    monkeypatch.setattr(web.studio.services.principals, "resolve", lambda headers: nobody)
    assert [line["type"] for line in exported(web)] == ["export", "end"]


def test_another_sites_page_cannot_have_a_browser_ask(web: Web) -> None:
    assert web.get("/api/export", sec_fetch_site="cross-site").status_code == 403


def test_one_that_breaks_off_lacks_its_last_line(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.http.export.LINES", 1)
    web.keep()
    web.studio.store.fault = StoreUnavailable("The database is away")
    answer = web.get("/api/export")
    assert answer.status_code == 200
    assert '"type":"end"' not in answer.text


def test_a_store_that_is_away_is_told_and_nothing_is_sent(web: Web) -> None:
    web.studio.store.fault = StoreUnavailable("The database is away")
    answer = web.get("/api/export")
    assert (answer.status_code, answer.json()) == (503, {"error": "The database is away"})
    assert "content-disposition" not in answer.headers


def test_about_how_large_it_will_be_is_told_before(web: Web) -> None:
    for place in range(40):
        web.keep(prompt="a lighthouse at dusk over a calm sea, long exposure, film grain", tags=("Sea", f"n{place}"))
    size = len(web.get("/api/export").content)
    assert size / 2 < estimated_size(40) < size * 2
