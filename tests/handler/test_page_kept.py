"""A page that was loaded anew takes back what was chosen in its form, checked as if it was chosen now."""

from __future__ import annotations

from typing import Any

import pytest

from services.errors import StoreUnavailable
from services.models import MediaItem, Put
from tests.handler.test_page_create import CLEAR, KINDS, LABEL, field, type_into
from tests.handler.test_page_try_on import choose, filled, open_chooser
from tests.support.mesop_client import MesopClient
from tests.support.records import make_file, make_item, operation
from tests.support.studio import Studio

OTHER_AMOUNT = {"image": ("How many", "3"), "video": ("Length", "6")}


def kept(tab: MesopClient) -> dict[str, Any]:
    """What the browser keeps."""
    return dict(tab.element("freshet-keep")["values"])


def restored(studio: Studio, path: str, values: object) -> MesopClient:
    """The page in a tab that was loaded anew, after the browser has handed over what it had kept."""
    return studio.open(path).fire("freshet-keep", "restoreEvent", {"values": values})


def select(tab: MesopClient, label: str, value: str) -> None:
    tab.fire("freshet-segments", "selectEvent", {"value": value}, label=label)


def chosen(tab: MesopClient, label: str) -> str:
    return str(tab.element("freshet-segments", label=label)["value"])


def theirs(studio: Studio) -> MediaItem:
    """A picture that somebody else keeps to themselves."""
    own = {"id": studio.services.ids.new(), "project_id": studio.services.project.id, "owner_id": "eve"}
    item = make_item(**own, visibility="private", title="Secret plan")
    eve = studio.principal.model_copy(update={"user_id": "eve"})
    studio.services.store.commit(eve, [Put(item, expect=0)], operation_id=operation())
    return item


@pytest.mark.parametrize("kind", KINDS)
def test_F09_a_form_comes_back_with_all_that_was_chosen_and_makes_the_same(studio: Studio, kind: str) -> None:
    (picture,) = studio.add(title="Tower", origin="import", files={"original": make_file(width=700, height=1200)})
    label, amount = OTHER_AMOUNT[kind]
    tab = studio.open(f"/create/{kind}", {"from": picture.id})
    type_into(tab, "prompt", "At dusk")
    select(tab, label, amount)
    select(tab, "Shape", "16:9")
    before = kept(tab)
    tab = restored(studio, f"/create/{kind}", before)
    assert kept(tab) == before
    assert (chosen(tab, label), chosen(tab, "Shape")) == (amount, "16:9"), "and not the shape nearest to the picture's"
    assert "Tower" in tab.text
    tab.press(LABEL[kind])
    run = studio.services.store.runs.get(studio.principal, studio.engine.enqueued[0])
    assert (run.prompt, run.source_ids, run.parameters["aspect"]) == ("At dusk", (picture.id,), "16:9")


@pytest.mark.parametrize(("role", "media_type"), [("last", "image"), ("clip", "video")])
def test_F09_a_clip_comes_back_with_its_last_frame_or_with_the_one_it_goes_on_from(
    studio: Studio, role: str, media_type: str
) -> None:
    (source,), (other,) = studio.add(title="Source", media_type=media_type), studio.add(media_type="audio")
    tab = restored(studio, "/create/video", {role: source.id, "audio": False})
    assert kept(tab)[role] == source.id
    assert kept(tab)["audio"] is False
    assert "Source" in tab.text
    assert kept(restored(studio, "/create/video", {role: other.id})).get(role) is None


def test_F09_a_try_on_comes_back_with_both_pictures_and_where_one_was_put(studio: Studio) -> None:
    person, product = studio.add(2)
    tab = studio.open("/try-on", {"person": person.id, "product": product.id})
    tab.fire("freshet-place", "placeEvent", {"x": 0.25, "y": 1, "scale": 0.5})
    tab = restored(studio, "/try-on", kept(tab))
    assert filled(tab) == {"person": person.id, "product": product.id}
    stage = tab.element("freshet-place")
    assert (stage["x"], stage["y"], stage["scale"]) == (0.25, 1, 0.5)
    tab.press("Generate Image")
    made = tab.element("freshet-outcome")["mediaId"]
    tab = restored(studio, "/try-on", kept(tab))
    assert tab.element("freshet-outcome")["mediaId"] == made, "what was ordered shows where it is made"


@pytest.mark.parametrize("path", ["/create/image", "/try-on"])
@pytest.mark.parametrize("which", ["theirs", "video", "deleted", "nonsense", "../../etc/passwd"])
def test_F09_a_picture_that_is_not_to_be_had_is_refused_as_one_that_an_address_names(
    studio: Studio, path: str, which: str
) -> None:
    (video,), (gone,) = studio.add(media_type="video"), studio.add(deleted_at=studio.clock.now())
    wrong = {"theirs": theirs(studio).id, "video": video.id, "deleted": gone.id}.get(which, which)
    name = "picture" if path == "/create/image" else "person"
    tab = restored(studio, path, {name: wrong})
    assert kept(tab).get(name) is None
    assert "Secret plan" not in tab.text
    assert any("Choose another one." in text or "choose another one." in text for text in tab.text)


def test_F09_what_a_model_does_not_offer_is_not_taken(studio: Studio) -> None:
    tab = restored(studio, "/create/image", {"aspect": "21:9", "amount": "99", "model": "no-such-model", "seed": "7"})
    assert (chosen(tab, "Shape"), chosen(tab, "How many")) == ("1:1", "1")
    assert field(tab, "seed")["value"] == "7"
    assert kept(tab)["model"] == "local-image-1"
    assert "no-such-model cannot be used here. Local Image 1 is chosen instead." in tab.text


def test_F09_what_the_address_names_goes_before_what_was_kept(studio: Studio) -> None:
    (old,), (new,) = studio.add(title="Kept before"), studio.add(title="Named now")
    tab = studio.open("/create/image", {"from": new.id})
    tab.fire("freshet-keep", "restoreEvent", {"values": {"picture": old.id, "aspect": "9:16"}})
    assert "Named now" in tab.text
    assert "Kept before" not in tab.text


def test_F09_a_store_that_is_away_leaves_the_rest_and_says_what_is_missing(studio: Studio) -> None:
    (picture,) = studio.add(title="Pier")
    tab = studio.open("/create/image")
    studio.store.fault = StoreUnavailable("The store did not answer.")
    tab.fire("freshet-keep", "restoreEvent", {"values": {"picture": picture.id, "aspect": "9:16"}})
    assert chosen(tab, "Shape") == "9:16"
    assert "The store did not answer." in tab.text
    studio.store.fault = None
    choose(open_chooser(tab, "create-image"), picture)
    assert "The store did not answer." not in tab.text


@pytest.mark.parametrize("kind", KINDS)
def test_F09_a_form_that_was_left_untouched_keeps_what_goes_without_saying(studio: Studio, kind: str) -> None:
    tab = studio.open(f"/create/{kind}")
    before = kept(tab)
    assert set(before) <= {"aspect", "amount", "resolution", "model"}
    assert CLEAR[kind] not in [button["label"] for button in tab.elements("freshet-button")]
    assert kept(restored(studio, f"/create/{kind}", before)) == before
