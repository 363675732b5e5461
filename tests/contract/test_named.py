"""A query that names its items: what one item's page and its sources are views of."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from services.models import MediaQuery
from services.models.query import MOST_IDS
from services.store.protocol import Store
from tests.support.records import NOON, PROJECT, make_item, make_principal, remove, save

ADA, BOB = make_principal("ada"), make_principal("bob")


def named(*ids: str, project_id: str = PROJECT) -> MediaQuery:
    return MediaQuery(project_id=project_id, ids=ids)


def test_it_reads_these_items_and_no_others_for_one_document_each(store: Store) -> None:
    items = save(store, *(make_item() for _ in range(30)))
    page = store.media.get_media_for_page(ADA, named(items[3].id, items[20].id))
    assert (page.items, page.next_cursor, page.documents_read) == ((items[20], items[3]), None, 2)


def test_an_item_in_the_trash_is_its_owners_to_see_and_nobody_elses(store: Store) -> None:
    [item] = save(store, make_item())
    [gone] = save(store, item.model_copy(update={"deleted_at": NOON}))
    assert store.media.get_media_for_page(ADA, named(item.id)).items == (gone,)
    assert store.media.get_media_for_page(BOB, named(item.id)).items == ()


@pytest.mark.parametrize("media_id", ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "a/b", "", "..", "private", "elsewhere", "removed"])
def test_what_is_not_there_or_not_to_be_seen_is_left_out_and_a_delta_goes_on_from_there(
    store: Store, media_id: str
) -> None:
    private, elsewhere, removed = save(
        store,
        make_item(visibility="private"),
        make_item(project_id="other"),
        make_item(),
        principal=make_principal("ada", PROJECT, "other"),
    )
    remove(store, removed)
    ids = {"private": private.id, "elsewhere": elsewhere.id, "removed": removed.id}
    page = store.media.get_media_for_page(BOB, named(ids.get(media_id, media_id)))
    assert page.items == ()
    assert page.documents_read <= 1
    [new] = save(store, make_item())
    assert new in store.media.changed_since(BOB, PROJECT, page.watermark).changed


def test_a_delta_after_it_misses_nothing(store: Store) -> None:
    [item] = save(store, make_item())
    page = store.media.get_media_for_page(ADA, named(item.id))
    [renamed] = save(store, item.model_copy(update={"title": "Renamed"}))
    assert renamed in store.media.changed_since(ADA, PROJECT, page.watermark).changed


def test_a_query_for_more_than_may_be_named_is_refused() -> None:
    with pytest.raises(ValidationError):
        named(*(str(number) for number in range(MOST_IDS + 1)))
