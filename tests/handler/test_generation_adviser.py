"""Help with words as a handler asks for it: for members alone, by Google where it is set up, else by this machine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services import container
from services.clock import FakeClock
from services.container import Services
from services.errors import BadInput, Forbidden, GenerationError
from services.files.importer import import_file
from services.generation.advice import LONGEST, THIS_MACHINE, Adviser
from services.generation.local.judging import BY
from services.generation.offers import Offers
from services.models import MediaItem, Principal, Put
from services.settings import load_settings
from services.store.protocol import Store
from tests.support.google_platforms import by_key
from tests.support.google_stub import GoogleStub, blocked, said
from tests.support.media import clip, picture, tone
from tests.support.records import make_principal, operation

OPINION = {"strengths": ["The light"], "problems": [], "prompt": "Dunes, wide view"}


@pytest.fixture
def services(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Services]:
    settings = load_settings({"FRESHET_DATA_DIR": str(tmp_path / "data"), "FRESHET_FILES": "memory://"})
    services = container.build(settings, clock=clock, store=sqlite_store)
    yield services
    services.close()


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def me(services: Services) -> Principal:
    return services.principals.resolve({})


@pytest.fixture
def adviser(services: Services) -> Adviser:
    return Adviser(services.store, services.blobs, services.offers, services.pool)


@pytest.fixture
def google(services: Services, stub: GoogleStub) -> Iterator[Adviser]:
    google = by_key(stub)
    yield Adviser(services.store, services.blobs, Offers(services.clock, google=google), services.pool)
    google.close()


def imported(services: Services, data: bytes, **fields: object) -> MediaItem:
    s, me = services, services.principals.resolve({})
    item = import_file(s.store, s.blobs, s.clock, s.ids, me, s.project.id, data, "file")
    if not fields:
        return item
    put = Put(item.model_copy(update=fields), item.revision)
    [changed] = s.store.commit(me, [put], operation_id=operation()).records
    assert isinstance(changed, MediaItem)
    return changed


class TestRewriting:
    def test_without_google_this_machine_writes_it_and_says_so(
        self, adviser: Adviser, services: Services, me: Principal
    ) -> None:
        told = adviser.rewrite(me, services.project.id, "  a lighthouse \u0007 ")
        assert told.prompt.startswith("a lighthouse. ")
        assert (told.by, told.cost_nano) == (THIS_MACHINE, 0)

    def test_with_google_its_model_does(
        self, google: Adviser, services: Services, me: Principal, stub: GoogleStub
    ) -> None:
        stub.will(said('{"prompt": "A lighthouse at dusk"}'))
        told = google.rewrite(me, services.project.id, "a lighthouse")
        assert (told.prompt, told.by) == ("A lighthouse at dusk", "Gemini 3.5 Flash-Lite")
        assert told.cost_nano == 10 * 300 + 1240 * 2_500

    @pytest.mark.parametrize(
        ("prompt", "words"), [(" \n", "Write a prompt first"), ("x" * (LONGEST + 3), "Shorten by 3")]
    )
    def test_what_cannot_be_written_anew_is_told_and_not_asked(
        self, google: Adviser, services: Services, me: Principal, stub: GoogleStub, prompt: str, words: str
    ) -> None:
        with pytest.raises(BadInput, match=words):
            google.rewrite(me, services.project.id, prompt)
        assert stub.requests == []


class TestJudging:
    @pytest.mark.parametrize("data", [picture(size=(800, 800)), clip(size=(160, 120))], ids=["picture", "clip"])
    def test_without_google_this_machine_measures_it_and_says_so(
        self, adviser: Adviser, services: Services, me: Principal, data: bytes
    ) -> None:
        item = imported(services, data, prompt="Dunes", parameters={"aspect": "21:9"})
        told = adviser.critique(me, services.project.id, item.id)
        assert (told.by, told.cost_nano) == (BY, 0)
        assert "Its shape is not the 21:9 that was asked for." in told.problems

    def test_with_google_its_model_looks_at_it(
        self, google: Adviser, services: Services, me: Principal, stub: GoogleStub
    ) -> None:
        stub.will(said(json.dumps(OPINION)))
        told = google.critique(me, services.project.id, imported(services, picture(), prompt="Dunes").id)
        assert (told.strengths, told.problems, told.prompt) == (("The light",), (), "Dunes, wide view")
        data, words = stub.requests[0]["body"]["contents"][0]["parts"]
        assert data["inlineData"]["mime_type"] == "image/webp"
        assert words == {"text": "The prompt: Dunes"}

    def test_a_refusal_is_told(self, google: Adviser, services: Services, me: Principal, stub: GoogleStub) -> None:
        stub.will(blocked("SAFETY"))
        with pytest.raises(GenerationError, match="rated as unsafe"):
            google.critique(me, services.project.id, imported(services, picture()).id)

    def test_what_is_not_there_to_be_looked_at_is_told_and_not_asked(
        self, google: Adviser, services: Services, me: Principal, stub: GoogleStub
    ) -> None:
        trashed = imported(services, picture(), deleted_at=services.clock.now())
        waiting = imported(services, picture(), status="generating")
        lost, sound = imported(services, picture()), imported(services, tone())
        services.blobs.delete([lost.files["original"].key])
        wrong = {
            "nobodys": "no longer",
            trashed.id: "deleted",
            waiting.id: "finished",
            lost.id: "lost",
            sound.id: "finished",
        }
        for media_id, words in wrong.items():
            with pytest.raises(BadInput, match=words) as caught:
                google.critique(me, services.project.id, media_id)
            assert caught.value.field == "picture"
        assert stub.requests == []


def test_somebody_elses_private_picture_is_not_looked_at(google: Adviser, services: Services, stub: GoogleStub) -> None:
    item = imported(services, picture(), visibility="private")
    with pytest.raises(BadInput, match="no longer in the library"):
        google.critique(make_principal("eve", services.project.id), services.project.id, item.id)
    assert stub.requests == []


def test_who_may_not_make_anything_in_a_project_spends_nothing_there(
    google: Adviser, services: Services, stub: GoogleStub
) -> None:
    eve = make_principal("eve", "elsewhere")
    with pytest.raises(Forbidden):
        google.rewrite(eve, services.project.id, "Dunes")
    with pytest.raises(Forbidden):
        google.critique(eve, services.project.id, imported(services, picture()).id)
    assert stub.requests == []
