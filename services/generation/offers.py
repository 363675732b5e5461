"""Which models may be used here and today."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.clock import Clock
from services.errors import BadInput
from services.generation.catalog import MODELS, ModelSpec, ProviderName, find_model, retirement
from services.models import RunType


class Offers:
    """The models of the `providers` that are set up here, theirs first who are named first."""

    def __init__(
        self, clock: Clock, providers: Sequence[ProviderName] = ("local",), models: Sequence[ModelSpec] = MODELS
    ) -> None:
        self._clock = clock
        self._providers = tuple(providers)
        self._models = tuple(models)

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
            raise BadInput("model", f"There is no {run_type} model {model_id!r}. Choose another model")
        if gone := retirement(model, day, self._models):
            raise BadInput("model", gone)
        if not self._is_offered(model, day):
            raise BadInput("model", f"{model.name} cannot be used here. Choose another model")
        return model

    def _is_offered(self, model: ModelSpec, day: date) -> bool:
        return model.provider in self._providers and model.is_offered(day)
