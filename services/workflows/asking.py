"""Asking a provider for one output: once as long as it may be charged, and for as long as what it does takes.

A picture is asked for and answered. A clip is begun, and its name is noted before anything else: whoever finds the name
after a crash goes on asking what became of it, which costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from services.errors import (
    ONCE_MORE,
    WAIT_ON,
    AnswerLost,
    BadInput,
    GenerationError,
    ProviderForgot,
    ProviderTimeout,
    ProviderUnavailable,
    Unsettled,
)
from services.files.sniff import MP4, sniff
from services.generation.catalog import ModelSpec, find_model
from services.generation.pool import PoolClosed
from services.generation.prices import total
from services.generation.received import to_send, to_send_as_jpeg
from services.generation.requests import Role, roles_of
from services.generation.sources import placed, require_roles
from services.log import log_event
from services.models import Run
from services.workflows.context import Interrupted, Unwanted, WorkflowContext
from services.workflows.made import Made, Progress, keep_as_sent, left_behind, opened, unheard
from services.workflows.records import require_wanted

if TYPE_CHECKING:
    from services.generation.google.answers import Answer
    from services.generation.google.client import Google
    from services.generation.google.veo import Came

ATTEMPTS = 4
"""How often a provider is asked for one output, as long as it says that it made nothing."""
FIRST_WAIT, LONGEST_WAIT = 2.0, 20.0
"""Seconds between two of them."""
UNREAD = 300.0
"""Seconds for which no answer tells what became of a clip, after which it is given up."""
FORGOTTEN = 60.0
"""Seconds for which Google says that it does not know of a clip, after which that is believed."""
BEGUN, NEARLY = 10, 90
"""Percent, before and after a provider works on something."""

Note = Callable[[str], None]
"""Keeps the name under which a provider works on an output."""
Claim = Callable[[], AbstractContextManager[Note]]
"""Entered around each request that may cost something."""


@dataclass(frozen=True)
class Asked:
    """One output of a run that a provider is asked for."""

    ctx: WorkflowContext
    model: ModelSpec
    run: Run
    media_id: str
    sources: Callable[[], list[bytes]]
    """Reads what the run is made from, in order. A clip that was begun needs it no more."""
    on_progress: Progress
    claim: Claim

    @property
    def begun(self) -> str | None:
        """The name under which Google works on it already."""
        return self.run.operations.get(self.media_id)

    @property
    def inherited(self) -> bool:
        """Whether an earlier run had it begun, and did not get it."""
        return self.begun is not None and self.media_id not in self.run.asked

    @property
    def google(self) -> Google:
        google = self.ctx.offers.google
        if google is None:
            if self.begun is None:
                raise ProviderUnavailable("Google's models are not set up here. Choose another model.")
            raise Unsettled(
                "Google was asked for this, but its models are not set up here any more. Press Retry once they are, to "
                "get what became of it.",
                cost_nano=None,
            )
        return google

    @property
    def extends(self) -> bool:
        return "clip" in roles_of(self.run.parameters, len(self.run.source_ids))


def ask_google(asked: Asked) -> Made:
    """Blocks until the output is there. Raises BadInput, GenerationError, Interrupted, Unwanted."""
    if asked.begun is None and asked.media_id in asked.run.asked:
        return _found_again(asked)
    if asked.run.run_type == "video":
        return _clip(asked)
    files = [asked.ctx.pool.run(_way(asked.run), data, on_progress=unheard) for data in asked.sources()]
    asked.on_progress(BEGUN)

    def ask() -> Made:
        with asked.claim():
            answer = _picture(asked, files)
        try:
            return _opened(asked, answer)
        except (Interrupted, PoolClosed):  # the process is stopping; a clip is fetched again, by its name
            keep_as_sent(asked.ctx, asked.run, asked.media_id, answer.data)
            raise

    return _asked_again(asked, ask)


def _found_again(asked: Asked) -> Made:
    """What was asked for before the process ended, where it had been stored by then. Raises AnswerLost if not."""
    data = left_behind(asked.ctx, asked.run, asked.media_id)
    if data is None:
        raise AnswerLost
    return opened(asked.ctx, asked.run, data, None)


def let_go(ctx: WorkflowContext, run: Run, media_id: str) -> None:
    """Have the provider stop working on what nobody wants any more, where it can be told to."""
    name, model, google = run.operations.get(media_id), find_model(run.model), ctx.offers.google
    if name is None or model is None or google is None:
        return
    log_event("run.let_go", run_id=run.id, media_id=media_id, stopped=google.cancel_clip(model, name))


def _way(run: Run) -> Callable[[bytes, Progress], bytes]:
    return to_send_as_jpeg if run.run_type == "try-on" else to_send


def _picture(asked: Asked, files: list[bytes]) -> Answer:
    if asked.run.run_type == "try-on":
        person, product = files
        return asked.google.try_on(asked.model, person, product)
    source = files[0] if files else None
    return asked.google.picture(asked.model, asked.run.prompt, asked.run.parameters, source)


def _clip(asked: Asked) -> Made:
    begun = asked.begun

    def ask() -> Made:
        nonlocal begun
        name, begun = begun or _begin(asked), None  # whatever comes of it, the next attempt begins anew
        return _opened(asked, _followed(asked, name))

    if asked.inherited:
        try:
            return ask()
        except (PoolClosed, Unsettled):
            raise
        except (GenerationError, BadInput) as error:
            log_event("run.asking_anew", run_id=asked.run.id, why=str(error))
            spent = error.cost_nano if isinstance(error, GenerationError) else 0
            return _besides(spent, partial(_asked_again, asked, ask))
    return _asked_again(asked, ask)


def _besides(spent: int | None, make: Callable[[], Made]) -> Made:
    """`make()`, where that much was spent on the same before; what comes of it has cost both."""
    try:
        made = make()
    except GenerationError as error:
        error.cost_nano = total([spent, error.cost_nano])
        raise
    return replace(made, cost_nano=total([spent, made.cost_nano]))


def _begin(asked: Asked) -> str:
    """Have a clip made; its name, which is noted."""
    asked.ctx.offers.require(asked.run.model, asked.run.run_type)
    files = asked.sources()
    parts = require_roles(asked.run.parameters, len(files))
    sources = placed(parts, [_sent(asked.ctx, part, data) for part, data in zip(parts, files, strict=True)])
    asked.on_progress(BEGUN)
    with asked.claim() as note:
        name = asked.google.begin_clip(asked.model, asked.run.prompt, asked.run.parameters, sources)
        try:
            note(name)
        except Unwanted:
            asked.google.cancel_clip(asked.model, name)
            raise
    return name


def _sent(ctx: WorkflowContext, part: Role, data: bytes) -> bytes:
    """Raises BadInput on "clip"."""
    if part != "clip":
        return ctx.pool.run(to_send_as_jpeg, data, on_progress=unheard)
    if sniff(data) != MP4:
        raise BadInput("clip", "This model goes on from MP4 clips alone. Choose one that is MP4.")
    return data


def _followed(asked: Asked, name: str) -> Answer:
    """What came of a clip, asked until there is something. Raises BadInput, GenerationError, Interrupted, Unwanted."""
    ctx, google, began = asked.ctx, asked.google, asked.ctx.clock.monotonic()
    told = began  # when an answer told something last, or failed in passing
    try:
        while True:
            came, unread = _came(asked, google, name)
            if isinstance(came, BadInput | GenerationError):
                raise came
            if came is not None:
                return came
            now = ctx.clock.monotonic()
            told = now if unread is None or _passes(unread) else told
            if unread is not None and (now - told >= _enough(unread) or now - began >= google.patience):
                raise _untold(unread) from unread
            if now - began >= google.patience:
                raise _too_long(google.patience)
            asked.on_progress(_estimate(asked, now - began))
            require_wanted(asked.run.id)
            ctx.activity.pause(google.interval)
    except Unwanted:
        let_go(ctx, asked.run.model_copy(update={"operations": {asked.media_id: name}}), asked.media_id)
        raise


def _came(asked: Asked, google: Google, name: str) -> tuple[Came | None, GenerationError | None]:
    """What came of a clip, if anything, and why that was not told, if it was not."""
    try:
        return google.clip(asked.model, name, asked.run.parameters, extends=asked.extends), None
    except GenerationError as error:
        log_event("run.not_told", logging.WARNING, run_id=asked.run.id, why=str(error))
        return None, error


def _enough(error: GenerationError) -> float:
    """Seconds after which such an answer is believed."""
    return FORGOTTEN if isinstance(error, ProviderForgot) else UNREAD


def _passes(error: GenerationError) -> bool:
    """Whether the next question of what became of a clip may be answered."""
    return error.again or isinstance(error, AnswerLost | ProviderTimeout)


def _untold(error: GenerationError) -> GenerationError:
    kind = ProviderForgot if isinstance(error, ProviderForgot) else Unsettled
    return kind(
        f"What became of this cannot be found out: it may have been made, and charged. {error} {ONCE_MORE}",
        cost_nano=None,
    )


def _too_long(seconds: float) -> Unsettled:
    return Unsettled(
        f"Google has worked on this for more than {seconds / 60:.0f} minutes. It may still finish, and be charged. "
        f"{WAIT_ON}",
        cost_nano=None,
    )


def _estimate(asked: Asked, waited: float) -> int:
    """Percent, by how long such a clip takes on the whole: Google tells nothing while it works."""
    usual, length = asked.model.seconds_each, asked.run.parameters.get("duration")
    default = asked.model.parameters.duration.default
    if isinstance(length, int) and default:
        usual *= length / default
    return min(NEARLY, BEGUN + int((NEARLY - BEGUN) * waited / usual))


def _opened(asked: Asked, answer: Answer) -> Made:
    asked.on_progress(NEARLY)
    return opened(asked.ctx, asked.run, answer.data, answer.cost_nano)


def _asked_again(asked: Asked, ask: Callable[[], Made]) -> Made:
    """`ask()`, again after a while if it failed in passing. The one place where a provider is asked twice."""
    wait = FIRST_WAIT
    for _ in range(ATTEMPTS - 1):
        try:
            return ask()
        except GenerationError as error:
            if not error.again:
                raise
            log_event("run.asking_again", logging.WARNING, run_id=asked.run.id, seconds=wait, why=str(error))
        asked.ctx.activity.pause(wait)
        wait = min(2 * wait, LONGEST_WAIT)
    return ask()
