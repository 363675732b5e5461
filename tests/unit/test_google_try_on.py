"""Virtual try-on, through Google's real SDK and a server on this machine that answers for Google."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from services.errors import (
    AnswerLost,
    BadInput,
    GenerationError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
    Refused,
)
from services.generation.google.answers import LONGEST_QUOTE, Answer
from services.generation.google.client import Google
from tests.support.google_platforms import by_project
from tests.support.google_stub import MODELS, TOKEN, GoogleStub, Reply, failed, reset, sent, told, tried_on
from tests.support.media import picture
from tests.support.models import known

MODEL = known("virtual-try-on-001")


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@pytest.fixture
def google_(stub: GoogleStub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    google_ = by_project(stub, monkeypatch)
    yield google_
    google_.close()


def test_a_person_and_a_product_become_a_picture_with_what_it_cost(google_: Google, stub: GoogleStub) -> None:
    assert google_.try_on(MODEL, b"person", b"product") == Answer(picture(), 60_000_000)
    [request] = stub.requests
    assert request["path"] == f"/v1beta1/{MODELS}/virtual-try-on-001:predict"
    [instance] = request["body"]["instances"]
    person, [product] = instance["personImage"]["image"], instance["productImages"]
    assert base64.b64decode(person["bytesBase64Encoded"]) == b"person"
    assert base64.b64decode(product["image"]["bytesBase64Encoded"]) == b"product"
    assert person["mimeType"] == product["image"]["mimeType"] == "image/jpeg"
    assert request["body"]["parameters"] == {"sampleCount": 1}


@pytest.mark.parametrize(
    ("own", "asked"), [("", "us-central1"), ("europe-west4", "europe-west4"), ("australia-southeast1", "us-central1")]
)
def test_it_is_asked_where_it_is_and_not_globally(
    stub: GoogleStub, monkeypatch: pytest.MonkeyPatch, own: str, asked: str
) -> None:
    google_ = by_project(stub, monkeypatch, location=own)
    google_.try_on(MODEL, b"person", b"product")
    google_.close()
    [request] = stub.requests
    assert f"/locations/{asked}/" in request["path"]


@pytest.mark.parametrize(
    ("reply", "kind", "cost", "again"),
    [
        (tried_on(raiFilteredReason="It shows a child."), Refused, 0, False),
        (failed(400, "INVALID_ARGUMENT", "It violates our usage guidelines."), Refused, 0, False),
        (failed(429), QuotaUsedUp, 0, True),
        (failed(500), ProviderUnavailable, 0, True),
        (failed(503), ProviderUnavailable, 0, True),
        (failed(403), ProviderUnavailable, 0, False),
        (reset, AnswerLost, None, False),
        (sent(200, b"{", length=500), AnswerLost, None, False),
        (sent(200, b"{"), GenerationError, None, False),
        (told({}), GenerationError, None, False),
        (told({"predictions": []}), GenerationError, None, False),
        (told({"predictions": [{"gcsUri": "gs://bucket/picture.png"}]}), GenerationError, None, False),
        (told({"predictions": [{"bytesBase64Encoded": "not base64!"}]}), GenerationError, None, False),
    ],
)
def test_each_failure_is_told_for_what_it_is_and_the_sdk_asks_once(
    google_: Google, stub: GoogleStub, reply: Reply, kind: type[Exception], cost: int | None, again: bool
) -> None:
    stub.will(reply)
    with pytest.raises(GenerationError) as caught:
        google_.try_on(MODEL, b"person", b"product")
    assert type(caught.value) is kind
    assert (caught.value.cost_nano, caught.value.again) == (cost, again)
    assert len(stub.requests) == 1


def test_a_refusal_quotes_google(google_: Google, stub: GoogleStub) -> None:
    stub.will(tried_on(raiFilteredReason="It shows a child. Support code 58061214."))
    with pytest.raises(Refused, match=r"“It shows a child\. Support code 58061214”\. Choose other pictures"):
        google_.try_on(MODEL, b"person", b"product")


def test_a_refusal_that_is_cut_keeps_no_part_of_a_token(google_: Google, stub: GoogleStub) -> None:
    stub.will(tried_on(raiFilteredReason=f"{'x' * (LONGEST_QUOTE - 20)}{TOKEN}"))
    with pytest.raises(Refused) as caught:
        google_.try_on(MODEL, b"person", b"product")
    assert "x…" in str(caught.value)
    assert TOKEN[:8] not in str(caught.value)


def test_what_is_too_large_names_the_remedy(google_: Google, stub: GoogleStub) -> None:
    stub.will(failed(413))
    with pytest.raises(BadInput, match="Choose a smaller picture"):
        google_.try_on(MODEL, b"person", b"product")


def test_an_answer_that_does_not_come_in_time_may_have_cost_something(
    stub: GoogleStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    stub.will(stub.hang)
    google_: Any = by_project(stub, monkeypatch, timeout=0.2)
    with pytest.raises(ProviderTimeout) as caught:
        google_.try_on(MODEL, b"person", b"product")
    google_.close()
    assert caught.value.cost_nano is None
