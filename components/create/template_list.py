"""The project's templates for a form, in the dialog: by name, one press uses one."""

from __future__ import annotations

from collections.abc import Callable, Generator

import mesop as me

from components.frame import failed_notice, freshness, waterline
from components.web import PromptRow, aria, button, prompts, symbol
from services.errors import NotFound
from services.models import Template
from services.models.directions import paired
from services.prompts.fields import fields_of
from state.create import form_of
from state.handlers import handler, notify
from state.prompt_state import ROWS
from state.prompt_tools import prompt_state, turn_to
from state.prompt_undo import put_prompt, remove_template
from state.template_draft import add, begin_change, begin_new
from state.templates import held_template, load_templates, may_change, parts_of, templates_of, templates_view
from state.view import ViewState, first_load

SHOWN = 240
"""Characters of a text that the list shows, two lines of it."""
NOUNS = {"image": "picture", "video": "clip"}
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "image": (
        ("Product photo", "Product photo of {product=a ceramic mug} on {surface=a linen cloth}, soft window light"),
        ("Place and hour", "{place=A harbour} at {hour=dawn}, {weather=light fog}, wide view, calm colours"),
    ),
    "video": (
        ("Slow approach", "Slowly closer to {subject=a lighthouse} at {hour=dusk}, {weather=light rain}"),
        ("Sky over land", "{sky=Northern lights} over {place=a pine ridge}, steady camera, quiet night"),
    ),
}
"""By kind of form: names and texts that the empty list offers."""


def template_list(kind: str, tabs: Callable[[], None], *, needs_refresh: bool) -> None:
    """Draw the list. While the opener's `needs_refresh` stands, what is shown is from before the opening."""
    view = templates_view()
    with me.box(classes="choose-head", key="choose-head"):
        freshness(view, on_refresh_templates, pushed=False)
        if needs_refresh:
            with me.box(classes="vh"):
                me.text("Looking for newer templates")
        tabs()
        with me.box(classes="grow", key="head-space"):
            pass
        label = "Save as template" if form_of(kind).prompt.strip() else "New template"
        button(label=label, icon="bookmark_add", on_press=on_new, key="template-new")
        waterline(view, pushed=False)
    with me.box(classes="choose-body", key="choose-body"):
        failed_notice(view, on_refresh_templates)
        _items(kind, view, needs_refresh)


def _items(kind: str, view: ViewState, needs_refresh: bool) -> None:
    templates, rows = templates_of(kind), prompt_state().rows
    if templates:
        prompts(
            label="Templates, by name", items=[_row(template) for template in templates[:rows]], on_choose=on_choose,
            on_change=on_change, on_remove=on_remove, key="templates",
        )  # fmt: skip
        if len(templates) > rows:
            with me.box(classes="prompts-more", key="more"):
                button(label="Show more", on_press=on_more_templates, key="templates-more")
    elif view.error and not view.version:
        _unknown(view.error)
    elif not view.version and (needs_refresh or first_load(view)):
        waiting()
    else:
        _none(kind)


def _row(template: Template) -> PromptRow:
    text = template.text if len(template.text) <= SHOWN else f"{paired(template.text[:SHOWN]).rstrip()}…"
    return {"id": template.id, "name": template.name, "text": text, "mine": may_change(template)}


def waiting() -> None:
    """Where rows will stand."""
    with me.box(classes="prompts-wait", key="waiting"):
        aria(role="presentation")
        for place in range(4):
            with me.box(classes="used waits", key=f"waits-{place}"):
                pass


def _unknown(why: str) -> None:
    with me.box(classes="blank", key="unknown"):
        aria(role="alert")
        symbol(name="cloud_off", look="xl")
        with me.box(classes="h2"):
            me.text("The templates could not be read")
        me.text(why)
        button(label="Retry", on_press=on_refresh_templates, key="templates-retry")


def _none(kind: str) -> None:
    with me.box(classes="blank", key="none"):
        symbol(name="edit_note", look="xl")
        with me.box(classes="h2"):
            me.text("No templates yet")
        me.text(
            f"A template is a prompt that is used again: what changes from {NOUNS[kind]} to {NOUNS[kind]}, like "
            "{subject}, is asked for each time. Everybody in the project can use it."
        )
        with me.box(classes="examples", key="examples"):
            with me.box(classes="meta"):
                me.text("Begin with an example")
            for place, (name, _) in enumerate(EXAMPLES[kind]):
                button(label=f"Add “{name}”", icon="add", token=str(place), on_press=on_example, key=f"example-{place}")


@handler
def on_refresh_templates(event: me.WebEvent) -> Generator[None, None, None]:
    yield from load_templates("manual")


@handler
def on_more_templates(event: me.WebEvent) -> None:
    prompt_state().rows += ROWS


@handler
def on_choose(event: me.WebEvent) -> None:
    """Ask for what the template leaves open; one that leaves nothing is used at once."""
    template = _asked_for(event)
    if template is None:
        return
    parts = parts_of(template)
    if fields_of(parts):
        turn_to("fill", template.id)
    else:
        put_prompt("".join(map(str, parts)))


@handler
def on_new(event: me.WebEvent) -> None:
    begin_new()


@handler
def on_change(event: me.WebEvent) -> None:
    template = _asked_for(event)
    if template is not None and may_change(template):
        begin_change(template)


@handler
def on_remove(event: me.WebEvent) -> Generator[None, None, None]:
    template = _asked_for(event)
    if template is None:
        return
    try:
        remove_template(template.id)
        yield
    except NotFound as error:  # somebody else was first
        notify(str(error), tone="failed")
        yield from load_templates("complete")


@handler
def on_example(event: me.WebEvent) -> None:
    token, examples = str(event.value.get("token", "")), EXAMPLES.get(prompt_state().kind, ())
    if token in map(str, range(len(examples))):
        add(*examples[int(token)])


def _asked_for(event: me.WebEvent) -> Template | None:
    """The template that a browser names, of those that the dialog holds for its form."""
    template = held_template(str(event.value.get("id", "")))
    return template if template is not None and template.run_type == prompt_state().kind else None
