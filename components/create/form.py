"""The form of a Create page and its handlers."""

from __future__ import annotations

from collections.abc import Generator

import mesop as me

from components.create.model import estimate, model_field
from components.create.prompt_tools import prompt_tools
from components.create.sources import field_error, source_fields
from components.web import SegmentOption, aria, button, choice, field, segments, symbol, toggle
from services.container import services
from services.errors import BadInput, FreshetError, OutcomeUnknown, StoreError
from state.bound import bound
from state.create import amount_of, fill_in, form_of, order_from, results_query, settled, spec_of, view_of
from state.loading import load_view
from state.remix import settle_remix
from state.retry import NOT_KNOWN
from state.session import principal, project_id

LABELS = {"image": "Generate Image", "video": "Generate Video"}
EXAMPLES = {"image": "Paper-cut sea with a red sun", "video": "Aurora drifting over a pine ridge"}
AGAIN = {
    "image": "The same seed and prompt make the same picture, the next ones by the seeds after it",
    "video": "The same seed and prompt make the same clip",
}


def create_form(kind: str) -> None:
    """All that the model takes; estimate and the one button below, always in reach."""
    form, takes, own = form_of(kind), spec_of(kind).parameters, settled(kind)
    with me.box(classes="form", key="form"):
        aria(role="form", label=f"{kind.capitalize()} settings")
        with me.box(classes="formscroll", key="fields"):
            model_field(kind)
            field(
                field_id="prompt", label="Prompt", value=form.prompt, multiline=True, rows=4, limit=takes.prompt,
                placeholder=EXAMPLES[kind], submit_hint="generates", error=form.errors.get("prompt", ""),
                draft_key=f"create-{kind}-prompt", token=form.run_id, on_change=bound(on_field, kind, "prompt"),
                on_submit=bound(on_generate, kind), given=form.given, key="prompt",
            )  # fmt: skip
            prompt_tools(kind)
            source_fields(kind)
            segments(
                label="Shape", options=[{"value": a, "label": a} for a in takes.aspect.options], value=form.aspect,
                kind="aspects", on_select=bound(on_field, kind, "aspect"), key="aspect",
            )  # fmt: skip
            field_error(form.errors.get("aspect", ""))
            if takes.style.options:
                _style(kind)
            if takes.negative:
                _negative(kind)
            if takes.resolution.options and "resolution" not in own:
                _resolution(kind)
            if "duration" not in own:
                _amount(kind)
            if takes.audio:
                _sound(kind)
            if takes.seed:
                _seed(kind)
        _foot(kind)


def _seed(kind: str) -> None:
    form = form_of(kind)
    field(
        field_id="seed", label="Seed", value=form.seed, numeric=True, placeholder="Random",
        hint=AGAIN[kind], error=form.errors.get("seed", ""),
        draft_key=f"create-{kind}-seed", action_icon="casino", action_label="Random seed",
        token=form.run_id, on_change=bound(on_field, kind, "seed"), on_submit=bound(on_generate, kind),
        on_action=bound(on_random_seed, kind), given=form.given, key="seed",
    )  # fmt: skip


def _style(kind: str) -> None:
    form = form_of(kind)
    options: list[SegmentOption] = [{"value": s, "label": s or "None"} for s in spec_of(kind).parameters.style.options]
    with me.box(classes="field-fixed", key="style"):
        with me.box(classes="lab"):
            me.text("Style")
        choice(
            label="Style", symbol="unfold_more", options=options, value=form.style, inside=True,
            on_choose=bound(on_field, kind, "style"), key="style-choice",
        )  # fmt: skip
        field_error(form.errors.get("style", ""))


def _negative(kind: str) -> None:
    form = form_of(kind)
    field(
        field_id="negative", label="Leave out", value=form.negative, multiline=True, rows=1,
        limit=spec_of(kind).parameters.negative, placeholder="Sun, people",
        hint="What is not to be in it, in words", error=form.errors.get("negative", ""),
        draft_key=f"create-{kind}-negative", token=form.run_id, on_change=bound(on_field, kind, "negative"),
        on_submit=bound(on_generate, kind), given=form.given, key="negative",
    )  # fmt: skip


def _sound(kind: str) -> None:
    toggle(label="Sound", hint="", active=form_of(kind).audio, on_toggle=bound(on_sound, kind), key="sound")


def _resolution(kind: str) -> None:
    form = form_of(kind)
    segments(
        label="Resolution", options=[{"value": s, "label": s} for s in spec_of(kind).parameters.resolution.options],
        value=form.resolution, on_select=bound(on_field, kind, "resolution"), key="resolution",
    )  # fmt: skip
    field_error(form.errors.get("resolution", ""))


def _amount(kind: str) -> None:
    form, amounts = form_of(kind), amount_of(kind).options
    unit = " s" if kind == "video" else ""
    options: list[SegmentOption] = [{"value": str(n), "label": f"{n}{unit}"} for n in amounts]
    label = "Length" if kind == "video" else "How many"
    segments(label=label, options=options, value=form.amount, on_select=bound(on_field, kind, "amount"), key="amount")
    field_error(form.errors.get("amount", "") or form.errors.get("count", "") or form.errors.get("duration", ""))


def _foot(kind: str) -> None:
    form = form_of(kind)
    with me.box(classes="formfoot", key="foot"):
        if form.failure:
            with me.box(classes="notice failed", key="failure"):
                aria(role="alert")
                symbol(name="error")
                me.text(form.failure)
        with me.box(classes="meta", key="estimate"):
            me.text(estimate(kind))
        button(
            label=LABELS[kind], variant="primary", big=True, full=True, busy=form.starting, busy_label="Starting…",
            token=form.run_id, on_press=bound(on_generate, kind), key="generate",
        )  # fmt: skip


def on_field(kind: str, name: str, event: me.WebEvent) -> None:
    """A field or a choice changed: remember it, and take its error away."""
    form = form_of(kind)
    fill_in(form, name, str(event.value.get("value", "")))
    form.errors.pop(name, None)
    form.failure = ""


def on_sound(kind: str, event: me.WebEvent) -> None:
    form_of(kind).audio = event.value.get("active") is True


def on_random_seed(kind: str, event: me.WebEvent) -> None:
    form_of(kind).seed = ""


def on_generate(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    yield from _generate(kind, str(event.value.get("token", "")))


def _generate(kind: str, run_id: str) -> Generator[None, None, None]:
    """Start the run that was on screen when the button was pressed; nothing typed is lost if that fails."""
    form = form_of(kind)
    form.errors, form.failure = {}, ""
    try:
        order = order_from(kind)
    except BadInput as error:
        form.errors = {error.field: str(error)}
        yield
        return
    except StoreError as error:
        form.failure = f"Nothing was started: {error}"
        yield
        return
    form.starting = True
    yield
    try:
        services().studio.start(principal(), project_id(), order, run_id=run_id)
        form.run_id = services().ids.new()
        settle_remix()
    except OutcomeUnknown:
        form.failure = NOT_KNOWN  # pressed again, it is the same run
    except FreshetError as error:
        form.failure = f"Nothing was started: {error}"
        form.run_id = services().ids.new()
    finally:
        form.starting = False
    yield from load_view(view_of(kind), results_query(kind), "complete", scope=f"create.{kind}")
