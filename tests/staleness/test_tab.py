"""What a tab of a trial reads off its pages, and what of its edits goes into the history."""

from __future__ import annotations

from services.models import MediaItem
from tests.staleness.checker import check
from tests.staleness.history import UNTOLD, Face
from tests.staleness.screens import DERIVED, HOME, ITEM, MAIN, OPENED, SOURCES
from tests.staleness.tab import Tab
from tests.staleness.test_processes import Studio, studio
from tests.support.engine import until

__all__ = ["studio"]


def rows(tab: Tab) -> dict[str, list[str]]:
    return {role: [media_id for media_id, _ in tab.shown(role)] for role in tab.roles if tab.shown(role)}


def face(tab: Tab, media_id: str) -> Face:
    return dict(tab.items())[media_id]


def written_by(studio: Studio, session: str) -> list[MediaItem | None]:
    return [version.item for write in studio.history.writes if write.session == session for version in write.versions]


def hear_the_end(tab: Tab) -> None:
    """Until the page waits for no edit any more."""

    def has_ended() -> bool:
        tab.hear()
        return not tab.is_waiting

    until(has_ended)


def test_home_is_read_row_by_row(studio: Studio) -> None:
    image, video = studio.add(), studio.add(media_type="video")
    loved = studio.add(media_type="video", favourite=True)
    failed, making = studio.add(status="failed"), studio.add(status="generating")
    tab = studio.tab(studio.one)
    tab.open_item(image, {})
    tab.go(HOME)
    assert rows(tab) == {
        "making": [making], "failed": [failed], OPENED: [image], "images": [image], "videos": [loved, video],
        "favourites": [loved],
    }  # fmt: skip
    assert {tab.label(role) for role in tab.roles} == {""}
    assert face(tab, loved) == Face("Item " + loved[-4:], True, False, "ready", "video")
    assert not any(shown.more for shown in tab.seen())
    assert [str(violation) for violation in check(studio.history)] == []


def test_a_row_of_home_that_does_not_tell_how_many_there_are_goes_on(studio: Studio) -> None:
    for _ in range(13):
        studio.add()
    tab = studio.tab(studio.one)
    tab.go(HOME)
    (images,) = [shown for shown in tab.seen() if shown.tiles]
    assert (len(images.tiles), images.more) == (12, True)


def test_an_items_page_is_read_with_its_sources_and_what_was_made_from_it(studio: Studio) -> None:
    source = studio.add()
    item = studio.add(source_ids=(source,), tags=("sea",))
    derived = studio.add(source_ids=(item,))
    tab = studio.tab(studio.one)
    tab.open_item(item, {})
    assert (tab.path, tab.roles) == (ITEM, [MAIN, SOURCES, DERIVED])
    assert rows(tab) == {MAIN: [item], SOURCES: [source], DERIVED: [derived]}
    assert tab.shown() == [(item, UNTOLD)]
    assert face(tab, item) == Face("Item " + item[-4:], favourite=False, deleted=False, tags=("sea",))
    tab.step("next")
    assert rows(tab)[MAIN] == [source]
    assert [str(violation) for violation in check(studio.history)] == []


def test_B05_an_edit_is_the_sessions_write_once_the_page_has_told_that_it_was_stored(studio: Studio) -> None:
    item = studio.add()
    tab = studio.tab(studio.one)
    tab.edit("title", [item], "Mine")
    (edit,) = studio.history.edits
    hear_the_end(tab)
    assert studio.history.shown[-1].told == (edit,)
    assert [written and written.title for written in written_by(studio, "ada-1")] == ["Mine"]
    assert face(tab, item).title == "Mine"
    assert [str(violation) for violation in check(studio.history)] == []


def test_B22_an_edit_that_fails_is_no_write_and_shows_until_the_page_tells(studio: Studio) -> None:
    item = studio.add()
    tab = studio.tab(studio.one)
    studio.one.weather.failing = True
    tab.edit("favourite", [item], True)
    (edit,) = studio.history.edits
    hear_the_end(tab)
    assert studio.history.shown[-1].told == (edit,)
    assert [shown.faces[0].favourite for shown in studio.history.shown[-2:]] == [True, False]
    assert written_by(studio, "ada-1") == []
    assert [str(violation) for violation in check(studio.history)] == []


def test_several_that_were_deleted_together_are_brought_back_together(studio: Studio) -> None:
    items = [studio.add() for _ in range(3)]
    tab = studio.tab(studio.one)
    tab.edit("delete", items[:2], several=True)
    hear_the_end(tab)
    assert rows(tab) == {MAIN: [items[2]]}
    tab.edit("undo", ())
    hear_the_end(tab)
    assert rows(tab) == {MAIN: items[::-1]}
    assert len(written_by(studio, "ada-1")) == 4
    assert [str(violation) for violation in check(studio.history)] == []


def test_an_item_that_is_deleted_on_its_page_gives_way_to_its_neighbour_and_can_be_restored_there(
    studio: Studio,
) -> None:
    older, item = studio.add(), studio.add()
    tab = studio.tab(studio.one)
    tab.open_item(item, {})
    tab.delete_shown(item)
    hear_the_end(tab)
    assert rows(tab) == {MAIN: [older]}
    tab.open_item(item, {})
    assert face(tab, item).deleted
    tab.restore_shown(item)
    hear_the_end(tab)
    assert not face(tab, item).deleted
    assert [str(violation) for violation in check(studio.history)] == []
