"""The models one may choose from, with what each accepts. Forms and validation both read it."""

from __future__ import annotations

from dataclasses import dataclass

from services.errors import BadInput
from services.models import RunType

FREE = "Free"
"""What a local model costs, wherever a price is told."""


@dataclass(frozen=True)
class ModelSpec:
    """One model. Empty tuples mean that the parameter does not apply."""

    id: str
    name: str
    run_type: RunType
    aspects: tuple[str, ...] = ()
    """Width to height, the first is the default."""
    counts: tuple[int, ...] = (1,)
    durations: tuple[int, ...] = ()
    """Seconds of video."""
    default_duration: int = 0
    max_prompt: int = 4000
    """Characters; 0 where there is no prompt."""
    seconds_each: float = 1.0
    """About how long one output takes, for the estimate beside the button."""
    cost_nano: int = 0
    """Price of one output in nano-dollars; local models cost nothing."""


LOCAL_IMAGE = ModelSpec(
    id="local-image-1",
    name="Local Image 1",
    run_type="image",
    aspects=("1:1", "4:3", "3:4", "16:9", "9:16"),
    counts=(1, 2, 3, 4),
    seconds_each=2.0,
)
LOCAL_VIDEO = ModelSpec(
    id="local-video-1",
    name="Local Video 1",
    run_type="video",
    aspects=("16:9", "9:16", "1:1"),
    durations=(2, 4, 6, 8),
    default_duration=4,
    seconds_each=6.0,
)
LOCAL_TRY_ON = ModelSpec(
    id="local-try-on-1", name="Local Try-on 1 (preview)", run_type="try-on", max_prompt=0, seconds_each=1.5
)

MODELS: tuple[ModelSpec, ...] = (LOCAL_IMAGE, LOCAL_VIDEO, LOCAL_TRY_ON)


def models_for(run_type: RunType) -> tuple[ModelSpec, ...]:
    """The models that make `run_type`; the first is the default."""
    return tuple(model for model in MODELS if model.run_type == run_type)


def display_name(model_id: str) -> str:
    """What people call a model; an id that is none of ours is its own name."""
    return next((model.name for model in MODELS if model.id == model_id), model_id)


def model_named(model_id: str, run_type: RunType) -> ModelSpec:
    """Raises BadInput("model", …) for an id that is unknown or makes something else."""
    for model in models_for(run_type):
        if model.id == model_id:
            return model
    raise BadInput("model", f"There is no {run_type} model {model_id!r}. Choose another model")
