"""Which models may be used here and today: those of this machine, and Google's where they are asked for and set up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from services.clock import Clock
from services.errors import BadInput, SettingsError
from services.generation.apis import Platform
from services.generation.catalog import (
    ANOTHER,
    HELPERS,
    MODELS,
    HelperSpec,
    ModelSpec,
    ProviderName,
    find_model,
    retirement,
    successor_of,
)
from services.log import log_event
from services.models import RunType
from services.settings import Settings

if TYPE_CHECKING:
    from services.generation.google.client import Google


NEEDED: dict[Platform, str] = {
    "key": "an API key (GOOGLE_API_KEY)",
    "vertex": "a project of Google Cloud (GOOGLE_CLOUD_PROJECT and GOOGLE_GENAI_USE_VERTEXAI=true)",
}


class Offers:
    """`google`: None where its models cannot be used. `note`: why not, where somebody asked for them.

    `platform`: by which way Google is asked; models that need the other one are not offered.
    """

    def __init__(
        self,
        clock: Clock,
        models: Sequence[ModelSpec] = MODELS,
        *,
        google: Google | None = None,
        platform: Platform = "key",
        helpers: Sequence[HelperSpec] = HELPERS,
        note: str = "",
    ) -> None:
        self.google = google
        self.note = note
        self._platform = platform
        self._clock = clock
        self._models = tuple(models)
        self._helpers = tuple(helpers)
        self._providers: tuple[ProviderName, ...] = ("google", "local") if google else ("local",)

    def today(self) -> date:
        return self._clock.now().date()

    def models(self, run_type: RunType, day: date) -> tuple[ModelSpec, ...]:
        """Those that make `run_type`; the first is the default."""
        found = [model for model in self._models if model.run_type == run_type and self._is_offered(model, day)]
        return tuple(sorted(found, key=lambda model: self._providers.index(model.provider)))

    def require(self, model_id: str, run_type: RunType) -> ModelSpec:
        """The model, if it can be used now. Raises BadInput("model", …) with the remedy."""
        model, day = find_model(model_id, self._models), self.today()
        if model is None or model.run_type != run_type:
            raise BadInput("model", f"There is no {run_type} model {model_id!r}. {ANOTHER[run_type]}")
        if gone := retirement(model, day, self._models):
            raise BadInput("model", gone)
        if not self._is_offered(model, day):
            raise BadInput("model", f"{self._not_here(model)} {ANOTHER[run_type]}")
        return model

    def helper(self) -> HelperSpec | None:
        """The model that helps with words now; None where this machine has to."""
        day = self.today()
        offered = (one for one in self._helpers if one.provider in self._providers and one.is_offered(day))
        return next(offered, None)

    def instead_of(
        self, model_id: str, run_type: RunType, day: date, *, picture: bool = False
    ) -> tuple[ModelSpec, str]:
        """The model to make something with on that day for which `model_id` was chosen: that one, else what succeeds
        it, else the default; and a sentence on why it is another one, "" where it is not. With `picture`, it can begin
        with one.
        """
        offered = [one for one in self.models(run_type, day) if one.parameters.picture or not picture]
        before = find_model(model_id, self._models)
        if before in offered:
            return before, ""
        following = successor_of(before, day, self._models) if before else None
        if before and following in offered and (gone := retirement(before, day, self._models)):
            return following, gone
        return offered[0], f"{self._why_not(before, model_id, day, picture)} {offered[0].name} is chosen instead."

    def _why_not(self, model: ModelSpec | None, model_id: str, day: date, picture: bool) -> str:
        if model is None:
            return f"{model_id or 'That model'} cannot be used here."
        if gone := retirement(model, day, self._models):
            return gone.partition(". ")[0] + "."
        if picture and self._is_offered(model, day):
            return f"{model.name} cannot begin with a picture."
        return self._not_here(model)

    def _not_here(self, model: ModelSpec) -> str:
        """Why a model is not offered that was not shut down."""
        if self.google is not None and model.needs is not None and model.needs != self._platform:
            return f"{model.name} needs {NEEDED[model.needs]}, which this server has not."
        return f"{model.name} cannot be used here."

    def close(self) -> None:
        if self.google is not None:
            self.google.close()

    def _is_offered(self, model: ModelSpec, day: date) -> bool:
        served = model.provider in self._providers and model.needs in (None, self._platform)
        return served and model.is_offered(day)


def open_offers(settings: Settings, clock: Clock) -> Offers:
    """What the settings ask for.

    Credentials that are missing or of no use do not stop the start: the log says so in a line, the pages do.
    """
    if settings.provider != "google":
        return Offers(clock)
    from services.generation.google.client import Google  # its SDK takes a second to load

    try:
        google = Google(settings.google)
    except SettingsError as error:
        log_event("google.not_set_up", logging.WARNING, why=str(error))
        return Offers(clock, note=f"Google's models cannot be used: {error}. Models of this machine can.")
    return Offers(clock, google=google, platform=google.platform)
