"""Every error of Google's SDK, and of what it is built on, is one of ours, and says what to do."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import google.auth.exceptions
import google.genai
import httpx2
import pytest
from google.genai import errors

from services.errors import (
    ASK_AGAIN,
    AnswerLost,
    BadInput,
    FreshetError,
    GenerationError,
    ProviderCancelled,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
    Refused,
    costs_again,
)
from services.generation.google.failures import mapped, told, told_inside
from tests.support.google_stub import KEY
from tests.support.logs import recorded_lines

THEIRS = ("google.genai", "google.auth", "httpx2")
REMEDIES = ("Try again", "try again", "Press Retry", "press Retry", "Choose", "choose", "Change", "check", ASK_AGAIN)


def api_error(code: Any, message: str = "", status: str = "") -> Exception:
    return errors.APIError(code, {"error": {"code": code, "message": message, "status": status}})


STATUSES: list[tuple[int, type[FreshetError], bool]] = [
    (400, BadInput, False), (401, ProviderUnavailable, False), (403, ProviderUnavailable, False),
    (404, ProviderUnavailable, False), (408, ProviderTimeout, True), (409, ProviderUnavailable, True),
    (413, BadInput, False), (418, BadInput, False), (422, BadInput, False), (429, QuotaUsedUp, True),
    (499, ProviderCancelled, False), (500, ProviderUnavailable, True), (501, ProviderUnavailable, False),
    (502, ProviderUnavailable, True), (503, ProviderUnavailable, True), (504, ProviderTimeout, True),
    (302, ProviderUnavailable, False), (599, ProviderUnavailable, False),
]  # fmt: skip
"""What an answer is that came with an error, and whether the same may be asked again."""

Family = tuple[type[FreshetError], int | None, bool]
"""What it is, what it cost, and whether the same may be asked again."""
UNREACHABLE: Family = (ProviderUnavailable, 0, True)
CREDENTIALS: Family = (ProviderUnavailable, 0, False)
LATE: Family = (ProviderTimeout, None, False)
LOST: Family = (AnswerLost, None, False)
GARBLED: Family = (GenerationError, None, False)
WRONG: Family = (GenerationError, 0, False)
FAMILIES: dict[str, Family] = {
    "google.auth.exceptions.GoogleAuthError": CREDENTIALS,
    "google.auth.exceptions.TransportError": UNREACHABLE,
    "google.auth.exceptions.TimeoutError": UNREACHABLE,
    "google.auth.exceptions.ResponseError": UNREACHABLE,
    "google.genai.errors.APIError": GARBLED,
    "google.genai.errors.UnknownApiResponseError": GARBLED,
    "google.genai.errors.ContinuationInterruptedError": GARBLED,
    "google.genai.errors.UnknownFunctionCallArgumentError": WRONG,
    "google.genai.errors.UnsupportedFunctionError": WRONG,
    "google.genai.errors.FunctionInvocationError": WRONG,
    "google.genai._api_client.EphemeralTokenAPIKeyError": CREDENTIALS,
    "google.genai._interactions_continuation.ContinuationTimeoutError": LATE,
    "google.genai._gaos.errors.genaierror.GenAiError": GARBLED,
    "google.genai._gaos.errors.no_response_error.NoResponseError": LOST,
    "google.genai._interactions.GeminiNextGenAPIClientError": GARBLED,
    "google.genai._interactions.APIConnectionError": LOST,
    "google.genai._interactions.APITimeoutError": LATE,
    "google.genai._gaos.utils.retries.TemporaryError": GARBLED,
    "google.genai._gaos.utils.retries.PermanentError": GARBLED,
    "httpx2.HTTPError": LOST,
    "httpx2.ConnectError": UNREACHABLE,
    "httpx2.ConnectTimeout": UNREACHABLE,
    "httpx2.PoolTimeout": UNREACHABLE,
    "httpx2.ProxyError": UNREACHABLE,
    "httpx2.UnsupportedProtocol": UNREACHABLE,
    "httpx2.InvalidURL": UNREACHABLE,
    "httpx2.TooManyRedirects": UNREACHABLE,
    "httpx2.LocalProtocolError": CREDENTIALS,
    "httpx2.TimeoutException": LATE,
    "httpx2.DecodingError": GARBLED,
    "httpx2.StreamError": GARBLED,
    "httpx2.CookieConflict": GARBLED,
}
"""What each class is, and those beneath it that are not named themselves, where no status came with it."""
BY_STATUS = (
    "google.genai.errors.APIError",
    "google.genai._gaos.errors.genaierror.GenAiError",
    "google.genai._interactions.APIStatusError",
)
"""Classes that come with a status, by themselves and beneath."""
NOT_IMPORTED = {
    "google.genai._local_tokenizer_loader": "needs sentencepiece, which nothing here does",
    "google.genai.local_tokenizer": "uses that",
    "google.genai._replay_api_client": "the SDK's own tests",
    "google.genai._test_api_client": "the SDK's own tests",
    "google.genai.tests": "the SDK's own tests",
}
"""Modules whose exceptions are not looked at, with the reason."""


@pytest.mark.parametrize(("code", "kind", "again"), STATUSES)
def test_an_answer_with_an_error_is_told_by_its_status_and_costs_nothing(
    code: int, kind: type[FreshetError], again: bool
) -> None:
    error = told(api_error(code, "Something"))
    assert type(error) is kind
    assert any(words in str(error) for words in REMEDIES)
    if isinstance(error, GenerationError):
        assert (error.cost_nano, error.again) == (0, again)


@pytest.mark.parametrize("message", ["API key not valid. Please pass a valid API key.", "API key expired. Renew it."])
def test_a_key_that_is_none_is_told_as_such_although_its_status_is_that_of_bad_input(message: str) -> None:
    assert "does not accept this server's credentials" in str(told(api_error(400, message, "INVALID_ARGUMENT")))


@pytest.mark.parametrize(
    ("error", "kind", "cost", "again"),
    [
        (httpx2.ConnectError("refused"), ProviderUnavailable, 0, True),
        (httpx2.ConnectTimeout("slow"), ProviderUnavailable, 0, True),
        (httpx2.ReadTimeout("slow"), ProviderTimeout, None, False),
        (httpx2.WriteTimeout("slow"), ProviderTimeout, None, False),
        (httpx2.ReadError("reset"), AnswerLost, None, False),
        (httpx2.WriteError("reset"), AnswerLost, None, False),
        (httpx2.RemoteProtocolError("gone"), AnswerLost, None, False),
        (ConnectionResetError("reset"), AnswerLost, None, False),
        (google.auth.exceptions.TransportError("away"), ProviderUnavailable, 0, True),
        (google.auth.exceptions.RefreshError("revoked"), ProviderUnavailable, 0, False),
        (errors.UnknownApiResponseError("no JSON"), GenerationError, None, False),
        (ValueError("not supported"), GenerationError, 0, False),
    ],
)
def test_what_breaks_below_an_answer_says_whether_it_may_have_cost_something(
    error: Exception, kind: type[GenerationError], cost: int | None, again: bool
) -> None:
    ours = told(error)
    assert isinstance(ours, GenerationError)
    assert type(ours) is kind
    assert (ours.cost_nano, ours.again) == (cost, again)
    assert any(words in str(ours) for words in REMEDIES)
    assert costs_again(str(ours)) is (cost is None)


def raised_by_the_sdk() -> Iterator[type[Exception]]:
    """Every exception class in the SDK, its transport and its credentials. A module that cannot be imported raises."""
    found: set[type[Exception]] = set()
    for name in (*modules_of_the_sdk(), "google.auth.exceptions", "httpx2"):
        for value in vars(importlib.import_module(name)).values():
            if isinstance(value, type) and issubclass(value, Exception) and not issubclass(value, Warning):
                found.add(value)
    yield from sorted((one for one in found if one.__module__.startswith(THEIRS)), key=name_of)


def modules_of_the_sdk() -> Iterator[str]:
    """All but NOT_IMPORTED, by their files."""
    folder = Path(google.genai.__path__[0])
    for path in sorted(folder.rglob("*.py")):
        name = ".".join(("google.genai", *path.relative_to(folder).with_suffix("").parts)).removesuffix(".__init__")
        if not any(name == one or name.startswith(f"{one}.") for one in NOT_IMPORTED):
            yield name


def name_of(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def family_of(kind: type[Exception]) -> Family:
    """By the nearest base that is named."""
    return next(FAMILIES[name_of(base)] for base in kind.__mro__ if name_of(base) in FAMILIES)


def family(ours: FreshetError) -> Family:
    assert isinstance(ours, GenerationError)
    return type(ours), ours.cost_nano, ours.again


def test_each_exception_class_of_the_sdk_is_told_for_what_it_is() -> None:
    kinds = list(raised_by_the_sdk())
    assert {*FAMILIES, *BY_STATUS} <= {name_of(kind) for kind in kinds}
    with recorded_lines() as lines:
        for kind in kinds:
            error: Any = kind.__new__(kind)  # their constructors differ, and none of that counts here
            error.status_code = None
            assert family(told(error)) == family_of(kind), kind
    assert [line for line in lines if line["event"] == "google.unforeseen"] == []


def test_each_that_comes_with_a_status_is_told_by_that() -> None:
    kinds = [kind for kind in raised_by_the_sdk() if {name_of(base) for base in kind.__mro__} & set(BY_STATUS)]
    assert len(kinds) > 15
    for kind in kinds:
        for code, expected, again in STATUSES:
            error: Any = kind.__new__(kind)
            error.code = error.status_code = code
            ours = told(error)
            assert (type(ours), getattr(ours, "again", False)) == (expected, again), (kind, code)


def test_one_that_is_unforeseen_all_the_same_is_told_and_logged_without_its_text() -> None:
    class Odd(Exception):
        pass

    with recorded_lines() as lines:
        ours = told(Odd(f"with {KEY}"))
    assert "Something unforeseen" in str(ours)
    assert [line["event"] for line in lines] == ["google.unforeseen"]
    assert KEY not in f"{ours}{lines}"


def test_a_key_that_google_echoes_is_in_no_message() -> None:
    ours = told(api_error(400, f"Bad prompt, key {KEY}"), KEY)
    assert "Bad prompt, key …" in str(ours)
    assert KEY not in str(ours)


def test_ours_pass_as_they_are() -> None:
    with pytest.raises(BadInput, match="as it is"), mapped(lambda: None):
        raise BadInput("prompt", "as it is")


def test_a_long_message_is_cut() -> None:
    assert len(str(told(api_error(400, "word " * 500)))) < 500


@pytest.mark.parametrize(
    "message",
    [
        "The prompt contains sensitive words that violate Google's Responsible AI practices.",
        "The input image violates Vertex AI's usage guidelines.",
        "This was blocked because of our safety policies.",
    ],
)
def test_a_refusal_with_the_status_of_bad_input_is_told_as_one(message: str) -> None:
    error = told(api_error(400, message, "INVALID_ARGUMENT"))
    assert type(error) is Refused
    assert message.removesuffix(".") in str(error)
    assert type(told_inside(13, message)) is Refused


@pytest.mark.parametrize("message", ["safety_settings is not a field", "Unsupported aspect ratio", ""])
def test_bad_input_is_no_refusal(message: str) -> None:
    assert type(told(api_error(400, message))) is BadInput


def newer_error(name: str) -> Any:
    """An exception of the SDK's newer calls, which it does not export."""
    return getattr(importlib.import_module("google.genai._gaos.lib.compat_errors"), name)


@pytest.mark.parametrize(
    ("beneath", "kind", "cost", "again"),
    [
        (httpx2.ConnectError("refused"), ProviderUnavailable, 0, True),
        (httpx2.ReadTimeout("slow"), ProviderTimeout, None, False),
        (httpx2.ReadError("reset"), AnswerLost, None, False),
        (None, AnswerLost, None, False),
    ],
)
def test_a_connection_error_of_the_newer_calls_is_what_broke_below_it(
    beneath: Exception | None, kind: type[GenerationError], cost: int | None, again: bool
) -> None:
    error = newer_error("APIConnectionError")(request=None)
    error.__cause__ = beneath
    ours = told(error)
    assert type(ours) is kind
    assert isinstance(ours, GenerationError)
    assert (ours.cost_nano, ours.again) == (cost, again)


def test_an_error_of_the_newer_calls_is_told_in_googles_words_alone() -> None:
    response = httpx2.Response(400, request=httpx2.Request("POST", "http://127.0.0.1/"))
    body = {"error": {"code": 400, "message": f"Unsupported duration for {KEY}."}}
    error = newer_error("BadRequestError")("Error code: 400 - {...}", response=response, body=body)
    assert "Google says: “Unsupported duration for …”." in str(told(error, KEY))
