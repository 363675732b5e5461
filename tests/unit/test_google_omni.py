"""Clips by Gemini Omni with an API key, through Google's real SDK and a server on this machine that answers for it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import JsonValue

from services.errors import (
    AnswerLost,
    BadInput,
    GenerationError,
    ProviderCancelled,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
    Refused,
)
from services.generation.google.answers import Answer
from services.generation.google.client import Google
from services.generation.google.veo import Came
from services.generation.sources import Sources
from tests.support.google_platforms import by_key
from tests.support.google_stub import (
    FILE,
    INTERACTION,
    KEY,
    GoogleStub,
    Reply,
    a_clip,
    failed,
    file_is,
    filed,
    interaction,
    reset,
    sent,
    told,
)
from tests.support.models import known

MODEL = known("gemini-omni-1.1-flash")
GIVEN: dict[str, JsonValue] = {"aspect": "9:16", "duration": 8, "resolution": "720p"}
COST = 8 * 100_000_000
COMPLETED = interaction("completed", filed())
BEFORE: list[list[Reply]] = [[], [COMPLETED], [COMPLETED, file_is("ACTIVE")]]
"""What is answered before a question that fails."""
ENCODED = base64.b64encode(a_clip()).decode()


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def google_(stub: GoogleStub) -> Iterator[Google]:
    google_ = by_key(stub)
    yield google_
    google_.close()


def ask(google_: Google, sources: Sources | None = None, **given: JsonValue) -> str:
    return google_.begin_clip(MODEL, "dunes", GIVEN | given, sources or Sources())


def look(google_: Google, **given: JsonValue) -> Came | None:
    return google_.clip(MODEL, INTERACTION, GIVEN | given, extends=False)


def content(stub: GoogleStub) -> list[dict[str, Any]]:
    """What the one request gives the model."""
    [request] = stub.requests
    [step] = request["body"]["input"]
    assert step["type"] == "user_input"
    return list(step["content"])


class TestAsking:
    def test_a_prompt_begins_an_interaction_in_the_background(self, google_: Google, stub: GoogleStub) -> None:
        assert ask(google_) == INTERACTION
        [request] = stub.requests
        assert (request["method"], request["path"]) == ("POST", "/v1/interactions")
        assert request["headers"]["x-goog-api-key"] == KEY
        body = request["body"]
        assert (body["model"], body["background"]) == ("gemini-omni-1.1-flash", True)
        assert body["response_format"] == {
            "type": "video", "delivery": "uri", "aspect_ratio": "9:16", "resolution": "720p", "duration": "8s",
        }  # fmt: skip
        assert body["generation_config"] == {"video_config": {"task": "text_to_video"}}
        assert content(stub) == [{"type": "text", "text": "dunes"}]

    def test_what_it_has_no_parameter_for_is_said_in_words(self, google_: Google, stub: GoogleStub) -> None:
        ask(google_, style="watercolour", negative="people")
        assert content(stub)[0]["text"] == "dunes\n\nStyle: watercolour.\n\nLeave out: people."

    @pytest.mark.parametrize(
        ("sources", "sent_"),
        [
            (Sources(picture=b"first"), [b"first"]),
            (Sources(picture=b"first", last=b"last"), [b"first", b"last"]),
        ],
    )
    def test_frames_go_along_in_order(
        self, google_: Google, stub: GoogleStub, sources: Sources, sent_: list[bytes]
    ) -> None:
        ask(google_, sources)
        *pictures, words = content(stub)
        assert [base64.b64decode(one["data"]) for one in pictures] == sent_
        assert {(one["type"], one["mime_type"]) for one in pictures} == {("image", "image/jpeg")}
        assert words["type"] == "text"
        assert stub.requests[0]["body"]["generation_config"] == {"video_config": {"task": "image_to_video"}}

    def test_a_clip_to_go_on_from_goes_along_and_keeps_its_shape(self, google_: Google, stub: GoogleStub) -> None:
        google_.begin_clip(MODEL, "dunes", {"aspect": "9:16", "duration": 6}, Sources(clip=a_clip()))
        clip, words = content(stub)
        assert (clip["type"], clip["mime_type"], base64.b64decode(clip["data"])) == ("video", "video/mp4", a_clip())
        assert words == {"type": "text", "text": "dunes"}
        body = stub.requests[0]["body"]
        assert body["response_format"] == {"type": "video", "delivery": "uri", "duration": "6s"}
        assert body["generation_config"] == {"video_config": {"task": "extend"}}

    def test_one_that_is_too_large_for_a_request_is_refused_before_anything_is_sent(
        self, google_: Google, stub: GoogleStub
    ) -> None:
        with pytest.raises(BadInput, match=r"This clip has 71 MB\. Choose one of at most 70 MB") as caught:
            ask(google_, Sources(clip=bytes(71_000_000)))
        assert caught.value.field == "clip"
        assert stub.requests == []


class TestBeginning:
    @pytest.mark.parametrize(
        ("reply", "kind", "cost", "again"),
        [
            (failed(429, "RESOURCE_EXHAUSTED"), QuotaUsedUp, 0, True),
            (failed(503, "UNAVAILABLE"), ProviderUnavailable, 0, True),
            (failed(408), ProviderTimeout, None, False),
            (failed(409, "ABORTED"), ProviderUnavailable, None, False),
            (failed(500, "INTERNAL"), ProviderUnavailable, None, False),
            (sent(502, b"<html>Bad gateway</html>", "text/html"), ProviderUnavailable, None, False),
            (failed(504, "DEADLINE_EXCEEDED"), ProviderTimeout, None, False),
            (failed(599), ProviderUnavailable, None, False),
            (failed(403, "PERMISSION_DENIED"), ProviderUnavailable, 0, False),
            (failed(400, "INVALID_ARGUMENT", "API key not valid."), ProviderUnavailable, 0, False),
            (failed(400, "INVALID_ARGUMENT", "Blocked for safety reasons."), Refused, 0, False),
            (reset, AnswerLost, None, False),
            (sent(200, b"{", length=500), AnswerLost, None, False),
            (sent(200, b"{"), GenerationError, None, False),
            (sent(200, b"<html></html>", "text/html"), GenerationError, None, False),
            (told({"status": "in_progress"}), GenerationError, None, False),
            (told([]), GenerationError, None, False),
        ],
    )
    def test_each_failure_is_told_for_what_it_is_and_the_sdk_asks_once(
        self, google_: Google, stub: GoogleStub, reply: Reply, kind: type[Exception], cost: int | None, again: bool
    ) -> None:
        stub.will(reply)
        with pytest.raises(GenerationError) as caught:
            ask(google_)
        assert type(caught.value) is kind
        assert (caught.value.cost_nano, caught.value.again) == (cost, again)
        assert len(stub.requests) == 1

    def test_a_server_that_is_not_there_was_asked_nothing(self, stub: GoogleStub) -> None:
        google_ = by_key(stub)
        stub.close()
        with pytest.raises(ProviderUnavailable) as caught:
            ask(google_)
        google_.close()
        assert (caught.value.cost_nano, caught.value.again) == (0, True)

    def test_an_answer_that_does_not_come_in_time_may_have_cost_something(self, stub: GoogleStub) -> None:
        stub.will(stub.hang)
        google_ = by_key(stub, timeout=0.2)
        with pytest.raises(ProviderTimeout) as caught:
            ask(google_)
        google_.close()
        assert caught.value.cost_nano is None

    def test_bad_input_quotes_google_without_the_key(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(failed(400, "INVALID_ARGUMENT", f"Unsupported duration for {KEY}."))
        with pytest.raises(BadInput, match="Google says: “Unsupported duration for …”"):
            ask(google_)


class TestLooking:
    @pytest.mark.parametrize("status", ["queued", "in_progress", "something new"])
    def test_while_google_works_on_it_there_is_nothing(self, google_: Google, stub: GoogleStub, status: str) -> None:
        stub.will(interaction(status))
        assert look(google_) is None
        [request] = stub.requests
        assert (request["method"], request["path"]) == ("GET", f"/v1/interactions/{INTERACTION}?stream=false")

    def test_a_clip_is_fetched_from_where_google_left_it(self, google_: Google, stub: GoogleStub) -> None:
        assert look(google_) == Answer(a_clip(), COST)
        assert [one["path"] for one in stub.requests[1:]] == ["/v1/files/clip1", "/v1/files/clip1:download?alt=media"]
        assert {one["headers"]["x-goog-api-key"] for one in stub.requests} == {KEY}

    @pytest.mark.parametrize("state", ["PROCESSING", "STATE_UNSPECIFIED", "SOMETHING_NEW"])
    @pytest.mark.filterwarnings("ignore:.*is not a valid FileState")
    def test_a_file_that_is_not_ready_is_waited_for(self, google_: Google, stub: GoogleStub, state: str) -> None:
        stub.will(interaction("completed", filed()), file_is(state))
        assert look(google_) is None
        assert [one["path"] for one in stub.requests[1:]] == ["/v1/files/clip1"]
        assert look(google_) == Answer(a_clip(), COST)

    def test_a_file_that_failed_is_told_and_costs_nobody_knows_what(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(interaction("completed", filed()), file_is("FAILED", error={"code": 13, "message": f"No {KEY}."}))
        came = look(google_)
        assert type(came) is GenerationError
        assert "failed to put it into a file. It may have been charged. Google says: “No …”. Retry asks" in str(came)
        assert came.cost_nano is None
        assert len(stub.requests) == 2

    @pytest.mark.parametrize("code", [403, 404])
    def test_a_file_that_is_gone_is_told_as_such(self, google_: Google, stub: GoogleStub, code: int) -> None:
        stub.will(interaction("completed", filed()), failed(code, message="It may not exist."))
        with pytest.raises(GenerationError, match=r"does not know of it\. Google says: “It may not exist”"):
            look(google_)

    @pytest.mark.parametrize("uri", ["files/a-1-b", FILE.replace("clip1", "a-1-b"), FILE.partition(":d")[0] + "-1"])
    def test_the_whole_name_of_a_file_is_asked_for(self, google_: Google, stub: GoogleStub, uri: str) -> None:
        stub.will(interaction("completed", filed(uri)))
        assert look(google_) == Answer(a_clip(), COST)
        name = "clip1-1" if "clip1" in uri else "a-1-b"
        assert [one["path"].rpartition("/")[2] for one in stub.requests[1:]] == [name, f"{name}:download?alt=media"]

    def test_a_clip_in_the_answer_itself_is_taken_as_it_is(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(interaction("completed", {"type": "video", "mime_type": "video/mp4", "data": ENCODED}))
        assert look(google_) == Answer(a_clip(), COST)

    @pytest.mark.parametrize(
        ("resolution", "a_second"), [("360p", 30_000_000), ("1080p", 150_000_000), ("4k", 300_000_000)]
    )
    def test_seconds_and_resolution_are_paid_for(self, google_: Google, resolution: str, a_second: int) -> None:
        assert look(google_, resolution=resolution, duration=4) == Answer(a_clip(), 4 * a_second)

    def test_what_going_on_costs_nobody_tells(self, google_: Google) -> None:
        came = google_.clip(MODEL, INTERACTION, {"aspect": "9:16", "duration": 8}, extends=True)
        assert came == Answer(a_clip(), None)

    def test_one_that_google_keeps_is_told_with_where_it_is(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(interaction("completed", filed("gs://bucket/clip.mp4")))
        came = look(google_)
        assert isinstance(came, GenerationError)
        assert "gs://bucket/clip.mp4" in str(came)
        assert came.cost_nano == COST

    def test_an_address_is_told_without_the_key(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(interaction("completed", filed(f"https://proxy.example/clip.mp4?key={KEY}")))
        came = look(google_)
        assert "https://proxy.example/clip.mp4?key=… instead" in str(came)
        assert KEY not in str(came)

    @pytest.mark.parametrize(
        ("said", "words"),
        [([{"type": "text", "text": "I cannot show that."}], "“I cannot show that”"), ([], "made no clip")],
    )
    def test_words_instead_of_a_clip_are_a_refusal(
        self, google_: Google, stub: GoogleStub, said: list[Any], words: str
    ) -> None:
        stub.will(interaction("completed", *said))
        came = look(google_)
        assert type(came) is Refused
        assert words in str(came)
        assert came.cost_nano is None

    @pytest.mark.parametrize(
        ("fields", "kind", "again"),
        [
            ({"errors": [{"code": "errors/x", "message": "Blocked for safety reasons."}]}, Refused, False),
            ({"errors": [{"message": "Out of luck."}]}, GenerationError, False),
            ({"steps": [{"type": "model_output", "error": {"code": 8, "message": "Full."}}]}, QuotaUsedUp, True),
            (
                {"steps": [{"type": "model_output", "error": {"code": 14, "message": "Busy."}}]},
                ProviderUnavailable,
                True,
            ),
            ({}, GenerationError, False),
        ],
    )
    def test_one_that_fails_says_how_and_costs_nothing(
        self, google_: Google, stub: GoogleStub, fields: Any, kind: type[Exception], again: bool
    ) -> None:
        stub.will(interaction("failed", **fields))
        came = look(google_)
        assert type(came) is kind
        assert isinstance(came, GenerationError)
        assert (came.cost_nano, came.again) == (0, again)

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            ("cancelled", ProviderCancelled),
            ("incomplete", GenerationError),
            ("budget_exceeded", GenerationError),
            ("requires_action", GenerationError),
            ("requires_continuation", GenerationError),
        ],
    )
    def test_one_that_is_stopped_costs_nobody_knows_what(
        self, google_: Google, stub: GoogleStub, status: str, kind: type[Exception]
    ) -> None:
        stub.will(interaction(status))
        came = look(google_)
        assert type(came) is kind
        assert isinstance(came, GenerationError)
        assert came.cost_nano is None

    @pytest.mark.parametrize(
        "reply",
        [
            sent(200, b"{"),
            sent(200, b""),
            sent(200, b"<html></html>", "text/html"),
            told([]),
            told({}),
            told({"id": INTERACTION, "status": None}),
            told({"status": "completed", "steps": "none"}),
            interaction("completed", {"type": "video", "data": "not base64!"}),
            interaction("completed", {"type": "video", "data": 7}),
        ],
    )
    def test_an_answer_that_cannot_be_read_is_never_a_clip(
        self, google_: Google, stub: GoogleStub, reply: Reply
    ) -> None:
        stub.will(reply)
        try:
            came = look(google_)
        except GenerationError:
            return
        assert not isinstance(came, Answer)

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (failed(429), QuotaUsedUp),
            (failed(500), ProviderUnavailable),
            (failed(503), ProviderUnavailable),
            (reset, AnswerLost),
        ],
    )
    @pytest.mark.parametrize("before", BEFORE, ids=["asking", "looking for the file", "fetching"])
    def test_a_question_that_fails_is_told_for_what_it_is(
        self, google_: Google, stub: GoogleStub, before: list[Reply], reply: Reply, kind: type[GenerationError]
    ) -> None:
        stub.will(*before, reply)
        with pytest.raises(GenerationError) as caught:
            look(google_)
        assert type(caught.value) is kind

    @pytest.mark.parametrize("before", BEFORE, ids=["asking", "looking for the file", "fetching"])
    def test_a_question_that_is_not_answered_in_time_is_told_as_such(
        self, stub: GoogleStub, before: list[Reply]
    ) -> None:
        stub.will(*before, stub.hang)
        google_ = by_key(stub, timeout=1)
        with pytest.raises(ProviderTimeout):
            look(google_)
        google_.close()


class TestCancelling:
    def test_it_is_told_to_stop(self, google_: Google, stub: GoogleStub) -> None:
        assert google_.cancel_clip(MODEL, INTERACTION)
        [request] = stub.requests
        assert (request["method"], request["path"]) == ("POST", f"/v1/interactions/{INTERACTION}/cancel")

    @pytest.mark.parametrize("reply", [failed(400, message="It has ended."), failed(500), reset])
    def test_where_that_does_not_work_nothing_else_happens(
        self, google_: Google, stub: GoogleStub, reply: Reply
    ) -> None:
        stub.will(reply)
        assert not google_.cancel_clip(MODEL, INTERACTION)
        assert len(stub.requests) == 1


def test_the_file_is_fetched_from_the_address_that_is_set_whatever_the_answer_says(
    google_: Google, stub: GoogleStub
) -> None:
    stub.will(interaction("completed", filed(FILE.replace("generativelanguage.googleapis.com", "evil.example"))))
    assert look(google_) == Answer(a_clip(), COST)
    assert [one["path"] for one in stub.requests[1:]] == ["/v1/files/clip1", "/v1/files/clip1:download?alt=media"]
