"""Templates: kept whole, listed by name within a bound, a project's to read and their owner's to change."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from services.clock import Clock, FakeClock
from services.errors import Conflict, Forbidden, NotFound
from services.identity import SYSTEM, can
from services.models import MOST_TEMPLATES, Changes, MediaItem, MediaQuery, Put, Remove, Write
from services.models.template import TEXT_LENGTH
from services.store.protocol import Store
from services.store.sqlite import SqliteStore, schema
from tests.contract.test_sqlite_inside import write_old_file
from tests.support.records import PROJECT, make_item, make_principal, make_template, operation, remove, save
from tests.support.stores import Backend

ADA, BOB, EVE = make_principal("ada"), make_principal("bob"), make_principal("eve", "elsewhere")


def ids_in(changes: Changes[MediaItem]) -> set[str]:
    return {one.id for one in changes.changed} | {one.id for one in changes.removed}


class TestReading:
    def test_one_comes_back_as_it_was_written_also_to_another_process(
        self, store: Store, make_store: Callable[[Clock | None], Store]
    ) -> None:
        [template] = save(store, make_template(name="Möwe 港", text="x" * (TEXT_LENGTH - 9) + "{subject}"))
        assert store.templates.get(ADA, template.id) == template
        assert make_store(None).templates.get(ADA, template.id) == template
        assert template.revision == 1

    @pytest.mark.parametrize("template_id", ["missing", "", "a/b", "..", "\ud800"])
    def test_one_that_is_not_there_is_not_found(self, store: Store, template_id: str) -> None:
        with pytest.raises(NotFound):
            store.templates.get(ADA, template_id)

    def test_a_projects_are_listed_by_name_whatever_the_case_and_of_every_type(self, store: Store) -> None:
        save(
            store,
            make_template(name="owl"),
            make_template(name="Fox"),
            make_template(name="elk", run_type="video"),
            make_template(name="fox", run_type="video"),
        )
        save(store, make_template(project_id="other"), principal=make_principal("ada", "other"))
        listing = store.templates.list_for(ADA, PROJECT)
        assert [(one.name, one.run_type) for one in listing.items] == [
            ("elk", "video"), ("Fox", "image"), ("fox", "video"), ("owl", "image"),
        ]  # fmt: skip
        assert listing.documents_read == 4

    def test_no_more_are_read_than_there_may_be(self, store: Store) -> None:
        for start in range(0, MOST_TEMPLATES + 50, 50):
            save(store, *(make_template(name=f"t{start + place:03}") for place in range(50)))
        listing = store.templates.list_for(ADA, PROJECT)
        assert (len(listing.items), listing.documents_read) == (MOST_TEMPLATES, MOST_TEMPLATES)

    def test_everybody_is_listed_exactly_what_can_allows(self, store: Store) -> None:
        shown = ("private", "project", "public")
        templates = [
            *save(store, *(make_template(visibility=one) for one in shown)),
            *save(store, *(make_template(visibility=one, owner_id="bob") for one in shown), principal=BOB),
        ]
        for who in (ADA, BOB, SYSTEM):
            readable = {one.id: one for one in templates if can(who, "read", one)}
            assert {one.id: one for one in store.templates.list_for(who, PROJECT).items} == readable
            for one in templates:
                if one.id in readable:
                    assert store.templates.get(who, one.id) == one
                else:
                    with pytest.raises(NotFound):
                        store.templates.get(who, one.id)

    def test_a_project_of_others_and_one_that_does_not_exist_look_the_same(self, store: Store) -> None:
        [template] = save(store, make_template())
        for project_id in (PROJECT, "missing"):
            with pytest.raises(NotFound):
                store.templates.list_for(EVE, project_id)
        with pytest.raises(NotFound):
            store.templates.get(EVE, template.id)


class TestChanging:
    def test_a_change_goes_up_by_a_revision_and_one_from_before_it_is_a_conflict(self, store: Store) -> None:
        [first] = save(store, make_template(name="a"))
        [second] = save(store, first.model_copy(update={"name": "b"}))
        assert (second.revision, store.templates.get(ADA, first.id)) == (2, second)
        with pytest.raises(Conflict):
            save(store, first.model_copy(update={"name": "c"}))
        with pytest.raises(Conflict):
            remove(store, first)
        with pytest.raises(Conflict):
            store.commit(ADA, [Put(second, expect=0)], operation_id=operation())
        assert store.templates.get(ADA, first.id) == second

    def test_only_the_owner_changes_and_deletes_it(self, store: Store) -> None:
        [template] = save(store, make_template())
        writes: list[Write] = [Put(template.model_copy(update={"name": "b"}), 1), Remove("template", template.id, 1)]
        for write in writes:
            with pytest.raises(Forbidden):
                store.commit(BOB, [write], operation_id=operation())
            with pytest.raises(NotFound):
                store.commit(EVE, [write], operation_id=operation())
        with pytest.raises(Forbidden):
            save(store, make_template(owner_id="bob"))
        assert store.templates.list_for(ADA, PROJECT).items == (template,)

    def test_a_deleted_one_leaves_the_list_costs_it_nothing_and_can_be_made_again(self, store: Store) -> None:
        [kept, gone] = save(store, make_template(name="a"), make_template(name="b"))
        remove(store, gone)
        listing = store.templates.list_for(ADA, PROJECT)
        assert (listing.items, listing.documents_read) == ((kept,), 1)
        with pytest.raises(NotFound):
            store.templates.get(ADA, gone.id)
        commit = store.commit(ADA, [Put(gone, expect=0)], operation_id=operation())
        [again] = commit.records
        assert again.revision == 3
        assert store.templates.list_for(ADA, PROJECT).items == (kept, again)

    def test_the_same_operation_twice_is_one_commit(self, store: Store) -> None:
        template = make_template()
        first = store.commit(ADA, [Put(template, expect=0)], operation_id="once")
        again = store.commit(ADA, [Put(template, expect=0)], operation_id="once")
        assert first.records == again.records


class TestAmongOtherRecords:
    def test_lists_deltas_and_figures_of_media_know_nothing_of_it(self, store: Store) -> None:
        [item] = save(store, make_item())
        page = store.media.get_media_for_page(ADA, MediaQuery(project_id=PROJECT))
        usage = store.upkeep.usage(ADA)
        [template] = save(store, make_template())
        changes = store.media.changed_since(ADA, PROJECT, page.watermark)
        assert template.id not in ids_in(changes)
        remove(store, template)
        later = store.media.changed_since(ADA, PROJECT, changes.watermark)
        assert template.id not in ids_in(later)
        assert store.media.get_media_for_page(ADA, MediaQuery(project_id=PROJECT)).items == (item,)
        assert store.upkeep.usage(ADA).by_type == usage.by_type

    def test_those_of_a_person_can_be_taken_away(self, store: Store) -> None:
        mine, other = save(store, make_template(), make_template(visibility="private"))
        save(store, make_template(owner_id="bob"), principal=BOB)
        gone = make_template()
        save(store, gone)
        remove(store, store.templates.get(ADA, gone.id))
        assert list(store.upkeep.records(ADA, "template", owner_id="ada")) == [mine, other]


@pytest.mark.usefixtures("firestore_emulator")
def test_a_list_is_billed_what_it_says(tmp_path: Path) -> None:
    backend = Backend("firestore", tmp_path, FakeClock())
    store = backend.open()
    templates = save(store, *(make_template() for _ in range(5)))
    remove(store, templates[0])
    for project_id, expected in ((PROJECT, 4), ("empty", 1)):
        before = backend.billed_reads()
        listing = store.templates.list_for(make_principal("ada", PROJECT, "empty"), project_id)
        assert backend.billed_reads() - before == listing.documents_read == expected
    backend.close()


def test_a_file_from_before_there_were_templates_is_brought_up_to_date(tmp_path: Path) -> None:
    path, item = tmp_path / "freshet.db", make_item()
    write_old_file(path, 2, item)
    with closing(SqliteStore(path, FakeClock())) as store:
        assert store.templates.list_for(ADA, PROJECT).items == ()
        [template] = save(store, make_template())
        assert store.templates.get(ADA, template.id) == template
        assert store.media.get(ADA, item.id) == item
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(schema._STEPS),)


def test_the_list_is_a_walk_along_an_index(tmp_path: Path) -> None:
    with closing(SqliteStore(tmp_path / "freshet.db", FakeClock())) as store, store._connections.read() as connection:
        sql = "EXPLAIN QUERY PLAN SELECT document FROM templates WHERE project_id = ? ORDER BY id LIMIT ?"
        [step] = [row[3] for row in connection.execute(sql, (PROJECT, 200))]
        assert "USING INDEX templates_of_project" in step
