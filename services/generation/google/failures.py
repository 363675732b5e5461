"""Whatever Google's SDK raises, as one of ours: what it was, whether to ask again, and what it may have cost.

The SDK has three families of errors: its own, by status; those of its newer calls, by status or by class; and those of
the transport and of the credentials below it. Google charges nothing for a request that it answers with an error; but
where one was to begin something that goes on by itself, not every error proves that it did not begin.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from json import JSONDecodeError

from google.auth import exceptions as auth
from google.genai import errors
from pydantic import ValidationError

from services.errors import (
    ASK_AGAIN,
    AnswerLost,
    BadInput,
    FreshetError,
    GenerationError,
    ProviderCancelled,
    ProviderForgot,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
    Refused,
)
from services.log import log_event

OTHERWISE = "make it with another model"
"""By its menu, or by Remix where a page has none."""
LONGEST_QUOTE = 300
"""Characters of Google's own words that are told."""
_OF_SAFETY = re.compile(
    r"responsible ai|(usage|content) (guidelines|polic)|safety (filter|guideline|polic|reason)|sensitive words"
    r"|prohibited content|blocked\b.*\b(safety|polic)",
    re.IGNORECASE,
)
"""How Google words it where it refuses with the status of bad input."""
GONE = (404, 410)
"""The statuses with which Google does not know (any more) of what it has begun."""
GONE_FILE = (403, *GONE)
"""Of a file: the Files API does not tell one that is not there from one that is not ours."""
_STATUS_OF_CODE = {1: 499, 3: 400, 4: 504, 5: 404, 6: 409, 7: 403, 8: 429, 9: 400, 10: 409, 11: 400, 14: 503, 16: 401}
"""By the codes of google.rpc.Code, with which operations fail; the others are like 500."""

Secret = Callable[[], str | None]
"""Tells what no message may hold. Asked when there is one: a token may have been renewed by the very request."""


@contextmanager
def mapped(secret: Secret, *, begins: bool = False, gone: Collection[int] = ()) -> Iterator[None]:
    """Raise whatever the SDK raises inside as BadInput or GenerationError, without the `secret` in any message.

    `begins`: Google is to begin something. `gone`: it is asked what became of something that Google has begun, and
    these are the statuses that say that it knows of no such thing.
    """
    try:
        yield
    except FreshetError as error:
        error.args = tuple(without(str(arg), secret()) for arg in error.args)  # it may quote what Google says
        raise
    except Exception as error:
        if gone:
            raise told_of_begun(error, secret(), gone) from error
        raise (told_of_beginning(error, secret()) if begins else told(error, secret())) from error


def told_of_beginning(error: Exception, secret: str | None) -> BadInput | GenerationError:
    """As `told`, but only what proves that nothing has begun may be asked again: what has goes on, and is charged."""
    ours, status = told(error, secret), status_of(error) or 0
    if status not in (408, 409) and (status < 500 or status == 503):
        return ours
    kind = ProviderTimeout if isinstance(ours, ProviderTimeout) else ProviderUnavailable
    return kind(
        f"Outcome unknown: Google's service failed ({status}), but this may have begun all the same, and be charged. "
        f"{ASK_AGAIN}",
        cost_nano=None,
    )


def told_of_begun(error: Exception, secret: str | None, gone: Collection[int] = GONE) -> GenerationError:
    """As `told`, where it is nobody's prompt or choice that Google does not take."""
    ours = told(error, secret)
    if isinstance(ours, GenerationError) and not isinstance(ours, Refused) and status_of(error) not in gone:
        return ours
    said = one_line(_message(error), secret)
    quote = f" Google says: “{said}”." if said else ""
    return ProviderForgot(f"Google does not know of it.{quote}", cost_nano=None)


def told(error: Exception, secret: str | None = None) -> BadInput | GenerationError:
    """Our error for one of the SDK's."""
    beneath = error.__cause__
    if _is_one_of(error, {"APIConnectionError"}) and isinstance(beneath, Exception) and beneath is not error:
        return told(beneath, secret)  # the SDK's newer calls say "connection error" of whatever breaks below them
    status = status_of(error)
    if status is not None:
        return _by_status(status, one_line(_message(error), secret))
    for names, make in _BY_NAME:
        if _is_one_of(error, names):
            return make()
    for kinds, make in _BY_CLASS:
        if isinstance(error, kinds):
            return make()
    log_event("google.unforeseen", logging.ERROR, error=f"{type(error).__module__}.{type(error).__qualname__}")
    return GenerationError(f"Something unforeseen went wrong ({type(error).__name__}). Try again.", cost_nano=None)


def told_inside(code: object, said: object, secret: str | None = None) -> BadInput | GenerationError:
    """Our error for one with which an operation failed that Google had taken on; `code` as in google.rpc.Code."""
    words = one_line(said, secret)
    if _OF_SAFETY.search(words):
        return refused(words)
    if not isinstance(code, int):
        quote = f" Google says: “{words}”." if words else ""
        return GenerationError(f"Google could not make this.{quote} Try again, or change the prompt.")
    return _by_status(_STATUS_OF_CODE.get(code, 500), words)


def status_of(error: Exception) -> int | None:
    """The HTTP status that an error of the SDK's came with, if there was an answer."""
    found = getattr(error, "code" if isinstance(error, errors.APIError) else "status_code", None)
    return found if isinstance(found, int) and found >= 300 else None


def _by_status(status: int, said: str) -> BadInput | GenerationError:
    quote = f" Google says: “{said}”." if said else ""
    match status:
        case 401 | 403:
            return _credentials()
        case 404:
            return ProviderUnavailable(f"Google does not have this model, or not any more. Choose another one.{quote}")
        case 408 | 504:
            return ProviderTimeout(f"Google took too long ({status}). Try again, or ask for less.", again=True)
        case 413:
            return BadInput("picture", "This is too large for Google. Choose a smaller picture, or a shorter clip.")
        case 429:
            return QuotaUsedUp(
                "Google's quota is used up for now. Wait a minute and press Retry, or {OTHERWISE}.",
                again=True,
            )
        case 499:
            return ProviderCancelled("Google gave this up before it was made. Press Retry to ask again.")
        case 409 | 500 | 502 | 503:
            return ProviderUnavailable(
                f"Google's service is not available ({status}). Try again in a few minutes, or {OTHERWISE}.",
                again=True,
            )
    if 400 <= status < 500 and ("API key" in said or "API_KEY" in said):
        return _credentials()
    if 400 <= status < 500 and _OF_SAFETY.search(said):
        return refused(said)
    if 400 <= status < 500:
        return BadInput(
            "prompt",
            f"Google does not take this.{quote} Change the prompt or the pictures, or {OTHERWISE}.",
        )
    return ProviderUnavailable(f"Google's answer was none that it should give ({status}). Try again in a few minutes.")


def refused(said: str) -> Refused:
    """In Google's own words. It charges nothing for what it does not make."""
    return Refused(f"Google refused this: “{said}”. Change the prompt or the picture and try again.")


def _message(error: Exception) -> object:
    """What Google said; the SDK's newer errors have it in their body, as it came."""
    body = getattr(error, "body", None)
    inside = body.get("error") if isinstance(body, dict) else None
    told = inside.get("message") if isinstance(inside, dict) else None
    return told or getattr(error, "message", None)


def one_line(said: object, secret: str | None) -> str:
    """Google's words, without line breaks, without `secret` and not too many."""
    words = without(" ".join(str(said or "").split()), secret)
    return f"{words[:LONGEST_QUOTE]}…" if len(words) > LONGEST_QUOTE else words.removesuffix(".")


def without(words: str, secret: str | None) -> str:
    return words.replace(secret, "…") if secret else words


def _credentials() -> GenerationError:
    return ProviderUnavailable(
        "Google does not accept this server's credentials. Whoever runs it has to check GOOGLE_API_KEY, or what the "
        "project may use. Models of this machine can be used meanwhile."
    )


def _unreachable() -> GenerationError:
    return ProviderUnavailable(
        "Google cannot be reached. Check this server's network and try again, or choose a model of this machine.",
        again=True,
    )


def _late() -> GenerationError:
    return ProviderTimeout(
        f"Google did not answer in time. It may have been made, and charged. {ASK_AGAIN}", cost_nano=None
    )


def garbled() -> GenerationError:
    return GenerationError(f"Google's answer could not be read. It may have been charged. {ASK_AGAIN}", cost_nano=None)


def _wrong() -> GenerationError:
    return GenerationError("The request could not be put into Google's form. Choose other settings or another model.")


_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], Callable[[], BadInput | GenerationError]], ...] = (
    ((auth.TransportError, auth.TimeoutError, auth.ResponseError), _unreachable),
    ((auth.GoogleAuthError,), _credentials),
    ((JSONDecodeError, ValidationError, errors.UnknownApiResponseError, errors.APIError), garbled),
    ((OSError,), AnswerLost),
    ((ValueError, TypeError), _wrong),
)
"""From the particular to the general: the first that fits counts."""

_BY_NAME: tuple[tuple[set[str], Callable[[], BadInput | GenerationError]], ...] = (
    ({"ConnectTimeout", "PoolTimeout", "ConnectError", "ProxyError"}, _unreachable),
    ({"UnsupportedProtocol", "InvalidURL", "TooManyRedirects"}, _unreachable),
    ({"LocalProtocolError"}, _credentials),  # a token with characters that no header takes
    ({"EphemeralTokenAPIKeyError"}, _credentials),
    ({"TimeoutException", "APITimeoutError", "ContinuationTimeoutError"}, _late),
    ({"DecodingError", "StreamError", "APIResponseValidationError", "ResponseValidationError"}, garbled),
    ({"HTTPError", "APIConnectionError", "NoResponseError"}, AnswerLost),
    ({"GenAiError", "GeminiNextGenAPIClientError", "ContinuationInterruptedError"}, garbled),
    ({"TemporaryError", "PermanentError", "CookieConflict"}, garbled),
)
"""Of classes of the SDK's and its transport's, which may be httpx2 or httpx, whichever is installed; the SDK's newer
calls raise classes that it does not export."""


def _is_one_of(error: Exception, names: set[str]) -> bool:
    theirs = (kind for kind in type(error).__mro__ if kind.__module__.startswith(("httpx", "google.genai")))
    return any(kind.__name__ in names for kind in theirs)
