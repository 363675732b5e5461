"""Models as this tab names and offers them: which were shut down is a matter of the day, which drawing may not ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import mesop as me

from services.container import services
from services.generation.catalog import MODELS, ModelSpec, display_name, find_model, is_free, retirement, successor_of
from services.generation.prices import total
from services.models import MediaItem, RunType


@me.stateclass
class CatalogState:
    """`day`: when this tab last asked for something, as in ISO 8601; "" before its first event."""

    day: str = ""


def note_day() -> None:
    """At the beginning of each event."""
    state, today = me.state(CatalogState), services().offers.today().isoformat()
    if state.day != today:
        state.day = today


def day() -> date:
    try:
        return date.fromisoformat(me.state(CatalogState).day)
    except (TypeError, ValueError):  # none yet; or a browser that makes up its own
        return date.min


def offered(run_type: RunType) -> tuple[ModelSpec, ...]:
    """The models that a form may offer; the first is the default."""
    return services().offers.models(run_type, day())


def provider_note() -> str:
    """Why a provider that was asked for cannot be used; "" if it can."""
    return services().offers.note


def model_name(model_id: str) -> str:
    """What people call a model, marked if it was shut down."""
    model = find_model(model_id)
    return f"{model.name} (retired)" if model and model.is_retired(day()) else display_name(model_id)


def model_words(model_id: str) -> str:
    """As `model_name`, with when it was shut down and what takes its place."""
    model = find_model(model_id)
    return (retirement(model, day()) if model else "") or display_name(model_id)


def model_options() -> list[tuple[str, str]]:
    """All models by id, for whoever looks for what they made."""
    return [(model.id, _found_as(model)) for model in MODELS]


def _found_as(model: ModelSpec) -> str:
    following = successor_of(model, day()) if model.is_retired(day()) else None
    return f"{model_name(model.id)}, now {following.name}" if following else model_name(model.id)


def was_made(item: MediaItem) -> bool:
    """Whether a model has done its work on it, successfully or not."""
    return bool(item.model) and item.status != "generating"


def cost_of(item: MediaItem) -> int | None:
    """In nano-dollars, with what went before a retry. What is not known is nothing where the model is free."""
    cost = total([item.earlier_cost_nano, item.cost_nano])
    return 0 if cost is None and is_free(item.model) else cost


def cost_of_set(items: Sequence[MediaItem]) -> int | None:
    """What all that was asked for together has cost. Some of it may not be among `items`: cancelled, deleted, moved to
    another project, or not loaded yet. What that cost is not known."""
    wanted = items[0].parameters.get("count")
    if isinstance(wanted, int) and len(items) < wanted and not is_free(items[0].model):
        return None
    return total(map(cost_of, items))
