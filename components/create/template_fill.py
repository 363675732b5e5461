"""A template that is about to be used: its fields, and the prompt that comes of them."""

from __future__ import annotations

import mesop as me

from components.web import aria, button, fill, symbol
from services.errors import BadInput
from services.prompts import fields
from services.prompts.fields import Field, Part
from state.handlers import handler
from state.prompt_tools import lay_aside, prompt_state, turn_to
from state.prompt_undo import put_prompt
from state.templates import held_template, parts_of

OUT_OF_DATE = "This page is out of date. Reload it and try again."


def template_fill() -> None:
    """Draw the fields of the template that was chosen."""
    state = prompt_state()
    template = held_template(state.chosen)
    step_head(template.name if template else "Template")
    with me.box(classes="choose-body", key="choose-body"):
        if template is None:
            _gone()
            return
        parts = parts_of(template)
        gaps = fields.fields_of(parts)
        fill(
            parts=_places(parts, gaps), fields=[(gap.name, gap.default) for gap in gaps],
            wrongs=[state.wrong if gap.name == state.wrong_field else "" for gap in gaps], on_use=on_use,
            template_id=template.id, key="template-fill",
        )  # fmt: skip


def step_head(title: str) -> None:
    """The first row of a step, with the way back to the list."""
    with me.box(classes="choose-head step-head", key="choose-head"):
        button(
            label="Back to the list", icon="arrow_back", icon_only=True, variant="ghost", on_press=on_back, key="back"
        )
        with me.box(classes="h2 cut step-name", key="step-name"):
            me.text(title)
            aria(role="heading", label=title, level=3)
        with me.box(classes="waterline off", key="step-line"):
            pass


def _places(parts: tuple[Part, ...], gaps: tuple[Field, ...]) -> list[str | int]:
    keys = [gap.key for gap in gaps]
    return [keys.index(part.key) if isinstance(part, Field) else part for part in parts]


def _gone() -> None:
    with me.box(classes="blank", key="gone"):
        aria(role="alert")
        symbol(name="search_off", look="xl")
        with me.box(classes="h2"):
            me.text("This template is no longer there")
        me.text("Somebody has deleted it meanwhile.")


@handler
def on_back(event: me.WebEvent) -> None:
    lay_aside()
    turn_to("")


@handler
def on_use(event: me.WebEvent) -> None:
    """Fill the template in: {values}, as a browser sends them, one for each field."""
    state, values = prompt_state(), event.value.get("values")
    template = held_template(state.chosen)
    if template is None:
        return
    parts = parts_of(template)
    gaps = fields.fields_of(parts)
    if not isinstance(values, list) or len(values) != len(gaps) or not all(isinstance(one, str) for one in values):
        raise BadInput("values", OUT_OF_DATE)
    try:
        prompt = fields.fill(parts, {gap.name: value for gap, value in zip(gaps, values, strict=True)})
    except BadInput as error:
        state.wrong_field, state.wrong = error.field, str(error)
        return
    put_prompt(prompt)
