"""Clips by Veo, through Google's real SDK and a server on this machine that answers for Google."""

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
    ProviderForgot,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
    Refused,
)
from services.generation.google.answers import Answer
from services.generation.google.client import Google
from services.generation.google.veo import Came
from services.generation.sources import Sources
from tests.support.google_platforms import by_key, by_project
from tests.support.google_stub import (
    KEY,
    MODELS,
    OPERATION,
    TOKEN,
    GoogleStub,
    Reply,
    a_clip,
    began,
    failed,
    finished,
    reset,
    sent,
    told,
)
from tests.support.models import known

MODEL, FAST, LITE = (known(f"veo-3.1-{kind}generate-001") for kind in ("", "fast-", "lite-"))
GIVEN: dict[str, JsonValue] = {"aspect": "16:9", "duration": 8, "resolution": "720p", "seed": 7}
NOTHING = Sources()
UNREADABLE = [
    sent(200, b"{"),
    sent(200, b"[1]"),
    sent(200, b'"words"'),
    sent(200, b""),
    sent(200, b"<html></html>", "text/html"),
    told({"done": True, "response": {"videos": [{"bytesBase64Encoded": "not base64!"}]}}),
    told({"done": "perhaps"}),
]


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def google_(stub: GoogleStub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    google_ = by_project(stub, monkeypatch)
    yield google_
    google_.close()


def ask(google_: Google, sources: Sources = NOTHING, **given: JsonValue) -> str:
    return google_.begin_clip(MODEL, "dunes", GIVEN | given, sources)


def look(google_: Google, *, extends: bool = False, **given: JsonValue) -> Came | None:
    return google_.clip(MODEL, OPERATION, GIVEN | given, extends=extends)


def asked(stub: GoogleStub) -> tuple[dict[str, Any], dict[str, Any]]:
    """The instance and the parameters of the one request."""
    [request] = stub.requests
    [instance] = request["body"]["instances"]
    return instance, request["body"]["parameters"]


def picture_in(part: dict[str, Any]) -> bytes:
    assert part["mimeType"] == "image/jpeg"
    return base64.b64decode(part["bytesBase64Encoded"])


class TestAsking:
    def test_a_prompt_begins_an_operation_and_its_name_comes_back(self, google_: Google, stub: GoogleStub) -> None:
        assert ask(google_) == OPERATION
        [request] = stub.requests
        assert request["path"] == f"/v1beta1/{MODELS}/veo-3.1-generate-001:predictLongRunning"
        assert request["headers"]["authorization"] == f"Bearer {TOKEN}"
        assert KEY not in str(request)
        instance, parameters = asked(stub)
        assert instance == {"prompt": "dunes"}
        assert parameters == {
            "sampleCount": 1, "aspectRatio": "16:9", "durationSeconds": 8, "resolution": "720p", "seed": 7,
        }  # fmt: skip

    def test_what_is_not_given_is_not_sent(self, google_: Google, stub: GoogleStub) -> None:
        google_.begin_clip(MODEL, "dunes", {"aspect": "9:16", "negative": "", "style": ""}, NOTHING)
        assert asked(stub) == ({"prompt": "dunes"}, {"sampleCount": 1, "aspectRatio": "9:16"})

    @pytest.mark.parametrize("audio", [True, False])
    def test_sound_and_what_to_leave_out_have_parameters_and_the_style_has_words(
        self, google_: Google, stub: GoogleStub, audio: bool
    ) -> None:
        ask(google_, style="watercolour", negative="people, text", audio=audio)
        instance, parameters = asked(stub)
        assert instance["prompt"] == "dunes\n\nStyle: watercolour."
        assert (parameters["negativePrompt"], parameters["generateAudio"]) == ("people, text", audio)

    def test_a_first_frame_goes_along(self, google_: Google, stub: GoogleStub) -> None:
        ask(google_, Sources(picture=b"first"))
        instance, _ = asked(stub)
        assert picture_in(instance["image"]) == b"first"
        assert "lastFrame" not in instance

    def test_a_last_frame_goes_along_with_the_first(self, google_: Google, stub: GoogleStub) -> None:
        ask(google_, Sources(picture=b"first", last=b"last"))
        instance, _ = asked(stub)
        assert (picture_in(instance["image"]), picture_in(instance["lastFrame"])) == (b"first", b"last")

    def test_a_clip_to_go_on_from_goes_along_and_has_its_own_length(self, google_: Google, stub: GoogleStub) -> None:
        ask(google_, Sources(clip=a_clip()))
        instance, parameters = asked(stub)
        assert instance["video"]["mimeType"] == "video/mp4"
        assert base64.b64decode(instance["video"]["bytesBase64Encoded"]) == a_clip()
        assert parameters == {"sampleCount": 1, "aspectRatio": "16:9", "seed": 7}

    def test_with_a_key_it_says_that_it_cannot_be_asked_like_that(self, stub: GoogleStub) -> None:
        google_ = by_key(stub)
        with pytest.raises(GenerationError, match="another model"):
            ask(google_)
        google_.close()
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
            (failed(404, "NOT_FOUND"), ProviderUnavailable, 0, False),
            (failed(403, "PERMISSION_DENIED"), ProviderUnavailable, 0, False),
            (failed(400, "INVALID_ARGUMENT", "It violates our usage guidelines."), Refused, 0, False),
            (reset, AnswerLost, None, False),
            (sent(200, b"{", length=500), AnswerLost, None, False),
            (sent(200, b"{"), GenerationError, None, False),
            (sent(200, b"<html></html>", "text/html"), GenerationError, None, False),
            (began(None), GenerationError, None, False),
            (sent(200, b""), GenerationError, None, False),
        ],
    )
    def test_each_failure_is_told_for_what_it_is_and_the_sdk_asks_once(
        self,
        google_: Google,
        stub: GoogleStub,
        reply: Reply,
        kind: type[GenerationError],
        cost: int | None,
        again: bool,
    ) -> None:
        stub.will(reply)
        with pytest.raises(GenerationError) as caught:
            ask(google_)
        assert type(caught.value) is kind
        assert (caught.value.cost_nano, caught.value.again) == (cost, again)
        assert len(stub.requests) == 1

    def test_an_answer_that_does_not_come_in_time_may_have_cost_something(
        self, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stub.will(stub.hang)
        google_ = by_project(stub, monkeypatch, timeout=0.2)
        with pytest.raises(ProviderTimeout) as caught:
            ask(google_)
        google_.close()
        assert caught.value.cost_nano is None

    def test_bad_input_quotes_google(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(failed(400, "INVALID_ARGUMENT", "Unsupported duration."))
        with pytest.raises(BadInput, match="Google says: “Unsupported duration”"):
            ask(google_)


class TestLooking:
    def test_it_is_asked_by_its_name(self, google_: Google, stub: GoogleStub) -> None:
        look(google_)
        [request] = stub.requests
        assert request["path"] == f"/v1beta1/{MODELS}/veo-3.1-generate-001:fetchPredictOperation"
        assert request["body"] == {"operationName": OPERATION}
        assert stub.paid() == []

    def test_it_is_asked_about_where_it_began_whatever_the_settings_say_since(
        self, google_: Google, stub: GoogleStub
    ) -> None:
        google_.clip(MODEL, OPERATION.replace("us-central1", "global"), GIVEN, extends=False)
        assert "/locations/global/" in stub.requests[0]["path"]

    @pytest.mark.parametrize("running", [{"name": OPERATION}, {"name": OPERATION, "done": False}, {}])
    def test_while_google_works_on_it_there_is_nothing(self, google_: Google, stub: GoogleStub, running: Any) -> None:
        stub.will(told(running))
        assert look(google_) is None

    def test_a_clip_comes_as_google_encoded_it_with_what_it_cost(self, google_: Google) -> None:
        assert look(google_) == Answer(a_clip(), 8 * 400_000_000)

    @pytest.mark.parametrize(
        ("model", "given", "extends", "cost"),
        [
            (MODEL, {"audio": False}, False, 8 * 200_000_000),
            (MODEL, {"audio": True, "duration": 4}, False, 4 * 400_000_000),
            (FAST, {}, False, 8 * 100_000_000),
            (FAST, {"resolution": "1080p"}, False, 8 * 120_000_000),
            (FAST, {"resolution": "1080p", "audio": False}, False, 8 * 100_000_000),
            (LITE, {"duration": 6}, False, 6 * 50_000_000),
            (MODEL, {"resolution": "1080p", "duration": 4}, True, 7 * 400_000_000),  # its own length
            (FAST, {"resolution": "1080p", "duration": 4}, True, None),  # and resolution, which nobody knows
        ],
    )
    def test_seconds_resolution_and_sound_are_paid_for(
        self, google_: Google, model: Any, given: dict[str, JsonValue], extends: bool, cost: int | None
    ) -> None:
        assert google_.clip(model, OPERATION, GIVEN | given, extends=extends) == Answer(a_clip(), cost)

    def test_one_that_google_keeps_is_told_with_where_it_is(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(told({"done": True, "response": {"videos": [{"gcsUri": "gs://bucket/clip.mp4"}]}}))
        came = look(google_)
        assert isinstance(came, GenerationError)
        assert "gs://bucket/clip.mp4" in str(came)
        assert "Download it there, and upload it here." in str(came)
        assert came.cost_nano == 8 * 400_000_000

    @pytest.mark.parametrize(
        ("response", "words"),
        [
            (
                {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["It shows a child. Support code 17."]},
                "a child",
            ),
            ({"raiMediaFilteredReasons": ["First.", "Second."]}, "“First; Second”"),
            ({"raiMediaFilteredCount": 1}, "no reason was given"),
        ],
    )
    def test_one_that_is_held_back_says_why_and_costs_nothing(
        self, google_: Google, stub: GoogleStub, response: Any, words: str
    ) -> None:
        stub.will(finished(**response))
        came = look(google_)
        assert type(came) is Refused
        assert words in str(came)
        assert came.cost_nano == 0

    @pytest.mark.parametrize(
        ("code", "message", "kind", "again"),
        [
            (3, "The prompt could not be submitted: it violates the usage guidelines.", Refused, False),
            (13, "Blocked for safety reasons.", Refused, False),
            (3, "The picture is too small.", BadInput, False),
            (8, "Try later.", QuotaUsedUp, True),
            (13, "Internal.", ProviderUnavailable, True),
            (14, "Busy.", ProviderUnavailable, True),
            (4, "Late.", ProviderTimeout, True),
            (1, "Cancelled.", ProviderCancelled, False),
            (5, "Gone.", ProviderUnavailable, False),
            (7, "Not yours.", ProviderUnavailable, False),
            (99, "Odd.", ProviderUnavailable, True),
            ("odd", "Something.", GenerationError, False),
        ],
    )
    def test_one_that_fails_inside_says_how_and_costs_nothing(
        self, google_: Google, stub: GoogleStub, code: Any, message: str, kind: type[Exception], again: bool
    ) -> None:
        stub.will(finished(error={"code": code, "message": message}))
        came = look(google_)
        assert type(came) is kind
        if isinstance(came, GenerationError):
            assert (came.cost_nano, came.again) == (0, again)

    @pytest.mark.parametrize("response", [{}, {"videos": []}, {"videos": [{}]}, {"videos": "none"}, {"@type": "odd"}])
    def test_one_that_has_ended_with_nothing_is_told(self, google_: Google, stub: GoogleStub, response: Any) -> None:
        stub.will(told({"done": True, "response": response}))
        came = look(google_)
        assert type(came) is GenerationError
        assert "has no clip" in str(came)
        assert came.cost_nano is None

    @pytest.mark.parametrize("reply", UNREADABLE)
    def test_an_answer_that_cannot_be_read_is_no_end_of_it(
        self, google_: Google, stub: GoogleStub, reply: Reply
    ) -> None:
        stub.will(reply)
        try:
            came = look(google_)
        except GenerationError:
            return
        assert came is None

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (failed(429), QuotaUsedUp),
            (failed(500), ProviderUnavailable),
            (failed(503), ProviderUnavailable),
            (failed(403), ProviderUnavailable),
            (failed(404), ProviderForgot),
            (failed(400), ProviderForgot),
            (reset, AnswerLost),
        ],
    )
    def test_a_question_that_fails_is_told_for_what_it_is(
        self, google_: Google, stub: GoogleStub, reply: Reply, kind: type[GenerationError]
    ) -> None:
        stub.will(reply)
        with pytest.raises(GenerationError) as caught:
            look(google_)
        assert type(caught.value) is kind

    def test_a_question_that_is_not_answered_in_time_is_told_as_such(
        self, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stub.will(stub.hang)
        google_ = by_project(stub, monkeypatch, timeout=0.2)
        with pytest.raises(ProviderTimeout):
            look(google_)
        google_.close()

    def test_it_cannot_be_told_to_stop(self, google_: Google, stub: GoogleStub) -> None:
        assert not google_.cancel_clip(MODEL, OPERATION)
        assert stub.requests == []
