"""Whatever Google's SDK raises, as one of ours: what it was, whether to ask again, and what it may have cost.

The SDK has three families of errors: its own, by status; those of its newer calls, by status or by class; and those of
the transport and of the credentials below it. Google charges nothing for a request that it answers with an error.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from json import JSONDecodeError

from google.auth import exceptions as auth
from google.genai import errors
from pydantic import ValidationError

from services.errors import (
    AnswerLost,
    BadInput,
    FreshetError,
    GenerationError,
    ProviderCancelled,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaUsedUp,
)
from services.log import log_event

LONGEST_QUOTE = 300
"""Characters of Google's own words that are told."""


@contextmanager
def mapped(secret: str | None) -> Iterator[None]:
    """Raise whatever the SDK raises inside as BadInput or GenerationError, without `secret` in any message."""
    try:
        yield
    except FreshetError:
        raise
    except Exception as error:
        raise told(error, secret) from error


def told(error: Exception, secret: str | None = None) -> BadInput | GenerationError:
    """Our error for one of the SDK's."""
    status = status_of(error)
    if status is not None:
        return _by_status(status, _words(error, secret))
    for names, make in _BY_NAME:
        if _is_one_of(error, names):
            return make()
    for kinds, make in _BY_CLASS:
        if isinstance(error, kinds):
            return make()
    log_event("google.unforeseen", logging.ERROR, error=f"{type(error).__module__}.{type(error).__qualname__}")
    return GenerationError(f"Something unforeseen went wrong ({type(error).__name__}). Try again.", cost_nano=None)


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
            return BadInput("picture", "This is too large for Google. Choose a smaller picture.")
        case 429:
            return QuotaUsedUp(
                "Google's quota is used up for now. Wait a minute and press Retry, or choose another model.", again=True
            )
        case 499:
            return ProviderCancelled("Google gave this up before it was made. Press Retry to ask again.")
        case 409 | 500 | 502 | 503:
            return ProviderUnavailable(
                f"Google's service is not available ({status}). Try again in a few minutes, or choose another model.",
                again=True,
            )
    if 400 <= status < 500 and ("API key" in said or "API_KEY" in said):
        return _credentials()
    if 400 <= status < 500:
        return BadInput("prompt", f"Google does not take this.{quote} Change the prompt, or choose another model.")
    return ProviderUnavailable(f"Google's answer was none that it should give ({status}). Try again in a few minutes.")


def _words(error: Exception, secret: str | None) -> str:
    """What Google said, in one line."""
    words = " ".join(str(getattr(error, "message", "") or "").split())
    words = words.replace(secret, "…") if secret else words
    return f"{words[:LONGEST_QUOTE]}…" if len(words) > LONGEST_QUOTE else words.removesuffix(".")


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
        "Google did not answer in time. It may have been made, and charged. Press Retry to ask again.", cost_nano=None
    )


def _garbled() -> GenerationError:
    return GenerationError(
        "Google's answer could not be read. It may have been charged. Press Retry to ask again.", cost_nano=None
    )


def _wrong() -> GenerationError:
    return GenerationError("The request could not be put into Google's form. Choose other settings or another model.")


_BY_CLASS: tuple[tuple[tuple[type[Exception], ...], Callable[[], BadInput | GenerationError]], ...] = (
    ((auth.TransportError,), _unreachable),
    ((auth.GoogleAuthError,), _credentials),
    ((JSONDecodeError, ValidationError, errors.UnknownApiResponseError, errors.APIError), _garbled),
    ((OSError,), AnswerLost),
    ((ValueError, TypeError), _wrong),
)
"""From the particular to the general: the first that fits counts."""

_BY_NAME: tuple[tuple[set[str], Callable[[], BadInput | GenerationError]], ...] = (
    ({"ConnectTimeout", "PoolTimeout", "ConnectError", "ProxyError"}, _unreachable),
    ({"UnsupportedProtocol", "InvalidURL", "TooManyRedirects"}, _unreachable),
    ({"LocalProtocolError"}, _credentials),  # a key with characters that no header takes
    ({"TimeoutException", "APITimeoutError"}, _late),
    ({"DecodingError", "StreamError", "APIResponseValidationError", "ResponseValidationError"}, _garbled),
    ({"HTTPError", "APIConnectionError", "NoResponseError"}, AnswerLost),
    ({"GenAiError", "GeminiNextGenAPIClientError", "ContinuationInterruptedError"}, _garbled),
    ({"TemporaryError", "PermanentError", "CookieConflict"}, _garbled),
)
"""Of classes of the SDK's and its transport's, which may be httpx2 or httpx, whichever is installed; the SDK's newer
calls raise classes that it does not export."""


def _is_one_of(error: Exception, names: set[str]) -> bool:
    theirs = (kind for kind in type(error).__mro__ if kind.__module__.startswith(("httpx", "google.genai")))
    return any(kind.__name__ in names for kind in theirs)
