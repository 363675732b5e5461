"""The project that a page works in is the one that its address names; every page, chooser and upload stays in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.ids import SequentialIds
from services.models import MediaItem, MediaQuery, Project, Put
from services.projects import LIFETIME, PAUSE
from tests.handler.test_page_edits import ended, listen, stored, told
from tests.handler.test_page_live import push
from tests.handler.test_page_several import edit
from tests.handler.test_page_try_on import open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.records import make_item, operation
from tests.support.studio import Studio, ids_shown

__all__ = ["listen"]
HOME = ""


def make(studio: Studio, name: str = "Spring") -> str:
    project = studio.services.projects.create(studio.principal, name)
    studio.principal = studio.services.principals.resolve({})
    return project.id


def made_elsewhere(studio: Studio, name: str = "Autumn") -> str:
    """A project that another process has made."""
    who, now = studio.principal, studio.clock.now()
    one = SequentialIds(500).new()
    project = Project(
        id=one, project_id=one, owner_id=who.user_id, created_at=now, updated_at=now, name=name,
        member_ids=(who.user_id,),
    )  # fmt: skip
    studio.store._store.commit(who, [Put(project, expect=0)], operation_id=operation())
    return one


def undo(studio: Studio, tab: MesopClient, *items: MediaItem) -> None:
    wanted = {"edit": "undo", "ids": [item.id for item in items], "scrolled": False}
    tab.fire("freshet-edits", "editEvent", wanted)
    assert ended(studio)
    tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None, "scrolled": False})


def nav(tab: MesopClient) -> tuple[str, list[str]]:
    """The project that the navigation says is worked in, and the names of all."""
    shown = tab.element("freshet-nav")
    return shown["project"], [name for _, name in shown["projects"]]


@pytest.mark.parametrize("path", ["/library", "/home", "/create/image", "/create/video", "/try-on", "/account"])
def test_each_page_says_which_project_it_works_in(studio: Studio, path: str) -> None:
    assert nav(studio.open(path)) == (HOME, ["First project"])
    spring = make(studio)
    assert nav(studio.open(path, {"project": spring})) == (spring, ["First project", "Spring"])
    assert nav(studio.open(path, {"project": "somebody-elses"}))[0] == HOME


def test_what_is_made_in_a_project_belongs_to_it_and_shows_there_alone(studio: Studio) -> None:
    spring = make(studio)
    tab = studio.open("/create/image", {"project": spring})
    tab.fire("freshet-field", "changeEvent", {"value": "A harbour in fog"}, fieldId="prompt")
    tab.press("Generate Image")
    (made,) = tab.tiles()
    item = studio.store._store.media.get(studio.principal, made["mediaId"])
    assert item.project_id == spring
    assert studio.store._store.runs.get(studio.principal, str(item.run_id)).project_id == spring
    assert ids_shown(studio.open("/create/image")) == []
    assert ids_shown(studio.open("/library", {"project": spring})) == [item.id]
    assert ids_shown(studio.open("/home", {"project": spring})) == [item.id]


def test_a_chooser_lists_the_page_s_project_and_leads_to_the_others(studio: Studio) -> None:
    (home,) = studio.add()
    spring = make(studio)
    (item,) = studio.add(project_id=spring)
    tab = studio.open("/try-on", {"project": spring})
    open_chooser(tab, "person")
    assert ids_shown(tab) == [item.id]
    assert tab.element("freshet-choice", label="Project")["value"] == spring
    assert tab.element("freshet-upload")["project"] == spring
    tab.fire("freshet-choice", "chooseEvent", {"value": studio.services.project.id}, label="Project")
    assert ids_shown(tab) == [home.id]
    assert tab.element("freshet-upload")["project"] == studio.services.project.id
    tab.fire("freshet-choice", "chooseEvent", {"value": "somebody-elses"}, label="Project")
    assert ids_shown(tab) == [item.id]


def test_a_single_project_is_not_asked_about_in_a_chooser(studio: Studio) -> None:
    tab = studio.open("/try-on")
    open_chooser(tab, "person")
    assert not [one for one in tab.elements("freshet-choice") if one["label"] == "Project"]


def test_a_project_that_another_process_made_is_found_by_its_address(studio: Studio) -> None:
    autumn = made_elsewhere(studio)
    studio.clock.advance(PAUSE.total_seconds())
    assert nav(studio.open("/library", {"project": autumn})) == (autumn, ["Autumn", "First project"][::-1])


def test_a_project_that_is_none_is_not_looked_for_with_every_event(studio: Studio) -> None:
    studio.clock.advance(PAUSE.total_seconds())
    before = studio.store.calls["projects.list_for"]
    tab = studio.open("/create/image", {"project": SequentialIds(900).new()})
    for _ in range(3):
        tab.fire("freshet-field", "changeEvent", {"value": "A harbour"}, fieldId="prompt")
    assert studio.store.calls["projects.list_for"] - before == 1
    assert nav(tab)[0] == HOME


@pytest.mark.parametrize("path", ["/home", "/create/image", "/library"])
def test_a_store_that_is_away_is_not_asked_for_a_project_with_every_event(studio: Studio, path: str) -> None:
    """Else every click of the tab would wait until that fails."""
    autumn = made_elsewhere(studio)
    studio.clock.advance(LIFETIME.total_seconds())
    studio.store.fault = StoreUnavailable("The database is away")
    before = studio.store.calls["projects.list_for"]
    tab = studio.open(path, {"project": autumn})
    for _ in range(3):
        tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert studio.store.calls["projects.list_for"] - before == 1
    assert not any("is not there" in text for text in tab.text), "nobody can tell"
    studio.store.fault = None
    studio.clock.advance(PAUSE.total_seconds())
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert nav(tab) == (autumn, ["First project", "Autumn"])


def test_a_page_says_that_its_project_cannot_be_looked_up_while_the_store_is_away(studio: Studio) -> None:
    autumn = made_elsewhere(studio)
    studio.clock.advance(PAUSE.total_seconds())
    studio.store.fault = StoreUnavailable("The database is away")
    tab = studio.open("/create/image", {"project": autumn})
    told_so = (
        "The project of this address cannot be looked up now: the database does not answer. You are in First project."
    )
    assert told_so in tab.text
    studio.store.fault = None
    studio.clock.advance(PAUSE.total_seconds())
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert told_so not in tab.text


def test_the_menu_of_projects_asks_the_store_when_it_opens(studio: Studio) -> None:
    tab = studio.open("/library")
    made_elsewhere(studio)
    tab.fire("freshet-nav", "projectsEvent", {})
    assert nav(tab)[1] == ["First project", "Autumn"]


def test_a_project_is_made_from_the_menu_and_worked_in(studio: Studio) -> None:
    tab = studio.open("/create/video")
    tab.fire("freshet-nav", "createEvent", {"name": " Spring ", "url": "/create/video"})
    (spring,) = studio.services.principals.resolve({}).project_ids - {studio.services.project.id}
    assert (tab.path, tab.query) == ("/create/video", {"project": [spring]})
    tab.fire("freshet-nav", "createEvent", {"name": "", "url": "/create/video"})
    assert "Write one" in told(tab)
    tab.fire("freshet-nav", "createEvent", {"name": "Summer", "url": "https://example.org"})
    assert tab.path == "/home"


@pytest.mark.parametrize("path", ["/home", "/create/image", "/create/video", "/try-on", "/account"])
def test_R0_14_a_project_that_is_not_there_is_told_of_where_something_could_go_into_another(
    studio: Studio, path: str
) -> None:
    told_so = "The project of this address is not there, or not yours. You are in First project."
    assert told_so in studio.open(path, {"project": "nope"}).text
    assert told_so not in studio.open(path, {"project": make(studio)}).text
    assert told_so not in studio.open(path).text


def test_clearing_the_filters_stays_in_the_project(studio: Studio) -> None:
    studio.add()
    spring = make(studio)
    (item,) = studio.add(project_id=spring)
    tab = studio.open("/library", {"project": spring, "q": "nothing-has-this"})
    assert ids_shown(tab) == []
    tab.fire("freshet-filters", "filterEvent", {"clear": True})
    assert ids_shown(tab) == [item.id]


def test_a_move_is_undone_and_a_second_undo_takes_back_what_was_before(studio: Studio) -> None:
    spring = make(studio)
    items = studio.add(3)
    home = studio.services.project.id
    tab = studio.open("/library")
    edit(tab, "delete", items[:1], group="~a1")
    edit(tab, "move", items[1:], spring, group="~b2")
    assert ended(studio)
    assert ids_shown(tab) == []
    assert tab.element("freshet-toast")["undo"] is True
    assert tab.element("freshet-edits")["undoes"] == "~b2"
    undo(studio, tab, *items[1:])
    assert told(tab) == "2 items moved back"
    assert ids_shown(tab) == [items[2].id, items[1].id]
    assert {stored(studio, item).project_id for item in items} == {home}
    assert tab.element("freshet-edits")["undoes"] == "~a1"
    undo(studio, tab, items[0])
    assert told(tab) == "1 item restored"
    assert len(ids_shown(tab)) == 3
    assert tab.element("freshet-edits")["undoes"] == ""


def test_F10_after_a_move_and_its_undo_the_page_lacks_nothing_that_its_session_knows_of(studio: Studio) -> None:
    spring = make(studio)
    items = studio.add(2)
    tab = studio.open("/library")
    for turn in range(3):
        edit(tab, "move", items[:1], spring, group=f"~{turn}")
        assert ended(studio)
        push(tab, "ready")
        assert (ids_shown(tab), tab.element("freshet-status")["mode"]) == ([items[1].id], "plain")
        undo(studio, tab, items[0])
        assert (len(ids_shown(tab)), tab.element("freshet-status")["mode"]) == (2, "plain")
        assert tab.element("freshet-live")["unsure"] is False


def test_B22_an_undo_that_failed_can_be_pressed_again_before_any_other(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    spring = make(studio)
    items = studio.add(3)
    tab = studio.open("/library")
    edit(tab, "delete", items[:1], group="~a1")
    edit(tab, "move", items[1:], spring, group="~b2")
    assert ended(studio)
    for call in ("media.get_many", "commit"):  # it cannot be read, or not be stored
        with monkeypatch.context() as patch:
            patch.setattr(studio.store, "note", failing(studio, call))
            undo(studio, tab, *items[1:])
        assert "The store did not answer" in told(tab)
        assert tab.element("freshet-edits")["undoes"] == "~b2", call
    undo(studio, tab, *items[1:])
    assert told(tab) == "2 items moved back"
    undo(studio, tab, items[0])
    assert ids_shown(tab) == [item.id for item in reversed(items)]
    assert tab.element("freshet-edits")["undoes"] == ""


def failing(studio: Studio, which: str) -> Any:
    """A store of which one call fails."""
    note = studio.store.note

    def away(call: str) -> None:
        note(call)
        if call == which:
            raise StoreUnavailable("The store did not answer.")

    return away


def test_a_move_that_failed_is_nothing_to_undo(studio: Studio) -> None:
    spring = make(studio)
    (item,) = studio.add()
    tab = studio.open("/library")
    studio.change(item, deleted_at=studio.clock.now() + timedelta(seconds=1))
    edit(tab, "move", [item], spring, group="~b2")
    assert ended(studio)
    tab.fire("freshet-live", "refreshEvent", {"reason": "ready", "views": None, "scrolled": False})
    assert "Not moved" in told(tab)
    assert tab.element("freshet-edits")["undoes"] == ""


def test_an_undo_moves_nothing_to_a_project_of_others(studio: Studio) -> None:
    """Where something came from is part of the page's state, which a browser can write anything into."""
    spring = make(studio)
    items = studio.add(2, project_id=spring)
    tab = studio.open("/library", {"project": spring})
    edit(tab, "move", items[:1], studio.services.project.id, group="~b2")
    assert ended(studio)
    for state in tab.states.states:
        state.data = state.data.replace(f"~b2>{spring}", "~b2>somebody-elses")
    before = told(tab)
    undo(studio, tab, items[0])
    assert stored(studio, items[0]).project_id == studio.services.project.id
    assert told(tab) == before, "nothing was done, and nothing is said to be"


def test_what_was_made_from_pictures_of_another_project_says_that_they_are_not_here(studio: Studio) -> None:
    spring = make(studio)
    (source,) = studio.add(project_id=spring)
    (item,) = studio.add(source_ids=(source.id,))
    tab = studio.open("/media-item", {"id": item.id})
    assert any("1 picture is not in this project any more, or was deleted" in text for text in tab.text)
    query = MediaQuery(project_id=studio.services.project.id)
    assert len(studio.store._store.media.get_media_for_page(studio.principal, query).items) == 1


def heading(tab: MesopClient) -> str:
    return str(tab.element("freshet-item-head")["text"])


@pytest.mark.parametrize("back", [False, True], ids=["away from home", "back home"])
def test_R0_03_a_permalink_leads_to_the_project_that_its_item_was_moved_to(studio: Studio, back: bool) -> None:
    spring = make(studio)
    home = studio.services.project.id
    (item,) = studio.add(title="Dunes", project_id=spring if back else home)
    studio.change(item, project_id=home if back else spring)
    tab = studio.open("/media-item", {"id": item.id, "type": "image"} | ({"project": spring} if back else {}))
    assert heading(tab) == "Dunes"
    assert tab.query == {"id": [item.id], "type": ["image"]} | ({} if back else {"project": [spring]})
    assert nav(tab)[0] == (HOME if back else spring)
    assert told(tab) == f"This item is in “{'First project' if back else 'Spring'}” now."
    denied = [text for frame in tab.frames for text in frame if "does not exist" in text]
    assert denied == [], "not even for a moment"


def test_an_open_page_goes_on_in_the_project_that_its_item_is_moved_to(studio: Studio, listen: Any) -> None:
    spring = make(studio)
    (item,) = studio.add(title="Dunes")
    (made,) = studio.add(project_id=spring, source_ids=(item.id,))
    tab = studio.open("/media-item", {"id": item.id})
    stream = listen(tab)
    studio.change(item, project_id=spring)
    assert 0 in stream.changed()
    push(tab)
    assert heading(tab) == "Dunes"
    assert tab.query == {"id": [item.id], "project": [spring]}
    assert made.id in ids_shown(tab)
    assert not any("deleted for good" in text for text in tab.text)


def test_R0_14_an_item_that_cannot_be_looked_for_elsewhere_is_not_denied(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    spring = make(studio)
    (item,) = studio.add(title="Dunes", project_id=spring)
    with monkeypatch.context() as patch:
        patch.setattr(studio.store, "note", failing(studio, "media.get"))
        tab = studio.open("/media-item", {"id": item.id})
        assert "This item could not be read" in tab.text
        assert not any("does not exist" in text for text in tab.text)
    tab.press("Retry")
    assert heading(tab) == "Dunes"


def test_an_item_in_a_project_of_others_is_denied_as_before(studio: Studio) -> None:
    eve = studio.principal.model_copy(update={"user_id": "eve", "project_ids": frozenset({"theirs"})})
    theirs = make_item(id=studio.services.ids.new(), project_id="theirs", owner_id="eve", title="Secret plan")
    studio.store._store.commit(eve, [Put(theirs, expect=0)], operation_id=operation())
    tab = studio.open("/media-item", {"id": theirs.id})
    assert "This item does not exist, or it is not yours to see." in tab.text
    assert "Secret plan" not in str(tab.elements("freshet-item-head"))
    assert "project" not in tab.query


def test_a_project_that_another_tab_has_made_is_in_the_menus_of_this_one(studio: Studio) -> None:
    """The process has known it before this tab's next event, so a difference would tell the browser nothing."""
    studio.add()
    tab = studio.open("/library")
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert tab.whole_trees == 0
    make(studio, "Beach")
    tab.fire("freshet-nav", "projectsEvent", {})
    assert nav(tab) == (HOME, ["First project", "Beach"])
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert tab.whole_trees == 0, "once"
