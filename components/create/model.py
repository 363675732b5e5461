"""Which model makes it, for about what and in about which time."""

from __future__ import annotations

import mesop as me
from pydantic import JsonValue

from components.create.sources import field_error
from components.provider_notice import provider_notice
from components.web import choice
from services.generation.prices import cost_words, money
from state.bound import bound
from state.catalog import offered
from state.create import choose_model, form_of, goes_on, run_type_of, spec_of


def model_field(kind: str) -> None:
    """The model: a menu where there are several."""
    models, spec = offered(run_type_of(kind)), spec_of(kind)
    with me.box(classes="field-fixed", key="model"):
        with me.box(classes="lab"):
            me.text("Model")
        if len(models) > 1:
            choice(
                label="Model", symbol="unfold_more", options=[{"value": m.id, "label": m.name} for m in models],
                value=spec.id, inside=True, on_choose=bound(on_model, kind), key="model-choice",
            )  # fmt: skip
            with me.box(classes="help", key="model-note"):
                me.text(_each(kind))
        else:
            with me.box(classes="fixed"):
                me.text(spec.name)
                with me.box(classes="meta"):
                    me.text(_each(kind))
        field_error(form_of(kind).errors.get("model", ""))
        provider_notice()


def estimate(kind: str) -> str:
    """What a press on the form's button makes, in about which time and for about what."""
    amount, spec, one = _amount(kind), spec_of(kind), _cost_of_one(kind)
    seconds = spec.seconds_each * amount
    if kind == "video":
        seconds /= spec.parameters.duration.default
        return f"{amount} s of video · about {round(seconds)} s to make · {_about(one)}"
    cost = None if one is None else one * amount
    return f"{amount} image{'s' if amount > 1 else ''} · about {round(seconds)} s · {_about(cost)}"


def on_model(kind: str, event: me.WebEvent) -> None:
    choose_model(kind, str(event.value.get("value", "")))
    form_of(kind).failure = ""


def _each(kind: str) -> str:
    return f"{_about(_cost_of_one(kind))} · about {spec_of(kind).seconds_each:g} s each"


def _cost_of_one(kind: str) -> int | None:
    form, spec = form_of(kind), spec_of(kind)
    given: dict[str, JsonValue] = {"duration": _amount(kind), "resolution": form.resolution}
    if spec.parameters.audio:
        given["audio"] = form.audio
    return spec.cost_of_one(given, extends=goes_on(kind))


def _amount(kind: str) -> int:
    """Pictures, or seconds that are made: as chosen, or as the model goes on from a clip."""
    own, amount = spec_of(kind).parameters.extension.seconds, form_of(kind).amount
    if own and goes_on(kind):
        return own
    return int(amount) if amount.isdecimal() else 1


def _about(cost: int | None) -> str:
    return f"about {money(cost)}" if cost else cost_words(cost)
