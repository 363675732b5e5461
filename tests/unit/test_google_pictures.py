"""Pictures by Google's models, through its real SDK and a server on this machine that answers for Google."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import google.auth
import pytest
from google import genai
from google.oauth2.credentials import Credentials
from pydantic import JsonValue

from services.errors import (
    AnswerLost,
    BadInput,
    GenerationError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
    Refused,
    SettingsError,
)
from services.generation.catalog import ModelSpec, read_models
from services.generation.google.answers import LONGEST_QUOTE
from services.generation.google.client import Google
from services.settings import load_settings
from tests.support.google_platforms import by_project
from tests.support.google_stub import (
    COST,
    KEY,
    TOKEN,
    GoogleStub,
    Reply,
    answered,
    blocked,
    failed,
    held_back,
    made,
    reset,
    said,
    sent,
)
from tests.support.media import picture
from tests.support.models import known, make_model

MODEL = known("gemini-nano-banana-2.1")
TIMEOUT = 60
"""Seconds."""
GIVEN: dict[str, JsonValue] = {"aspect": "16:9", "resolution": "2K", "count": 1}
CUT_KEY = f"{'x' * (LONGEST_QUOTE - 20)}{KEY} and more"
"""Words whose cut would go through the key."""


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def google_(stub: GoogleStub) -> Iterator[Google]:
    google_ = Google(load_settings(stub.environment).google, timeout=TIMEOUT)
    yield google_
    google_.close()


@pytest.fixture
def project(stub: GoogleStub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """Google, asked as a project."""
    monkeypatch.setattr(google.auth, "default", lambda **options: (Credentials(token=TOKEN), "other"))
    asked = stub.environment | {"GOOGLE_CLOUD_PROJECT": "studio", "GOOGLE_GENAI_USE_VERTEXAI": "true"}
    project = Google(load_settings(asked).google, timeout=TIMEOUT)
    yield project
    project.close()


def fail(google_: Google, model: ModelSpec = MODEL) -> GenerationError:
    with pytest.raises(GenerationError) as caught:
        google_.picture(model, "dunes", GIVEN)
    return caught.value


class TestAsking:
    def test_a_prompt_becomes_a_picture_with_what_it_cost(self, google_: Google, stub: GoogleStub) -> None:
        answer = google_.picture(MODEL, "dunes", GIVEN)
        assert answer.data == picture()
        assert answer.cost_nano == COST
        [asked] = stub.requests
        assert asked["path"] == "/v1/models/gemini-nano-banana-2.1:generateContent"
        assert asked["headers"]["x-goog-api-key"] == KEY
        assert asked["body"]["contents"] == [{"parts": [{"text": "dunes"}], "role": "user"}]
        config = asked["body"]["generationConfig"]
        assert config["responseModalities"] == ["TEXT", "IMAGE"]
        assert config["imageConfig"] == {"aspectRatio": "16:9", "imageSize": "2K"}

    def test_what_a_model_does_not_take_is_not_sent(self, google_: Google, stub: GoogleStub) -> None:
        google_.picture(MODEL, "dunes", {"aspect": "1:1", "count": 1})
        assert stub.requests[0]["body"]["generationConfig"]["imageConfig"] == {"aspectRatio": "1:1"}

    def test_a_picture_to_change_goes_along(self, google_: Google, stub: GoogleStub) -> None:
        source = picture("JPEG")
        google_.picture(MODEL, "make it night", GIVEN, source)
        words, data = stub.requests[0]["body"]["contents"][0]["parts"]
        assert words == {"text": "make it night"}
        assert data["inlineData"]["mime_type"] == "image/jpeg"
        assert base64.urlsafe_b64decode(data["inlineData"]["data"]) == source

    def test_the_style_and_what_to_leave_out_are_said_in_words(self, google_: Google, stub: GoogleStub) -> None:
        google_.picture(MODEL, "dunes", GIVEN | {"style": "watercolour", "negative": "people, text."})
        [words] = stub.requests[0]["body"]["contents"][0]["parts"]
        assert words == {"text": "dunes\n\nStyle: watercolour.\n\nLeave out: people, text."}

    def test_a_project_is_asked_with_its_own_credentials(self, project: Google, stub: GoogleStub) -> None:
        assert project.picture(MODEL, "dunes", GIVEN).data == picture()
        [sent_] = stub.requests
        path = "/v1beta1/projects/studio/locations/global/publishers/google/models/gemini-nano-banana-2.1"
        assert sent_["path"] == f"{path}:generateContent"
        assert sent_["headers"]["authorization"] == f"Bearer {TOKEN}"
        assert KEY not in str(sent_)

    def test_without_a_key_and_a_project_it_says_what_is_missing(self) -> None:
        with pytest.raises(SettingsError, match="neither GOOGLE_API_KEY nor GOOGLE_CLOUD_PROJECT is set"):
            Google(load_settings({"FRESHET_PROVIDER": "google"}).google)

    def test_a_project_without_credentials_says_how_to_get_them(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def missing(**options: Any) -> None:
            raise google.auth.exceptions.DefaultCredentialsError("none here")

        monkeypatch.setattr(google.auth, "default", missing)
        with pytest.raises(SettingsError, match="gcloud auth application-default login"):
            Google(load_settings({"GOOGLE_CLOUD_PROJECT": "studio"}).google)


class TestCosts:
    @pytest.mark.parametrize(
        "usage",
        [
            None,
            {"candidatesTokenCount": 1120},
            {"promptTokenCount": 10, "candidatesTokenCount": 1120},  # of which kind? They have different prices.
        ],
    )
    def test_an_answer_that_does_not_tell_what_it_used_costs_nobody_knows_what(
        self, google_: Google, stub: GoogleStub, usage: Any
    ) -> None:
        stub.will(made(usage=usage))
        assert google_.picture(MODEL, "dunes", GIVEN).cost_nano is None

    def test_a_model_whose_price_is_not_known_costs_nobody_knows_what(self, google_: Google) -> None:
        free = make_model("unpriced-1", provider="google", price=None)
        assert google_.picture(free, "dunes", GIVEN).cost_nano is None

    def test_a_price_for_each_output_is_that_price(self, google_: Google) -> None:
        assert google_.picture(make_model("fixed-1", provider="google"), "dunes", GIVEN).cost_nano == 40_000_000

    def test_a_model_added_as_the_docs_show_costs_what_its_resolution_costs_and_a_refusal_nothing(
        self, google_: Google, stub: GoogleStub
    ) -> None:
        documented = (Path(__file__).resolve().parents[2] / "docs" / "models.md").read_text()
        entry = documented.split("## Adding one")[1].split("A model that is paid by tokens")[0]
        lines = [line[4:] for line in entry.splitlines() if line.startswith("    ")]
        [model] = read_models("\n".join(line for line in lines if not line.startswith("successor")))
        assert google_.picture(model, "dunes", GIVEN).cost_nano == model.cost_of_one(GIVEN) == 60_000_000
        assert google_.picture(model, "dunes", GIVEN | {"resolution": "1K"}).cost_nano == 40_000_000
        stub.will(blocked("SAFETY"), held_back("IMAGE_SAFETY"), held_back("NO_IMAGE"), answered([]))
        assert [fail(google_, model).cost_nano for _ in range(4)] == [0, 0, 0, 0]

    def test_the_estimate_is_about_what_it_costs(self) -> None:
        assert MODEL.cost_of_one({"resolution": "1K"}) == 33_600_000
        assert MODEL.cost_of_one({"resolution": "4K"}) is None
        pro = known("gemini-3-pro-image")
        assert [pro.cost_of_one({"resolution": size}) for size in ("1K", "2K", "4K")] == [
            134_400_000, 134_400_000, 240_000_000,
        ]  # fmt: skip


class TestRefusals:
    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("SAFETY", "it was rated as unsafe"),
            ("IMAGE_SAFETY", "the picture would not be safe to show"),
            ("BLOCKLIST", "it has a word that is not allowed"),
            ("PROHIBITED_CONTENT", "it asks for prohibited content"),
            ("MODEL_ARMOR", "the project's Model Armor stopped it"),
            ("JAILBREAK", "it was taken for an attempt to get round the rules"),
            ("OTHER", "no reason was given"),
        ],
    )
    def test_a_blocked_prompt_says_why(self, google_: Google, stub: GoogleStub, reason: str, words: str) -> None:
        stub.will(blocked(reason))
        error = fail(google_)
        assert type(error) is Refused
        assert str(error) == f"Google refused this: {words}. Change the prompt or the picture and try again."
        assert error.cost_nano == 10 * 1_500
        assert len(stub.requests) == 1

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("SAFETY", "rated as unsafe"),
            ("IMAGE_SAFETY", "would not be safe to show"),
            ("PROHIBITED_CONTENT", "prohibited content"),
            ("IMAGE_PROHIBITED_CONTENT", "prohibited content"),
            ("BLOCKLIST", "a word that is not allowed"),
            ("SPII", "personal data"),
            ("RECITATION", "somebody else's work"),
            ("IMAGE_RECITATION", "somebody else's work"),
        ],
    )
    def test_a_picture_that_is_held_back_says_why(
        self, google_: Google, stub: GoogleStub, reason: str, words: str
    ) -> None:
        stub.will(held_back(reason))
        error = fail(google_)
        assert type(error) is Refused
        assert words in str(error)
        assert error.cost_nano == COST

    def test_what_google_says_of_it_is_told(self, project: Google, stub: GoogleStub) -> None:
        ratings = [
            {"category": "HARM_CATEGORY_DANGEROUS_CONTENT", "probability": "HIGH", "blocked": True},
            {"category": "HARM_CATEGORY_HARASSMENT", "probability": "LOW"},
        ]
        stub.will(blocked("SAFETY", safetyRatings=ratings), held_back("IMAGE_SAFETY", finishMessage="No knives please"))
        assert "rated as unsafe (dangerous content)." in str(fail(project))
        assert "Google says: “No knives please”." in str(fail(project))

    @pytest.mark.parametrize(
        ("reason", "words"),
        [
            ("NO_IMAGE", "did not take the prompt for one"),
            ("IMAGE_OTHER", "gave no reason"),
            ("OTHER", "gave no reason"),
            ("MAX_TOKENS", "too long"),
            ("LANGUAGE", "does not know the prompt's language"),
            ("STOP", "STOP"),
        ],
    )
    def test_one_that_is_simply_not_made_is_no_refusal(
        self, google_: Google, stub: GoogleStub, reason: str, words: str
    ) -> None:
        stub.will(held_back(reason))
        error = fail(google_)
        assert type(error) is GenerationError
        assert str(error).startswith("Google made no picture: ")
        assert words in str(error)
        assert error.cost_nano == COST

    def test_words_instead_of_a_picture_are_told(self, google_: Google, stub: GoogleStub) -> None:
        parts = [{"text": "Which dunes do you mean?"}]
        stub.will(answered([{"content": {"parts": parts}, "finishReason": "STOP"}]))
        assert "Google answered in words instead of a picture: “Which dunes do you mean?”." in str(fail(google_))

    def test_an_empty_answer_is_told(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(answered([]), answered(None, usage=None))
        assert fail(google_).cost_nano == COST
        assert fail(google_).cost_nano is None


class TestFailures:
    @pytest.mark.parametrize(
        ("reply", "kind", "cost", "again"),
        [
            (failed(429, "RESOURCE_EXHAUSTED"), QuotaUsedUp, 0, True),
            (failed(500, "INTERNAL"), ProviderUnavailable, 0, True),
            (failed(503, "UNAVAILABLE"), ProviderUnavailable, 0, True),
            (sent(502, b"<html>Bad gateway</html>", "text/html"), ProviderUnavailable, 0, True),
            (failed(504, "DEADLINE_EXCEEDED"), ProviderTimeout, 0, True),
            (failed(404, "NOT_FOUND", "models/gone-1 is not found"), ProviderUnavailable, 0, False),
            (failed(403, "PERMISSION_DENIED"), ProviderUnavailable, 0, False),
            (reset, AnswerLost, None, False),
            (sent(200, b"{", length=500), AnswerLost, None, False),
            (sent(200, b"{}nonsense"), GenerationError, None, False),
            (sent(200, b'{"candidates": "none"}'), GenerationError, None, False),
            (sent(200, b"<html></html>", "text/html"), GenerationError, None, False),
            (sent(200, b""), GenerationError, None, False),
        ],
    )
    def test_each_is_told_for_what_it_is_and_the_sdk_asks_once(
        self, google_: Google, stub: GoogleStub, reply: Any, kind: type[GenerationError], cost: int | None, again: bool
    ) -> None:
        stub.will(reply)
        error = fail(google_)
        assert type(error) is kind
        assert (error.cost_nano, error.again) == (cost, again)
        assert len(stub.requests) == 1

    def test_an_answer_that_does_not_come_in_time_may_have_cost_something(self, stub: GoogleStub) -> None:
        stub.will(stub.hang)
        error = fail(Google(load_settings(stub.environment).google, timeout=0.2))
        assert type(error) is ProviderTimeout
        assert (error.cost_nano, error.again) == (None, False)

    def test_a_server_that_is_not_there_was_asked_nothing(self, stub: GoogleStub) -> None:
        stub.close()
        error = fail(Google(load_settings(stub.environment).google))
        assert type(error) is ProviderUnavailable
        assert (error.cost_nano, error.again) == (0, True)

    def test_bad_input_quotes_google(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(failed(400, "INVALID_ARGUMENT", "The prompt is too long."))
        with pytest.raises(BadInput, match="Google says: “The prompt is too long”"):
            google_.picture(MODEL, "dunes", GIVEN)

    @pytest.mark.parametrize("code", [400, 404])
    def test_a_key_that_google_echoes_is_in_no_message(self, google_: Google, stub: GoogleStub, code: int) -> None:
        stub.will(failed(code, "INVALID_ARGUMENT", f"Wrong for {KEY}"))
        with pytest.raises((BadInput, GenerationError)) as caught:
            google_.picture(MODEL, "dunes", GIVEN)
        assert "Wrong for …" in str(caught.value)
        assert KEY not in str(caught.value)

    @pytest.mark.parametrize("reply", [said(CUT_KEY), blocked("SAFETY", blockReasonMessage=CUT_KEY)])
    def test_nor_is_a_part_of_one_where_what_google_says_is_cut(
        self, google_: Google, stub: GoogleStub, reply: Reply
    ) -> None:
        stub.will(reply)
        error = str(fail(google_))
        assert f"“{CUT_KEY[: LONGEST_QUOTE - 20]}…" in error
        assert KEY[:8] not in error


class TestLocations:
    def test_each_model_is_asked_where_it_is_and_all_clients_are_closed(
        self, stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        google_ = by_project(stub, monkeypatch, location="us-east5")
        google_.picture(MODEL, "dunes", GIVEN)
        google_.picture(make_model("anywhere-1", provider="google"), "dunes", GIVEN)
        google_.picture(MODEL, "dunes", GIVEN)
        assert [one["path"].split("/")[5] for one in stub.requests] == ["global", "us-east5", "global"]
        closed: list[int] = []
        monkeypatch.setattr(genai.Client, "close", lambda client: closed.append(id(client)))
        google_.close()
        assert len(set(closed)) == 2
