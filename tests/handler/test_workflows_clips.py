"""Clips by Google through the workflow engine: begun once, found again by name, waited for, never paid twice."""

from __future__ import annotations

import base64
import io
from typing import Any

import pytest
from PIL import Image

from services.clock import FakeClock
from services.errors import ProviderTimeout
from services.generation.google.client import Google
from services.workflows.studio import Order
from tests.support.google_clips import (
    COST,
    IN_PROGRESS,
    WORKING,
    begun,
    by_omni,
    for_ever,
    imported,
    name_of,
    order,
    output,
)
from tests.support.google_stub import (
    KEY,
    OPERATION,
    GoogleStub,
    Reply,
    a_clip,
    began,
    failed,
    finished,
    interaction,
    reset,
    sent,
)
from tests.support.google_studios import hurry, keyed, stub, studio
from tests.support.logs import recorded_lines
from tests.support.media import clip, picture
from tests.support.running import Running

__all__ = ["hurry", "keyed", "stub", "studio"]


class TestMaking:
    def test_a_clip_is_kept_as_google_encoded_it_with_poster_thumbnail_and_cost(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        stub.will(began(), WORKING, WORKING, WORKING)
        run = studio.finished(order(studio))
        item = output(studio, run)
        assert (run.status, run.cost_nano, item.status, item.cost_nano) == ("succeeded", COST, "ready", COST)
        original = item.files["original"]
        assert studio.services.blobs.get(original.key) == a_clip()
        assert (original.content_type, original.width, original.height) == ("video/mp4", 96, 64)
        assert original.duration == pytest.approx(1.0)
        assert item.files["poster"].content_type == item.files["thumb"].content_type == "image/webp"
        assert len(stub.paid()) == 1
        assert len(stub.requests) == 5

    def test_with_a_key_omni_makes_it(self, keyed: Running, stub: GoogleStub) -> None:
        stub.will(interaction("queued"), IN_PROGRESS)
        run = keyed.finished(by_omni(keyed))
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert keyed.services.blobs.get(output(keyed, run).files["original"].key) == a_clip()
        assert len(stub.paid()) == 1

    def test_its_name_stands_on_the_run_before_anybody_waits(self, studio: Running, stub: GoogleStub) -> None:
        seen: list[str | None] = []

        def look(handler: Any) -> None:
            seen.append(name_of(studio, run))
            finished(a_clip())(handler)

        stub.will(began(), look)
        run = order(studio)
        studio.finished(run)
        assert seen == [OPERATION]

    @pytest.mark.parametrize(
        ("roles", "fields"),
        [([], {"image"}), (["picture"], {"image"}), (["last", "picture"], {"image", "lastFrame"})],
    )
    def test_pictures_are_sent_as_jpeg_upright_and_no_larger_than_they_have_to_be(
        self, studio: Running, stub: GoogleStub, roles: list[str], fields: set[str]
    ) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6  # turn clockwise
        large = imported(studio, picture("JPEG", (3000, 1500), exif=exif), "large.jpg")
        small = imported(studio, picture("PNG", (40, 20)), "small.png")
        sources = {"picture": large, "last": small}
        given: dict[str, Any] = {"sources": roles} if roles else {}
        studio.finished(order(studio, *(sources[role] for role in roles or ["picture"]), **given))
        [instance] = stub.paid()[0]["body"]["instances"]
        assert set(instance) == {"prompt", *fields}
        for name, size in (("image", (1024, 2048)), ("lastFrame", (40, 20))):
            if name in instance:
                with Image.open(io.BytesIO(base64.b64decode(instance[name]["bytesBase64Encoded"]))) as sent_:
                    assert (sent_.format, sent_.size) == ("JPEG", size)
                    assert not sent_.getexif()

    def test_a_clip_is_gone_on_from_as_it_is(self, studio: Running, stub: GoogleStub) -> None:
        before = imported(studio, a_clip(), "before.mp4")
        run = studio.finished(order(studio, before, model="veo-3.1-generate-001", sources=["clip"]))
        [instance] = stub.paid()[0]["body"]["instances"]
        assert base64.b64decode(instance["video"]["bytesBase64Encoded"]) == a_clip()
        assert run.cost_nano == 7 * 400_000_000

    def test_so_does_omni(self, keyed: Running, stub: GoogleStub) -> None:
        before = imported(keyed, a_clip(), "before.mp4")
        run = keyed.finished(order(keyed, before, model="gemini-omni-1.2-flash", sources=["clip"]))
        [step] = stub.paid()[0]["body"]["input"]
        assert base64.b64decode(step["content"][0]["data"]) == a_clip()
        assert (run.status, run.cost_nano) == ("succeeded", None)

    @pytest.mark.parametrize(
        ("data", "roles", "words"),
        [
            (clip("webm", "libvpx-vp9"), ["clip"], "goes on from MP4 clips alone"),
            (picture(), ["last"], "A last frame needs a first one, too"),
            (picture(), ["first"], "does not fit together"),
            (picture(), ["picture", "last"], "does not fit together"),
        ],
    )
    def test_what_cannot_be_used_is_told_and_nothing_is_asked(
        self, studio: Running, stub: GoogleStub, data: bytes, roles: list[str], words: str
    ) -> None:
        run = studio.finished(order(studio, imported(studio, data, "file"), sources=roles))
        assert words in (output(studio, run).error or "")
        assert run.cost_nano == 0
        assert stub.requests == []

    def test_a_try_on_is_one_paid_request(self, studio: Running, stub: GoogleStub) -> None:
        person, product = imported(studio, picture(size=(60, 90)), "p"), imported(studio, picture(), "q")
        asked = Order(
            run_type="try-on",
            model="virtual-try-on-001",
            prompt="",
            title="Shirt on Ada",
            media_type="image",
            origin="try-on",
            count=1,
            parameters={},
            source_ids=(person, product),
        )
        run = studio.finished(begun(studio, asked))
        assert (run.status, run.cost_nano) == ("succeeded", 60_000_000)
        [request] = stub.requests
        [instance] = request["body"]["instances"]
        for one, size in ((instance["personImage"], (60, 90)), (instance["productImages"][0], (64, 48))):
            with Image.open(io.BytesIO(base64.b64decode(one["image"]["bytesBase64Encoded"]))) as sent_:
                assert (sent_.format, sent_.size) == ("JPEG", size)


class TestProgress:
    def test_it_rises_with_the_time_such_a_clip_takes_and_stops_short_of_the_end(
        self, studio: Running, stub: GoogleStub, clock: FakeClock
    ) -> None:
        stub.will(began())
        let_go = for_ever(WORKING, stub)
        run = order(studio)
        heard: list[int] = []
        for seconds in (0, 15, 15, 15, 600):
            clock.advance(seconds)
            before = len(stub.requests)
            studio.wait_for(lambda before=before: len(stub.requests) >= before + 3)  # type: ignore[misc]
            shown = studio.services.progress.get(run.id)
            assert shown is not None
            heard.append(shown.outputs[run.output_ids[0]])
        let_go()
        assert heard == [10, 30, 50, 70, 90]
        assert studio.finished(run).status == "succeeded"


class TestFailingWhileBeginning:
    @pytest.mark.parametrize("reply", [failed(429), failed(503)])
    def test_what_fails_in_passing_is_asked_again(self, studio: Running, stub: GoogleStub, reply: Reply) -> None:
        stub.will(reply, reply)
        run = studio.finished(order(studio))
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.paid()) == 3

    @pytest.mark.parametrize("reply", [failed(409), failed(500), failed(504)])
    def test_an_error_that_does_not_prove_that_nothing_began_leaves_its_outcome_unknown(
        self, studio: Running, stub: GoogleStub, reply: Reply
    ) -> None:
        stub.will(reply)
        run = studio.finished(order(studio))
        assert (output(studio, run).error or "").startswith("Outcome unknown: Google's service failed")
        assert (run.status, run.cost_nano, output(studio, run).cost_nano) == ("failed", None, None)
        assert len(stub.requests) == 1

    @pytest.mark.parametrize("reply", [reset, sent(200, b"{"), began(None)])
    def test_a_lost_answer_is_not_asked_for_again(self, studio: Running, stub: GoogleStub, reply: Reply) -> None:
        stub.will(reply)
        run = studio.finished(order(studio))
        assert (run.status, run.cost_nano, output(studio, run).cost_nano) == ("failed", None, None)
        assert len(stub.requests) == 1
        assert run.operations == {}


class TestFailingWhileWaiting:
    def test_questions_that_fail_in_passing_are_asked_again_and_cost_nothing(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        garbled = sent(200, b"{")
        stub.will(
            began(), failed(500), failed(503), failed(429), reset, failed(504), garbled, garbled, WORKING, garbled
        )
        run = studio.finished(order(studio))
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.paid()) == 1

    def test_a_question_that_is_not_answered_in_time_is_asked_again(
        self, studio: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        late, clip_of = [ProviderTimeout("Google did not answer in time.", cost_nano=None)] * 7, Google.clip

        def look(google: Google, *args: Any, **options: Any) -> Any:
            if late:
                raise late.pop()
            return clip_of(google, *args, **options)

        monkeypatch.setattr(Google, "clip", look)
        run = studio.finished(order(studio))
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert len(stub.paid()) == 1

    @pytest.mark.parametrize(
        ("reply", "words"),
        [
            (sent(200, b"{"), "could not be read"),
            (failed(404, message="No such operation."), "Google does not know of it. Google says: “No such operation”"),
            (failed(403), "does not accept this server's credentials"),
            (failed(400, message="Invalid name."), "Google says: “Invalid name”"),
            (failed(422, message="Odd."), "Google says: “Odd”"),
            (finished(name=OPERATION, videos=[{"bytesBase64Encoded": "not base64!"}]), "could not be read"),
        ],
    )
    def test_one_of_which_nothing_can_be_found_out_for_minutes_is_given_up_and_may_have_cost_something(
        self, studio: Running, stub: GoogleStub, clock: FakeClock, reply: Reply, words: str
    ) -> None:
        stub.will(began())
        let_go = for_ever(reply, stub)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) > 12)
        assert not studio.run(run).finished
        clock.advance(300)
        run = studio.finished(run)
        let_go()
        told_ = output(studio, run).error or ""
        assert "What became of this cannot be found out" in told_
        assert words in told_
        assert run.cost_nano is None
        assert len(stub.paid()) == 1
        assert name_of(studio, run) == OPERATION

    def test_time_in_which_google_tells_that_it_works_does_not_count(
        self, studio: Running, stub: GoogleStub, clock: FakeClock
    ) -> None:
        def later(handler: Any) -> None:
            clock.advance(200)
            failed(403)(handler)

        stub.will(began(), later, WORKING, later, failed(503), later)
        assert studio.finished(order(studio)).status == "succeeded"
        assert len(stub.paid()) == 1

    def test_one_that_takes_too_long_is_not_waited_for_for_ever(
        self, studio: Running, stub: GoogleStub, clock: FakeClock
    ) -> None:
        stub.will(began())
        let_go = for_ever(WORKING, stub)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) > 3)
        clock.advance(Google.patience + 1)
        run = studio.finished(run)
        let_go()
        assert "more than 30 minutes. It may still finish, and be charged" in (output(studio, run).error or "")
        assert (run.status, run.cost_nano) == ("failed", None)

    def test_one_of_which_nothing_was_heard_in_all_that_time_does_not_count_as_worked_on(
        self, studio: Running, stub: GoogleStub, clock: FakeClock
    ) -> None:
        stub.will(began())
        let_go = for_ever(failed(503), stub)
        run = order(studio)
        studio.wait_for(lambda: len(stub.requests) > 3)
        clock.advance(Google.patience + 1)
        run = studio.finished(run)
        let_go()
        assert "cannot be found out: it may have been made, and charged. Google's service" in (
            output(studio, run).error or ""
        )

    def test_a_refusal_is_told_with_its_reason_and_costs_nothing(self, studio: Running, stub: GoogleStub) -> None:
        stub.will(began(), finished(raiMediaFilteredCount=1, raiMediaFilteredReasons=["It shows a child."]))
        with recorded_lines() as lines:
            run = studio.finished(order(studio))
        assert "“It shows a child”" in (output(studio, run).error or "")
        assert (run.status, run.cost_nano) == ("failed", 0)
        assert [line["kind"] for line in lines if line["event"] == "run.output_failed"] == ["Refused"]
        assert len(stub.paid()) == 1

    def test_one_that_fails_inside_for_want_of_room_is_begun_anew(self, studio: Running, stub: GoogleStub) -> None:
        second = OPERATION.replace("op-1", "op-2")
        stub.will(began(), finished(error={"code": 14, "message": "Busy"}), began(second), finished(a_clip()))
        run = order(studio)
        run = studio.finished(run)
        assert (run.status, run.cost_nano) == ("succeeded", COST)
        assert name_of(studio, run) == second
        assert stub.requests[-1]["body"] == {"operationName": second}

    def test_one_that_goes_on_failing_inside_is_given_up_and_cost_nothing(
        self, studio: Running, stub: GoogleStub
    ) -> None:
        stub.will(*[began(), finished(error={"code": 8, "message": "Full"})] * 6)
        run = studio.finished(order(studio))
        assert "quota is used up" in (output(studio, run).error or "")
        assert run.cost_nano == 0
        assert len(stub.paid()) == 4

    @pytest.mark.parametrize("data", [b"plain words", picture()])
    def test_what_is_no_clip_has_cost_what_it_cost(self, studio: Running, stub: GoogleStub, data: bytes) -> None:
        stub.will(began(), finished(data))
        run = studio.finished(order(studio))
        assert "no clip that can be played" in (output(studio, run).error or "")
        assert run.cost_nano == COST


def test_what_waits_for_google_does_not_hold_up_what_this_machine_makes(studio: Running, stub: GoogleStub) -> None:
    stub.will(began(), WORKING, began())
    let_go = for_ever(WORKING, stub)
    clips = [order(studio), order(studio)]
    studio.wait_for(lambda: len(stub.paid()) == 2)
    assert studio.finished(studio.begin(1)).status == "succeeded"
    let_go()
    for run in clips:
        assert studio.finished(run).status == "succeeded"


def test_the_key_is_in_no_log_no_record_and_no_file(
    keyed: Running, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo = failed(400, "INVALID_ARGUMENT", f"You sent {KEY}")
    broken = interaction("failed", errors=[{"message": f"With {KEY}"}])
    monkeypatch.setattr("services.workflows.asking.FORGOTTEN", 0.0)
    stub.will(echo, IN_PROGRESS, echo, IN_PROGRESS, broken)
    with recorded_lines() as lines:
        runs = [keyed.finished(by_omni(keyed)) for _ in range(3)]
    assert all(asked["headers"]["x-goog-api-key"] == KEY for asked in stub.requests)
    assert [run.status for run in runs] == ["failed"] * 3
    assert KEY not in f"{lines}{runs}{keyed.library()}"
    for path in keyed.data_dir.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path
