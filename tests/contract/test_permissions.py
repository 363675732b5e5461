"""What a principal may not read is absent; what they may not change is refused."""

from __future__ import annotations

import pytest

from services.errors import Forbidden, NotFound
from services.identity import SYSTEM, can
from services.models import MediaQuery, Principal, Put, Remove, Write
from services.store.protocol import PAGE_SIZE, SEARCH_STEP, Store
from tests.contract.test_lists import read_all
from tests.support.records import PROJECT, make_item, make_principal, make_project, make_run, remove, save

ADA, BOB, EVE = make_principal("ada"), make_principal("bob"), make_principal("eve", "elsewhere")
ALL = MediaQuery(project_id=PROJECT)


class TestReading:
    def test_everybody_is_shown_exactly_what_can_allows(self, store: Store) -> None:
        items = [
            *save(store, *(make_item(visibility=visibility) for visibility in ("private", "project", "public"))),
            *save(
                store,
                *(make_item(visibility=visibility, owner_id="bob") for visibility in ("private", "project", "public")),
                principal=BOB,
            ),
        ]
        ids = [item.id for item in items]
        for principal in (ADA, BOB, SYSTEM):
            readable = {item.id: item for item in items if can(principal, "read", item)}
            assert {item.id: item for item in read_all(store, principal=principal)} == readable
            assert store.media.get_many(principal, ids) == readable
        assert store.media.get_many(EVE, ids) == {item.id: item for item in items if item.visibility == "public"}

    def test_a_private_item_is_as_absent_to_others_as_one_that_does_not_exist(self, store: Store) -> None:
        [secret] = save(store, make_item(visibility="private"))
        attempts: list[Write] = [Put(secret, 1), Remove("media", secret.id, 1)]
        for principal in (BOB, EVE):
            with pytest.raises(NotFound) as hidden:
                store.media.get(principal, secret.id)
            with pytest.raises(NotFound) as missing:
                store.media.get(principal, "missing")
            assert str(hidden.value).replace(secret.id, "missing") == str(missing.value)
            for write in attempts:
                with pytest.raises(NotFound):
                    store.commit(principal, [write], operation_id="op")
        assert store.media.get(ADA, secret.id) == secret

    def test_a_project_of_others_and_one_that_does_not_exist_look_the_same(self, store: Store) -> None:
        save(store, make_project(), make_item())
        watermark = store.media.get_media_for_page(ADA, ALL).watermark
        for project_id in (PROJECT, "missing"):
            with pytest.raises(NotFound):
                store.media.get_media_for_page(EVE, MediaQuery(project_id=project_id))
            with pytest.raises(NotFound):
                store.media.changed_since(EVE, project_id, watermark)
            with pytest.raises(NotFound):
                store.projects.get(EVE, project_id)

    def test_a_private_run_is_its_owners_alone(self, store: Store) -> None:
        [run] = save(store, make_run(visibility="private"))
        assert store.runs.get(ADA, run.id) == run
        assert store.runs.unfinished(ADA) == store.runs.unfinished(SYSTEM) == [run]
        assert store.runs.unfinished(BOB) == []
        with pytest.raises(NotFound):
            store.runs.get(BOB, run.id)
        with pytest.raises(NotFound):
            store.runs.set_progress(BOB, run.id, 50)


class TestSparseReading:
    def test_a_page_reads_on_past_what_may_not_be_read(self, store: Store) -> None:
        mine = save(store, *(make_item() for _ in range(PAGE_SIZE)))
        save(store, *(make_item(visibility="private", owner_id="bob") for _ in range(40)), principal=BOB)
        page = store.media.get_media_for_page(ADA, ALL)
        assert [item.id for item in page.items] == [item.id for item in reversed(mine)]
        assert page.documents_read <= SEARCH_STEP

    def test_a_step_reads_so_much_and_no_more_and_the_next_goes_on(self, store: Store) -> None:
        [first] = save(store, make_item())
        save(store, *(make_item(visibility="private", owner_id="bob") for _ in range(SEARCH_STEP + 30)), principal=BOB)
        page = store.media.get_media_for_page(ADA, ALL)
        assert (page.items, page.documents_read) == ((), SEARCH_STEP)
        assert page.next_cursor is not None
        assert read_all(store, principal=ADA) == [first]


class TestChanging:
    @pytest.mark.parametrize("visibility", ["project", "public"])
    def test_only_the_owner_edits_and_deletes(self, store: Store, visibility: str) -> None:
        [item] = save(store, make_item(visibility=visibility))
        for write in (Put(item.model_copy(update={"title": "b"}), 1), Remove("media", item.id, 1)):
            with pytest.raises(Forbidden):
                store.commit(BOB, [write], operation_id="op")
        assert store.media.get(ADA, item.id) == item

    @pytest.mark.parametrize(
        ("principal", "fields"), [(BOB, {}), (EVE, {"owner_id": "eve"}), (ADA, {"project_id": "elsewhere"})]
    )
    def test_nobody_creates_in_anothers_name_or_project(
        self, store: Store, principal: Principal, fields: dict[str, str]
    ) -> None:
        with pytest.raises(Forbidden):
            save(store, make_item(**fields), principal=principal)

    @pytest.mark.parametrize("fields", [{"owner_id": "bob"}, {"project_id": "elsewhere"}])
    def test_nobody_hands_a_record_to_another_person_or_a_foreign_project(
        self, store: Store, fields: dict[str, str]
    ) -> None:
        [item] = save(store, make_item())
        with pytest.raises(Forbidden):
            save(store, item.model_copy(update=fields))

    def test_a_project_is_read_by_its_members_and_changed_by_its_owner(self, store: Store) -> None:
        [project] = save(store, make_project(member_ids=("ada", "bob")))
        assert store.projects.get(BOB, PROJECT) == store.projects.get(ADA, PROJECT) == project
        with pytest.raises(Forbidden):
            save(store, project.model_copy(update={"name": "Mine"}), principal=BOB)
        with pytest.raises(Forbidden):
            remove(store, project, principal=BOB)

    def test_the_system_may_do_everything(self, store: Store) -> None:
        [item] = save(store, make_item(visibility="private", owner_id="bob", project_id="anywhere"), principal=SYSTEM)
        [item] = save(store, item.model_copy(update={"title": "b"}), principal=SYSTEM)
        assert read_all(store, MediaQuery(project_id="anywhere"), principal=SYSTEM) == [item]
        remove(store, item, principal=SYSTEM)


class TestProjects:
    def test_a_person_is_listed_the_projects_they_belong_to_by_name(self, store: Store) -> None:
        save(
            store,
            make_project("p1", name="zebra", member_ids=()),
            make_project("p2", name="Apple", member_ids=("ada", "bob")),
            make_project("p3", name="apple", owner_id="eve", member_ids=("ada",)),
            make_project("p4", name="mango", owner_id="eve", member_ids=("eve",)),
            principal=SYSTEM,
        )
        assert [project.id for project in store.projects.list_for(ADA)] == ["p2", "p3", "p1"]
        assert [project.id for project in store.projects.list_for(BOB)] == ["p2"]
        assert [project.id for project in store.projects.list_for(SYSTEM)] == ["p2", "p3", "p4", "p1"]
