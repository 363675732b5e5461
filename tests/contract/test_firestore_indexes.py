"""firestore.indexes.json covers every query that the store sends, and holds nothing that none needs."""

from __future__ import annotations

import copy
import itertools
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.identity import SYSTEM
from services.models import MediaQuery, Sort
from tests.support.indexes import Shape, is_covered, shapes_of, shapes_of_sums
from tests.support.records import NOON, PROJECT, make_item, make_principal, save
from tests.support.stores import Backend
from tests.support.watching import watching

ROOT = Path(__file__).parents[2]
FILTERS: dict[str, Any] = {
    "media_type": "image",
    "status": "ready",
    "owner_id": "ada",
    "model": "m",
    "origin": "import",
    "tag": "sea",
}
CURSORS: dict[Sort, str] = {"newest": "0.x", "oldest": "o0.x", "title": "tYQ.x"}
ME = make_principal()


@pytest.fixture(scope="module")
def shapes(firestore_emulator: str, tmp_path_factory: pytest.TempPathFactory) -> set[Shape]:
    """Of all queries that go over the wire when every method is called with every combination of filters."""
    backend = Backend("firestore", tmp_path_factory.getbasetemp(), FakeClock())
    store = backend.open()
    save(store, make_item(), make_item())
    watermark = store.media.get_media_for_page(ME, MediaQuery(project_id=PROJECT)).watermark
    for sort, cursor in CURSORS.items():
        for size in range(len(FILTERS) + 1):
            for names in itertools.combinations(FILTERS, size):
                query = MediaQuery.model_validate(
                    {"project_id": PROJECT, "sort": sort} | {name: FILTERS[name] for name in names}
                )
                store.media.get_media_for_page(ME, query, cursor=cursor)
    dated = {"project_id": PROJECT, "since": NOON, "until": NOON + timedelta(days=1)}
    for more in ({}, {"sort": "oldest"}, {"tag": "sea"}, {"text": "fox"}, {"favourite": True}, {"source_id": "x"}):
        store.media.get_media_for_page(ME, MediaQuery.model_validate(dated | more))
    for more in ({}, FILTERS, {"trash": True}, {"trash": True} | FILTERS):
        query = MediaQuery.model_validate({"project_id": PROJECT} | more)
        store.media.get_media_for_page(ME, query, cursor="0.x")
        for principal in (ME, make_principal("bob"), SYSTEM):
            store.media.count(principal, query)
    store.media.changed_since(ME, PROJECT, watermark)
    with watching(store):
        pass
    store.runs.unfinished(ME)
    store.projects.list_for(ME)
    store.projects.list_for(SYSTEM)
    store.templates.list_for(ME, PROJECT)
    for kind in ("media", "run", "project", "template"):
        list(store.upkeep.records(SYSTEM, kind))
        list(store.upkeep.records(ME, kind, owner_id=ME.user_id))
    store.upkeep.expired_trash(SYSTEM, NOON, 10)
    store.upkeep.is_referenced(SYSTEM, "shared/batch/0.webp")
    store.upkeep.usage(ME)
    (client,) = backend.clients
    found = {shape for query in client.tally.queries for shape in shapes_of(query)}
    found |= {shape for aggregation in client.tally.aggregations for shape in shapes_of_sums(aggregation)}
    backend.close()
    return found


@pytest.fixture
def index_file() -> dict[str, Any]:
    content: dict[str, Any] = json.loads((ROOT / "firestore.indexes.json").read_text())
    return content


def uncovered(shapes: set[Shape], index_file: dict[str, Any]) -> set[Shape]:
    return {shape for shape in shapes if not is_covered(shape, index_file)}


def test_all_filters_of_a_page_are_among_the_queries_in_every_order(shapes: set[Shape]) -> None:
    asked = {"project_id", "sort", "trash", "since", "until", "text", "favourite", "source_id", "ids", *FILTERS}
    assert asked == set(MediaQuery.model_fields)
    fields = [name if name != "tag" else "tokens[]" for name in FILTERS]
    for sort in (("created_at", "DESCENDING"), ("created_at", "ASCENDING"), ("title_key", "ASCENDING")):
        assert Shape("media", frozenset({"project_id", *fields}), (sort,)) in shapes
        found = [shape for shape in shapes if shape.sort == (sort,) and "visibility" not in shape.equal]
        assert len(found) == 2 ** len(FILTERS)


def test_what_upkeep_asks_is_among_the_queries(shapes: set[Shape]) -> None:
    assert Shape("media", frozenset(), (("deleted_at", "ASCENDING"),)) in shapes
    assert Shape("media", frozenset({"shared_files[]"}), ()) in shapes
    summed = ("stored_bytes", "ASCENDING")
    assert Shape("media", frozenset({"owner_id", "media_type"}), (summed,)) in shapes
    assert Shape("media", frozenset({"owner_id"}), (("deleted_at", "ASCENDING"), summed)) in shapes
    assert Shape("runs", frozenset({"owner_id"}), ()) in shapes


def test_the_list_of_templates_needs_no_index_of_its_own(shapes: set[Shape]) -> None:
    assert Shape("templates", frozenset({"project_id", "run_type"}), ()) in shapes


def test_every_query_is_covered(shapes: set[Shape], index_file: dict[str, Any]) -> None:
    assert uncovered(shapes, index_file) == set()


def test_without_any_one_of_the_indexes_some_query_is_not(shapes: set[Shape], index_file: dict[str, Any]) -> None:
    for number in range(len(index_file["indexes"])):
        without = copy.deepcopy(index_file)
        removed = without["indexes"].pop(number)
        assert uncovered(shapes, without), removed


@pytest.mark.parametrize(("wrong", "instead"), itertools.permutations(("ASCENDING", "DESCENDING")))
def test_an_index_in_the_wrong_direction_covers_nothing(
    shapes: set[Shape], index_file: dict[str, Any], wrong: str, instead: str
) -> None:
    for index in index_file["indexes"]:
        if index["fields"][-1]["order"] == wrong:
            index["fields"][-1]["order"] = instead
    assert uncovered(shapes, index_file) == {
        one for one in shapes if one.equal and one.sort and one.sort[-1][1] == wrong
    }


def test_an_exemption_of_a_field_that_a_query_needs_is_noticed(shapes: set[Shape], index_file: dict[str, Any]) -> None:
    index_file["fieldOverrides"].append({"collectionGroup": "runs", "fieldPath": "status", "indexes": []})
    assert {shape.collection for shape in uncovered(shapes, index_file)} == {"runs"}


def test_tombstones_of_every_collection_expire(index_file: dict[str, Any]) -> None:
    expiring = {one["collectionGroup"] for one in index_file["fieldOverrides"] if one.get("ttl") is True}
    assert expiring == {"media", "runs", "projects", "templates"}


def test_the_rules_deny_every_direct_access() -> None:
    rules = (ROOT / "firestore.rules").read_text()
    allowed = [line.strip() for line in rules.splitlines() if line.strip().startswith("allow")]
    assert allowed == ["allow read, write: if false;"]
    assert "match /{document=**}" in rules
