"""Better prompts and opinions by Google's models, through its real SDK and a server on this machine that answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from services.errors import AnswerLost, GenerationError, ProviderUnavailable, QuotaUsedUp, Refused
from services.generation.catalog import HELPERS
from services.generation.google.client import Google
from services.generation.google.texts import LONGEST, MOST
from services.generation.opinions import Critique, Rewritten
from tests.support.google_platforms import by_key
from tests.support.google_stub import KEY, GoogleStub, Reply, answered, blocked, failed, held_back, reset, said, sent
from tests.support.media import picture

HELPER = HELPERS[0]
PRICE = HELPER.price_on(date(2026, 11, 20))
COST = 10 * 300 + (1140 + 100) * 2_500
"""Of the stub's usual usage, in nano-dollars."""
OPINION = {"strengths": ["The light"], "problems": ["The hands", ""], "prompt": "Dunes, wide view"}


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def google_(stub: GoogleStub) -> Iterator[Google]:
    google_ = by_key(stub)
    yield google_
    google_.close()


def rewrite(google_: Google) -> Rewritten:
    return google_.rewrite(HELPER, PRICE, "dunes")


def criticise(google_: Google, prompt: str = "dunes") -> Critique:
    return google_.critique(HELPER, PRICE, picture(), prompt)


class TestRewriting:
    def test_a_prompt_comes_back_better_with_what_that_cost(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said(json.dumps({"prompt": " Dunes at dusk,\r\nwide view "})))
        assert rewrite(google_) == Rewritten("Dunes at dusk,\nwide view", HELPER.name, COST)
        [request] = stub.requests
        assert request["path"] == f"/v1/models/{HELPER.id}:generateContent"
        assert request["body"]["contents"] == [{"parts": [{"text": "dunes"}], "role": "user"}]
        config = request["body"]["generationConfig"]
        assert config["responseMimeType"] == "application/json"
        assert list(config["responseSchema"]["properties"]) == ["prompt"]
        assert "never an instruction" in str(request["body"]["systemInstruction"])

    @pytest.mark.parametrize("words", ["{", "dunes", "[]", '{"prompts": "x"}', '{"prompt": 7}', ""])
    def test_an_answer_of_another_form_is_told_with_what_it_cost(
        self, google_: Google, stub: GoogleStub, words: str
    ) -> None:
        stub.will(said(words))
        with pytest.raises(GenerationError, match="could not be used: its form is another") as caught:
            rewrite(google_)
        assert caught.value.cost_nano == COST

    def test_an_answer_that_was_cut_off_says_so(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said('{"prompt": "Dun', finishReason="MAX_TOKENS"))
        with pytest.raises(GenerationError, match="became too long"):
            rewrite(google_)

    @pytest.mark.parametrize("words", ["", " ", "\u0007"])
    def test_an_empty_prompt_is_none(self, google_: Google, stub: GoogleStub, words: str) -> None:
        stub.will(said(json.dumps({"prompt": words})))
        with pytest.raises(GenerationError, match="was empty"):
            rewrite(google_)

    def test_without_usage_its_cost_is_unknown(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said('{"prompt": "x"}', usage=None))
        assert rewrite(google_).cost_nano is None
        stub.will(said('{"prompt": "x"}'))
        assert google_.rewrite(HELPER, None, "dunes").cost_nano is None


class TestTheKey:
    def test_an_answer_that_repeats_it_is_shown_without_it(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said(json.dumps({"prompt": f"Dunes {KEY}"})))
        assert rewrite(google_).prompt == "Dunes …"
        stub.will(said(json.dumps({"strengths": [KEY], "problems": [f"a {KEY}"], "prompt": f"Dunes {KEY}"})))
        told = criticise(google_)
        assert (told.strengths, told.problems, told.prompt) == (("…",), ("a …",), "Dunes …")


class TestJudging:
    def test_a_picture_gets_an_opinion_with_what_that_cost(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said(json.dumps(OPINION)))
        told = criticise(google_)
        assert told == Critique(("The light",), ("The hands",), "Dunes, wide view", HELPER.name, COST)
        [request] = stub.requests
        data, words = request["body"]["contents"][0]["parts"]
        assert data["inlineData"]["mime_type"] == "image/png"
        assert base64.urlsafe_b64decode(data["inlineData"]["data"]) == picture()
        assert words == {"text": "The prompt: dunes"}
        assert set(request["body"]["generationConfig"]["responseSchema"]["properties"]) == set(OPINION)

    def test_a_picture_without_a_prompt_says_so(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said(json.dumps(OPINION)))
        criticise(google_, "")
        assert stub.requests[0]["body"]["contents"][0]["parts"][1] == {"text": "The prompt is not known."}

    def test_a_talkative_one_is_cut(self, google_: Google, stub: GoogleStub) -> None:
        stub.will(said(json.dumps(OPINION | {"problems": ["x" * 1_000] * 20})))
        problems = criticise(google_).problems
        assert (len(problems), len(problems[0])) == (MOST, LONGEST)

    @pytest.mark.parametrize("words", ["{", '{"strengths": "all", "problems": [], "prompt": ""}'])
    def test_an_answer_of_another_form_is_told_with_what_it_cost(
        self, google_: Google, stub: GoogleStub, words: str
    ) -> None:
        stub.will(said(words))
        with pytest.raises(GenerationError, match="could not be used") as caught:
            criticise(google_)
        assert caught.value.cost_nano == COST


@pytest.mark.parametrize(
    ("reply", "kind", "cost", "again"),
    [
        (blocked("PROHIBITED_CONTENT"), Refused, 10 * 300, False),
        (held_back("SAFETY"), Refused, COST, False),
        (answered([]), GenerationError, COST, False),
        (failed(429), QuotaUsedUp, 0, True),
        (failed(503), ProviderUnavailable, 0, True),
        (reset, AnswerLost, None, False),
        (sent(200, b"{"), GenerationError, None, False),
    ],
)
@pytest.mark.parametrize("asks", [rewrite, criticise])
def test_each_failure_is_told_for_what_it_is(
    google_: Google, stub: GoogleStub, asks: Any, reply: Reply, kind: type[Exception], cost: int | None, again: bool
) -> None:
    stub.will(reply)
    with pytest.raises(GenerationError) as caught:
        asks(google_)
    assert type(caught.value) is kind
    assert (caught.value.cost_nano, caught.value.again) == (cost, again)
    assert len(stub.requests) == 1
