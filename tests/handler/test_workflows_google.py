"""Runs by Google's models through the workflow engine: asked again only where nothing was made, never paid twice."""

from __future__ import annotations

import base64
import io
import json
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.clock import FakeClock
from services.errors import FileError, StorageFull, StoreUnavailable, costs_again
from services.files.importer import import_file
from services.models import MediaItem, Run
from services.workflows.studio import Order
from tests.support.google_platforms import VERTEX, service_account
from tests.support.google_stub import COST, KEY, TOKEN, GoogleStub, blocked, failed, made, reset, said
from tests.support.google_studios import keyed, stub
from tests.support.logs import recorded_lines
from tests.support.media import picture
from tests.support.mesop_client import MesopClient
from tests.support.prompts import type_into
from tests.support.renders import ended_opening
from tests.support.running import Running, cancel_elsewhere
from tests.support.studio import flask_app

PAGES = ("/home", "/create/image", "/create/video", "/try-on", "/library", "/account")


__all__ = ["keyed", "stub"]


@pytest.fixture
def studio(keyed: Running) -> Running:
    return keyed


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.workflows.asking.FIRST_WAIT", 0.01)


def order(studio: Running, count: int = 1, *, source: str = "", **fields: Any) -> Run:
    asked: dict[str, Any] = {
        "run_type": "image",
        "model": "gemini-nano-banana-2.1",
        "prompt": "Dunes at dusk",
        "title": "Dunes",
        "media_type": "image",
        "origin": "create-image",
        "count": count,
        "parameters": {"aspect": "1:1", "count": count, "resolution": "1K"},
        "source_ids": (source,) if source else (),
    }
    run_id = studio.services.ids.new()
    return studio.services.studio.start(
        studio.principal, studio.services.project.id, Order(**asked | fields), run_id=run_id
    )


def item_of(studio: Running, run: Run, index: int = 0) -> MediaItem:
    item = studio.output(run, index)
    assert item is not None
    return item


FULL = "There is no room left for files: free some space and try again"


def refuse_files(studio: Running, monkeypatch: pytest.MonkeyPatch, error: Exception) -> list[str]:
    """From now on no file is kept; the keys of those that were tried."""
    monkeypatch.setattr("services.workflows.made.FIRST_WAIT", 0.01)
    refused: list[str] = []

    def put(key: str, data: bytes) -> None:
        refused.append(key)
        raise error

    monkeypatch.setattr(studio.services.blobs, "put", put)
    return refused


class TestMaking:
    def test_pictures_are_kept_as_google_encoded_them_with_their_cost(self, studio: Running, stub: GoogleStub) -> None:
        run = studio.finished(order(studio, 2))
        assert (run.status, run.cost_nano) == ("succeeded", 2 * COST)
        for index in range(2):
            item = item_of(studio, run, index)
            assert (item.status, item.cost_nano) == ("ready", COST)
            original, thumb = item.files["original"], item.files["thumb"]
            assert studio.services.blobs.get(original.key) == picture()
            assert (original.content_type, original.width, original.height) == ("image/png", 64, 48)
            assert thumb.content_type == "image/webp"
        assert [asked["body"]["contents"][0]["parts"] for asked in stub.requests] == [[{"text": "Dunes at dusk"}]] * 2

    def test_one_unknown_cost_makes_the_runs_unknown(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(made(), made(usage=None))
        run = studio.finished(order(studio, 2))
        assert [item_of(studio, run, index).cost_nano for index in range(2)] == [COST, None]
        assert run.cost_nano is None

    def test_a_picture_to_change_is_sent_upright_and_no_larger_than_it_has_to_be(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        s, large = studio.services, picture("JPEG", (3000, 1500), exif=_turned())
        source = import_file(
            s.store, s.blobs, s.clock, s.ids, studio.principal, s.project.id, large, "large.jpg"
        )  # fmt: skip
        assert studio.finished(order(studio, source=source.id)).status == "succeeded"
        data = stub.requests[0]["body"]["contents"][0]["parts"][1]["inlineData"]
        assert data["mime_type"] == "image/webp"
        with Image.open(io.BytesIO(base64.urlsafe_b64decode(data["data"]))) as sent:
            assert sent.size == (1024, 2048)
            assert not sent.getexif()

    def test_a_model_of_this_machine_is_there_too(self, studio: Running, stub: GoogleStub) -> None:
        run = studio.finished(studio.begin(1))
        assert (run.status, run.cost_nano) == ("succeeded", 0)
        assert stub.requests == []


class TestFailing:
    def test_what_fails_in_passing_is_asked_again(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(failed(503), failed(429))
        with recorded_lines() as lines:
            run = studio.finished(order(studio))
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.requests) == 3
        assert len([line for line in lines if line["event"] == "run.asking_again"]) == 2

    def test_what_goes_on_failing_is_given_up_and_cost_nothing(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(*[failed(429)] * 10)
        run = studio.finished(order(studio))
        assert (run.status, run.cost_nano) == ("failed", 0)
        assert "quota is used up" in (item_of(studio, run).error or "")
        assert len(stub.requests) == 4

    def test_a_refusal_is_told_with_its_reason_and_not_asked_again(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(blocked("PROHIBITED_CONTENT"))
        with recorded_lines() as lines:
            run = studio.finished(order(studio, 2))
        assert studio.statuses(run) == ["failed", "ready"]
        refused = item_of(studio, run)
        assert "it asks for prohibited content" in (refused.error or "")
        assert (refused.cost_nano, run.cost_nano) == (15_000, 15_000 + COST)
        assert len(stub.requests) == 2
        assert [line["kind"] for line in lines if line["event"] == "run.output_failed"] == ["Refused"]

    def test_a_lost_answer_is_not_asked_for_again_until_somebody_presses_retry(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        stub.will(reset)
        run = studio.finished(order(studio))
        lost = item_of(studio, run)
        assert (lost.error or "").startswith("Outcome unknown")
        assert (lost.cost_nano, run.cost_nano) == (None, None)
        assert len(stub.requests) == 1
        studio.services.studio.retry(studio.principal, lost.id)
        studio.wait_for(lambda: studio.library()[0].status == "ready")
        [item] = studio.library()
        assert (item.cost_nano, item.earlier_cost_nano, item.first_run_id) == (COST, None, run.id)
        studio.wait_for(studio.idle)
        assert studio.services.store.runs.get(studio.principal, item.run_id or "").cost_nano == COST
        assert len(stub.requests) == 2

    def test_one_that_the_engine_did_not_take_has_cost_nothing(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(run_id: str) -> None:
            raise StoreUnavailable("The engine's database is away")

        monkeypatch.setattr(studio.services.engine, "enqueue", away)
        with pytest.raises(StoreUnavailable):
            order(studio)
        studio.wait_for(lambda: studio.library()[0].status == "failed")
        assert (studio.library()[0].cost_nano, stub.requests) == (0, [])

    def test_what_is_no_picture_has_cost_what_it_cost(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(made(b"plain words"))
        run = studio.finished(order(studio))
        assert "no picture that can be opened" in (item_of(studio, run).error or "")
        assert run.cost_nano == COST

    def test_a_picture_that_cannot_be_kept_at_first_is_kept_once_it_can(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = refuse_files(studio, monkeypatch, FileError("The bucket is away"))
        run = order(studio)
        studio.wait_for(lambda: len(refused) > 2)
        assert studio.statuses(run) == ["generating"]
        monkeypatch.undo()
        run = studio.finished(run)
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.requests) == 1

    def test_one_that_cannot_be_kept_for_long_is_given_up_and_has_cost_what_it_cost(
        self, studio: Running, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = refuse_files(studio, monkeypatch, StorageFull(FULL))
        run = order(studio)
        studio.wait_for(lambda: len(refused) > 2)
        clock.advance(600)
        run = studio.finished(run)
        assert (run.cost_nano, item_of(studio, run).error) == (COST, FULL)

    def test_one_that_is_cancelled_by_way_of_another_server_is_not_kept(
        self, studio: Running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refused = refuse_files(studio, monkeypatch, StorageFull(FULL))
        run = order(studio)
        studio.wait_for(lambda: len(refused) > 2)
        cancel_elsewhere(studio, run)
        studio.wait_for(studio.idle)
        assert (studio.library(), studio.blobs()) == ([], [])

    def test_a_picture_is_opened_again_where_the_process_that_does_it_was_ended(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.workflows.made.OPENING_WAITS", (0.01,))
        monkeypatch.setattr("services.workflows.made.open_received", partial(ended_opening, str(studio.log), 1))
        run = studio.finished(order(studio))
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.requests) == 1

    def test_one_that_cannot_be_opened_here_is_not_said_to_be_none(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("services.workflows.made.OPENING_WAITS", (0.01,))
        monkeypatch.setattr("services.workflows.made.open_received", partial(ended_opening, str(studio.log), 2))
        run = studio.finished(order(studio))
        told = item_of(studio, run).error or ""
        assert told.startswith("Google made this, but it could not be opened here. This was stopped by the system")
        assert costs_again(told)
        assert run.cost_nano == COST

    @pytest.mark.parametrize(
        ("model", "words"),
        [
            ("imagen-4.0-generate-001", "Imagen 4 was shut down on 17 Aug 2026. Nano Banana 2.1 takes its place."),
            ("nobody-s-3", "Choose another model"),
        ],
    )
    def test_a_model_that_cannot_be_used_any_more_is_not_asked(
        self, studio: Running, stub: GoogleStub, model: str, words: str
    ) -> None:
        run = studio.finished(order(studio, model=model))
        assert words in (item_of(studio, run).error or "")
        assert stub.requests == []

    def test_a_run_that_was_cancelled_meanwhile_is_not_asked_for_again(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(stub.hang)
        run = order(studio, 3)
        studio.wait_for(lambda: len(stub.requests) == 1)
        studio.services.studio.cancel(studio.principal, run.id)
        stub.go_on.set()
        studio.wait_for(studio.idle)
        assert studio.library() == []
        assert len(stub.requests) == 1


def test_what_nobody_foresaw_after_a_request_says_that_the_outcome_is_unknown(
    studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("services.workflows.generate.stored", broken)
    run = studio.finished(order(studio))
    told = item_of(studio, run)
    assert "Outcome unknown: this may have been made, and charged. " in (told.error or "")
    assert costs_again(told.error or "")
    assert (told.cost_nano, len(stub.paid())) == (None, 1)


def stopped_while_asking(studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Of its three pictures one is made, and the second has been asked for."""
    monkeypatch.setattr("services.workflows.engine.PATIENCE", 0.1)
    stub.will(made(), stub.hang)
    run = order(studio, 3)
    studio.wait_for(lambda: len(stub.requests) == 2)
    studio.stop()
    return run


def stopped_before_the_answer(studio: Running, stub: GoogleStub, run: Run) -> Run:
    """The server is told to stop while the run asks; the answer comes before it does. As it is after the next start."""
    studio.wait_for(lambda: len(stub.requests) == 1)
    studio.services.halt()
    stub.go_on.set()
    studio.wait_for(studio.idle)
    studio.stop()
    studio.start()
    return studio.finished(run)


class TestStopping:
    def test_a_run_that_was_asked_for_when_the_server_stopped_says_so_and_is_not_paid_twice(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = stopped_while_asking(studio, stub, monkeypatch)
        studio.start()
        run = studio.finished(run)
        assert studio.statuses(run) == ["ready", "failed", "ready"]
        assert (item_of(studio, run, 1).error or "").startswith("Outcome unknown")
        assert costs_again(item_of(studio, run, 1).error or "")
        assert (item_of(studio, run, 1).cost_nano, run.cost_nano) == (None, None)
        assert len(stub.requests) == 3

    def test_a_picture_that_comes_while_the_server_stops_is_there_after_the_next_start(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        stub.will(stub.hang)
        run = stopped_before_the_answer(studio, stub, order(studio, 2))
        assert studio.statuses(run) == ["ready", "ready"]
        assert studio.services.blobs.get(item_of(studio, run).files["original"].key) == picture()
        assert [item_of(studio, run, index).cost_nano for index in range(2)] == [None, COST]
        assert len(stub.requests) == 2

    def test_one_that_could_not_be_opened_before_the_server_stopped_is_kept_as_it_was_sent(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patched, recorded_lines() as lines:
            patched.setattr("services.workflows.made.OPENING_WAITS", (20.0,))
            patched.setattr("services.workflows.made.open_received", partial(ended_opening, str(studio.log), 1))
            run = order(studio)
            studio.wait_for(lambda: any(line["event"] == "run.not_opened" for line in lines))
            studio.stop()
        studio.start()
        run = studio.finished(run)
        assert (run.status, run.cost_nano, len(stub.requests)) == ("succeeded", None, 1)

    def test_that_nothing_was_made_is_known_although_the_server_stops_meanwhile(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        def turned_away(handler: Any) -> None:
            stub.go_on.wait(60)
            failed(503)(handler)

        stub.will(turned_away)
        run = stopped_before_the_answer(studio, stub, order(studio))
        assert (run.status, run.cost_nano, len(stub.requests)) == ("succeeded", COST, 2)

    def test_a_run_that_cannot_be_resumed_tells_apart_what_may_have_been_paid_for(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        run = stopped_while_asking(studio, stub, monkeypatch)
        monkeypatch.setattr("services.workflows.engine.APPLICATION_VERSION", "2")
        studio.start()
        run = studio.finished(run)
        assert studio.statuses(run) == ["ready", "failed", "failed"]
        interrupted = "This run was interrupted and could not be resumed. Try again."
        asked, unasked = (item_of(studio, run, index).error for index in (1, 2))
        assert (asked or "").startswith("Outcome unknown: this may have been made, and charged")
        assert ((asked or "").endswith(interrupted), unasked) == (True, interrupted)
        assert (item_of(studio, run, 1).cost_nano, run.cost_nano) == (None, None)
        assert len(stub.requests) == 2


def assert_kept_nowhere(studio: Running, secret: str) -> None:
    """In no file and in no database."""
    for path in studio.data_dir.rglob("*"):
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    with closing(sqlite3.connect(studio.data_dir / "workflows.sqlite")) as connection:
        assert secret not in "\n".join(connection.iterdump())


def pages_of(good: MediaItem, bad: MediaItem) -> list[tuple[str, dict[str, str]]]:
    """The address and the query of every page that tells of these items, or of Google."""
    return [
        *((path, {}) for path in PAGES),
        *(("/media-item", {"id": item.id}) for item in (good, bad)),
        ("/library", {"item": bad.id}),
        ("/create/image", {"remix": good.id}),
    ]


def assert_not_shown(path: str, query: dict[str, str], secret: str) -> None:
    tab = MesopClient(flask_app(), path, query)
    assert tab.whole_trees, path
    assert secret.encode() not in b"".join(tab.messages), path
    assert secret.encode() not in flask_app().test_client().get(path, query_string=query).data, path


class TestTheKey:
    def test_it_is_in_no_log_no_record_and_no_file(self, studio: Running, stub: GoogleStub) -> None:
        echo = f"You sent {KEY}"
        stub.will(made(), failed(400, "INVALID_ARGUMENT", echo), failed(404, "NOT_FOUND", echo), reset)
        with recorded_lines() as lines:
            run = studio.finished(order(studio, 4))
            studio.finished(order(studio, 1, model="nobody-s-3"))
        assert len(stub.requests) == 4
        assert all(asked["headers"]["x-goog-api-key"] == KEY for asked in stub.requests)
        assert KEY not in str(lines)
        assert KEY not in repr(studio.services.settings)
        assert KEY not in f"{run}{studio.library()}"
        assert_kept_nowhere(studio, KEY)

    def test_nor_is_the_account_of_a_project_or_its_token(
        self, studio: Running, stub: GoogleStub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = service_account(stub, tmp_path)
        for name, value in account.items():
            monkeypatch.setenv(name, value)
        studio.stop()
        studio.settings |= VERTEX
        studio.start()
        echo = f"You sent {TOKEN}"
        stub.will(
            made(), failed(400, "INVALID_ARGUMENT", echo), failed(404, "NOT_FOUND", echo), failed(401, "", echo),
            blocked("PROHIBITED_CONTENT", blockReasonMessage=echo), said(echo),
        )  # fmt: skip
        with recorded_lines() as lines:
            run = studio.finished(order(studio, 6))
        assert [asked["headers"]["authorization"] for asked in stub.requests] == [f"Bearer {TOKEN}"] * 6
        assert studio.statuses(run) == ["ready", *["failed"] * 5]
        assert "Google says: “You sent …”" in (item_of(studio, run, 1).error or "")
        [path] = account.values()
        for secret in (TOKEN, json.loads(Path(path).read_text())["private_key"].splitlines()[1]):
            shown = [*map(str, lines), repr(studio.services.settings), f"{run}{studio.library()}"]
            assert not [words for words in shown if secret in words]
            assert_kept_nowhere(studio, secret)
            for page, query in pages_of(item_of(studio, run), item_of(studio, run, 1)):
                assert_not_shown(page, query, secret)

    def test_it_is_in_no_reason_for_a_refusal(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(
            blocked("PROHIBITED_CONTENT", blockReasonMessage=f"You sent {KEY}"),
            said(f"You sent {KEY}"),
        )
        with recorded_lines() as lines:
            run = studio.finished(order(studio, 2))
        errors = [item_of(studio, run, index).error or "" for index in range(2)]
        assert all("…" in error and KEY not in error for error in errors)
        assert KEY not in str(lines)

    def test_it_is_on_no_page(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(made(), failed(400, "INVALID_ARGUMENT", f"You sent {KEY}"))
        run = studio.finished(order(studio, 2))
        good, bad = (item_of(studio, run, index) for index in range(2))
        assert "Google says: “You sent …”" in (bad.error or "")
        for path, query in pages_of(good, bad):
            assert_not_shown(path, query, KEY)

    @pytest.mark.parametrize("reply", [400, 404, 500])
    def test_it_is_in_no_better_prompt_and_no_opinion(self, studio: Running, stub: GoogleStub, reply: int) -> None:
        item = item_of(studio, studio.finished(order(studio)))
        form = MesopClient(flask_app(), "/create/image")
        type_into(form, "prompt", "a lighthouse")
        page = MesopClient(flask_app(), "/media-item", {"id": item.id})
        for tab, asked in ((form, "Improve"), (page, "Ask for an opinion")):
            stub.will(failed(reply, "", f"You sent {KEY}"))
            with recorded_lines() as lines:
                tab.press(asked)
            assert any(text.startswith("Google") for text in tab.text)
            assert KEY.encode() not in b"".join(tab.messages)
            assert KEY not in str(lines)
        assert [one["headers"]["x-goog-api-key"] for one in stub.requests[-2:]] == [KEY, KEY]


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # turn clockwise
    return exif
