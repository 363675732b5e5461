"""Every error that Freshet raises on purpose.

FreshetError
├── BadInput            the caller's value cannot be used; `field` names it, the message says what to do
├── SettingsError       a setting is wrong; stops the start with one line
├── NotFound            no such record, or none this principal may know of
├── Forbidden           the principal may see the record but not do this
├── Conflict            the record changed since it was read, or exists already
├── Busy                too much of this is under way; nothing is wrong with it, try again soon
├── StoreError          the database could not answer; nothing was changed
│   ├── StoreUnavailable    unreachable, locked or timed out: worth a retry
│   │   └── OutcomeUnknown      the answer to a commit was lost: it was done, or it was not
│   ├── StoreCorrupt        the database file is damaged
│   └── StorageFull         no room left for data or files
├── WatermarkTooOld     deltas no longer reach back that far: read in full
├── FileError           a blob could not be read or written
│   └── FileMissing         no blob under that key
└── GenerationError     a model could not make what was asked; the message is shown to the person
    ├── Refused             by the provider, for what it would show or say; the message has its reason
    ├── QuotaUsedUp         the provider takes no more for now
    ├── ProviderUnavailable the provider cannot be reached, is broken, or does not take our credentials
    ├── ProviderTimeout     the provider took too long
    ├── ProviderCancelled   the provider gave up what it had begun
    ├── ProviderForgot      the provider does not know, or not any more, of what it had begun
    ├── Unsettled           what it had begun may come yet, or has come and was not got: asking again costs nothing
    └── AnswerLost          it was asked for and its answer is lost: it was made and paid for, or it was not

Back ends map their own exceptions to these in one place each and always `raise … from`. A read that fails
raises: it never turns into an empty list.
"""

from __future__ import annotations

from typing import TypeVar


class FreshetError(Exception):
    """Base of all. `str(error)` is a sentence fit for a person."""


class BadInput(FreshetError):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class SettingsError(FreshetError):
    pass


class NotFound(FreshetError):
    pass


class Forbidden(FreshetError):
    pass


class Conflict(FreshetError):
    pass


class Busy(FreshetError):
    pass


class StoreError(FreshetError):
    pass


class StoreUnavailable(StoreError):
    pass


class OutcomeUnknown(StoreUnavailable):
    pass


class StoreCorrupt(StoreError):
    pass


class StorageFull(StoreError):
    pass


class WatermarkTooOld(FreshetError):
    pass


class FileError(FreshetError):
    pass


class FileMissing(FileError):
    pass


class GenerationError(FreshetError):
    """`cost_nano`: what the attempt cost, None if nobody knows. `again`: the same may succeed a little later."""

    def __init__(self, message: str, *, cost_nano: int | None = 0, again: bool = False) -> None:
        super().__init__(message)
        self.cost_nano = cost_nano
        self.again = again


class Refused(GenerationError):
    pass


class QuotaUsedUp(GenerationError):
    pass


class ProviderUnavailable(GenerationError):
    pass


class ProviderTimeout(GenerationError):
    pass


class ProviderCancelled(GenerationError):
    pass


class ProviderForgot(GenerationError):
    pass


ONCE_MORE = "Retry asks for it once more, and for a new one only if Google says that there is none."
WAIT_ON = "Press Retry to go on waiting for it."
"""What an Unsettled error ends with where the person is to know what Retry costs: nothing new."""
ASK_AGAIN = "Retry asks for a new one, which costs again."
"""What is told where something may have been paid for that cannot be had."""


def costs_again(told: str) -> bool:
    """Whether by what was told of a failure asking once more may be paid for a second time."""
    return ASK_AGAIN in told


class Unsettled(GenerationError):
    pass


class AnswerLost(GenerationError):
    def __init__(self) -> None:
        super().__init__(
            f"Outcome unknown: the answer was lost on its way, so this may have been made, and charged. {ASK_AGAIN}",
            cost_nano=None,
        )


E = TypeVar("E", bound=BaseException)


def twin(error: E) -> E:
    """The same error for another thread, without the trace of the first."""
    other = type(error).__new__(type(error))
    other.args = error.args
    other.__dict__.update(error.__dict__)
    other.__cause__ = error.__cause__
    return other
