"""Calls to Firestore: every one has a deadline, and the one place where Google's exceptions become Freshet's.

The client's own policy repeats a failing call for one to five minutes (and a query that fails midway loses its
start cursor when it is repeated), so it is switched off: here, a read is tried again for a second at most and
ends within five. gRPC codes and what to do about them: cloud.google.com/firestore/docs/understand-error-codes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from google.api_core import exceptions
from google.api_core.retry import Retry, if_exception_type
from google.auth.exceptions import GoogleAuthError

from services.errors import StoreError, StoreUnavailable

T = TypeVar("T")

READ_SECONDS = 4.0
"""The longest one attempt at a read may take."""
COMMIT_SECONDS = 20.0
"""The longest one attempt at a commit may take; it follows a read, so Firestore was reached just before."""

_AS_IT_IS = Retry(predicate=if_exception_type())
"""Passed to the client: repeat nothing yourself."""
_PASSING = (exceptions.ServiceUnavailable, exceptions.InternalServerError)
_AGAIN = Retry(predicate=if_exception_type(*_PASSING), initial=0.1, multiplier=2, maximum=0.5, timeout=1.0)

_REFUSED = (exceptions.Unauthenticated, exceptions.PermissionDenied, GoogleAuthError)
_NO_TOKEN = ("invalid_grant", "invalid_client", "Reauthentication is needed")
"""Signs that an account's credentials have ended, which gRPC reports as a service that is not there."""

CHANGED_MEANWHILE = (exceptions.FailedPrecondition, exceptions.AlreadyExists, exceptions.NotFound, exceptions.Aborted)
"""A document is not, or no longer, as a conditional write demands."""
ANSWER_LOST = (
    exceptions.ServiceUnavailable,
    exceptions.DeadlineExceeded,
    exceptions.InternalServerError,
    exceptions.Cancelled,  # this and the next: the emulator's answers to a commit while some listener goes away
    exceptions.Unknown,
)
"""A write may have been done or not."""


def read(call: Callable[..., T], *arguments: Any) -> T:
    """`call(*arguments, retry=…, timeout=…)`, tried again where that is promising. Raises StoreError."""
    try:
        attempt: Callable[[], T] = _AGAIN(lambda: call(*arguments, retry=_AS_IT_IS, timeout=READ_SECONDS))
        return attempt()
    except (exceptions.GoogleAPIError, GoogleAuthError) as error:
        raise translate(error) from error
    except ValueError as error:
        if "closed" in str(error):  # all that gRPC says of a channel after its end
            raise StoreUnavailable("The connection to Firestore has been closed") from error
        raise


def write(call: Callable[..., T], seconds: float = COMMIT_SECONDS) -> T:
    """`call(retry=…, timeout=…)` once. Raises Google's exceptions: the caller sorts out what became of the write."""
    return call(retry=_AS_IT_IS, timeout=seconds)


def translate(error: exceptions.GoogleAPIError | GoogleAuthError) -> StoreError:
    if isinstance(error, exceptions.RetryError) and isinstance(error.cause, exceptions.GoogleAPIError):
        return translate(error.cause)
    if isinstance(error, _REFUSED) or any(sign in str(error) for sign in _NO_TOKEN):
        return StoreError(f"Firestore refuses this account: {error}")
    if isinstance(error, exceptions.FailedPrecondition):
        return StoreError(f"Firestore lacks an index; deploy firestore.indexes.json: {error}")
    if isinstance(error, exceptions.NotFound):
        return StoreError(f"The Firestore database does not exist: {error}")
    if isinstance(error, exceptions.InvalidArgument):
        return StoreError(f"Firestore cannot take this: {error}")
    # Pages show this while the network is away; what gRPC has to say is in the cause, and logged.
    return StoreUnavailable("Firestore cannot be reached or is overloaded")
