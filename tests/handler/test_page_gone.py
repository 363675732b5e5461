"""An event of something that is not there any more: the process that answers has read the page anew, and knows."""

from __future__ import annotations

from services.models import MediaItem, Remove
from tests.handler.test_page_live import push
from tests.handler.test_page_media_item import open_item, step
from tests.support.records import operation
from tests.support.studio import Studio, ids_shown


def test_R0_15_a_step_from_an_item_that_was_removed_meanwhile_shows_that_it_was(studio: Studio) -> None:
    """Mesop ignores such an event and sends the state without the tree: the item would stand there as current."""
    (item,) = studio.add()
    tab = open_item(studio, item)
    remove(studio, item)
    studio.restart()
    step(tab, "next")
    assert tab.whole_trees == 1
    assert tab.elements("freshet-viewer") == []
    assert tab.element("freshet-live")["waiting"] is True, "it may have been moved"
    push(tab, reason="ready")
    assert "Nothing to show here" in tab.text


def test_R0_15_a_press_on_the_last_tile_after_it_was_removed_shows_that_the_list_is_empty(studio: Studio) -> None:
    (item,) = studio.add()
    tab = studio.open("/library")
    remove(studio, item)
    studio.restart()
    tab.fire("freshet-tile", "activateEvent", {"id": item.id}, mediaId=item.id)
    assert ids_shown(tab) == []
    before = tab.drawn()
    tab.fire("freshet-nav", "navigateEvent", {"url": "/nowhere"})
    assert tab.whole_trees == 0
    assert tab.drawn() == before


def remove(studio: Studio, item: MediaItem) -> None:
    writes = [Remove("media", item.id, expect=item.revision)]
    studio.store._store.commit(studio.principal, writes, operation_id=operation())
