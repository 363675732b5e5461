"""What the Create pages share: the form beside its results."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial

import mesop as me

from components.create.form import create_form
from components.create.prompt_tools import leave_prompt_tools, prompt_views
from components.create.results import create_results, load, on_refresh
from components.frame import frame, freshness, head_bar, new_drop, waterline
from components.library.library_chooser_button import CHOOSER, close_chooser
from components.page import View
from components.web import keep
from services.errors import BadInput, StoreError
from state.bound import bound
from state.chosen import choose
from state.create import choose_model, fit, form_of, prepare, results_query, start_from, take_suggested, view_of
from state.kept import put_back, to_keep
from state.preview import close_preview
from state.prompt_undo import replace_prompt
from state.remix import remix
from state.template_draft import draft_to_keep, put_back_draft
from state.view import show_held, show_new


def create_page(kind: str) -> None:
    """The page at /create/{kind}."""

    def head() -> None:
        head_bar(f"Create {kind}", actions=capsule)
        new_drop(view_of(kind), bound(on_show_new, kind))
        waterline(view_of(kind))

    def capsule() -> None:
        freshness(view_of(kind), bound(on_refresh, kind))

    def body() -> None:
        form_key, values = f"create-{kind}", to_keep(form_of(kind)) | draft_to_keep(kind)
        keep(form_key=form_key, values=values, on_restore=bound(on_restore, kind), key=f"keep-{kind}")
        with me.box(classes="work", key=f"work-{kind}"):  # fields of their own: what is typed into one is of one form
            create_form(kind)
            create_results(kind)

    frame(current=f"/create/{kind}", head=head, body=body)


def on_show_new(kind: str, event: me.WebEvent) -> None:
    show_new(view_of(kind), results_query(kind))


CHOOSERS = {"last": partial(choose, role="last"), "clip": partial(choose, role="clip")}


def on_restore(kind: str, event: me.WebEvent) -> None:
    """The page was loaded anew: {values}, what was in its form before."""
    form = form_of(kind)
    put_back_draft(kind, event.value.get("values"))
    if form.given:  # by a remix, which goes before what was kept
        return
    form.errors |= put_back(form, event.value.get("values"), CHOOSERS)
    if form.model:
        choose_model(kind, form.model)
    else:
        fit(kind)


def create_views(kind: str) -> list[View]:
    """The page's views, for live updates."""
    results = View(partial(view_of, kind), partial(results_query, kind), partial(load, kind), f"create.{kind}")
    return [results, *CHOOSER, *prompt_views(kind)]


def open_create(kind: str) -> Generator[None, None, None]:
    """The page was opened: defaults into the form, held results at once, then the store."""
    prepare(kind)
    close_preview()
    close_chooser()
    leave_prompt_tools()
    show_held(view_of(kind), results_query(kind))
    form_of(kind).given = _take_named(kind)
    yield from load(kind, "open")


def _take_named(kind: str) -> bool:
    """What the address names goes into the form, once: a reload keeps what was chosen after.

    True if the form was filled in: what is in it then goes before what was being typed when this tab was reloaded.
    """
    asked = {name: me.query_params.get(name, "") for name in ("remix", "vary", "from")}
    for name, media_id in asked.items():
        if media_id:
            del me.query_params[name]
    suggested = take_suggested(asked["remix"] or asked["from"])
    if asked["remix"] or asked["vary"]:
        return _remix(kind, asked["remix"] or asked["vary"], vary=not asked["remix"], prompt=suggested)
    if asked["from"]:
        _start_from(kind, asked["from"])
    if suggested:
        replace_prompt(kind, suggested)
    return bool(suggested)


def _remix(kind: str, media_id: str, *, vary: bool, prompt: str) -> bool:
    try:
        remix(kind, media_id, vary=vary, prompt=prompt)
    except (BadInput, StoreError) as error:
        form_of(kind).failure = str(error) if isinstance(error, BadInput) else f"Not remixed: {error}"
        if prompt:  # somebody may have paid for it, and it is nowhere else
            replace_prompt(kind, prompt)
        return bool(prompt)
    return True


def _start_from(kind: str, media_id: str) -> None:
    try:
        start_from(kind, media_id)
    except StoreError as error:
        form_of(kind).errors["picture"] = str(error)
