"""A template that is being written in the dialog: new, or one that somebody changes."""

from __future__ import annotations

from collections.abc import Generator

from services.container import services
from services.errors import BadInput, Conflict, FreshetError, NotFound
from services.models import Template
from services.prompts.fields import TEXT, as_text
from services.prompts.templates import NAME
from state.create import form_of, run_type_of, title_from
from state.handlers import notify
from state.prompt_state import Draft
from state.prompt_tools import prompt_state, turn_to
from state.session import principal, project_id
from state.templates import settle_templates

NAMED = 40
"""Characters of a prompt that are proposed as its template's name."""


def begin_new() -> None:
    """Write a template that makes what stands in the form."""
    state = prompt_state()
    prompt = form_of(state.kind).prompt.strip()
    turn_to("edit")
    name = title_from(prompt)
    name = name if len(name) <= NAMED else name[:NAMED].rsplit(" ", 1)[0].rstrip(" ,;:.…")
    state.draft = Draft(name=name, text=as_text(prompt), new_id=services().ids.new())


def begin_change(template: Template) -> None:
    turn_to("edit", template.id)
    prompt_state().draft = Draft(name=template.name, text=template.text, expect=template.revision)


def write(name: str, value: str) -> None:
    """Somebody has written into a field of the draft: remember it, and take its error away."""
    draft = prompt_state().draft
    if name == NAME:
        draft.name, draft.name_error = value, ""
    elif name == TEXT:
        draft.text, draft.text_error = value, ""
    draft.failure = ""


def save() -> Generator[None, None, None]:
    """Store the draft and go back to the list; what is wrong with it is told where it stands, and nothing is lost."""
    state = prompt_state()
    if state.step != "edit":
        return  # a second press, which was sent before the first was answered
    draft = state.draft
    draft.name_error = draft.text_error = draft.failure = ""
    draft.saving = True
    yield
    try:
        _store(draft)
    except BadInput as error:
        _refuse(draft, error)
    except Conflict as error:
        _tell_theirs(draft, error)
    except NotFound as error:
        _begin_anew(draft, error)
    except FreshetError as error:
        draft.failure = f"Not saved: {error}"
    else:
        notify("Template saved")
        turn_to("")
        settle_templates()
    finally:
        draft.saving = False
    yield


def add(name: str, text: str) -> None:
    """Make a template of these words. Raises BadInput, StoreError."""
    kind, new_id = run_type_of(prompt_state().kind), services().ids.new()
    services().templates.create(principal(), project_id(), kind, name, text, template_id=new_id)
    settle_templates()


def keep_mine() -> None:
    """The draft is to replace what somebody else has made of the template."""
    draft = prompt_state().draft
    draft.expect, draft.theirs = draft.theirs, 0


def take_theirs() -> None:
    """Go on with what somebody else has made of the template."""
    state = prompt_state()
    draft = state.draft
    state.draft = Draft(name=draft.their_name, text=draft.their_text, expect=draft.theirs)


def _store(draft: Draft) -> None:
    state, templates = prompt_state(), services().templates
    if state.chosen:
        templates.change(principal(), state.chosen, draft.name, draft.text, expect=draft.expect)
    else:
        run_type = run_type_of(state.kind)
        templates.create(principal(), project_id(), run_type, draft.name, draft.text, template_id=draft.new_id)


def _refuse(draft: Draft, error: BadInput) -> None:
    if error.field == NAME:
        draft.name_error = str(error)
    elif error.field == TEXT:
        draft.text_error = str(error)
    else:
        draft.failure = str(error)


def _tell_theirs(draft: Draft, error: Conflict) -> None:
    """Somebody else was first: their version is shown beside this one."""
    try:
        theirs = services().templates.get(principal(), prompt_state().chosen or draft.new_id)
    except NotFound as gone:
        _begin_anew(draft, gone)
    except FreshetError:
        draft.failure = f"Not saved: {error}"
    else:
        draft.theirs, draft.their_name, draft.their_text = theirs.revision, theirs.name, theirs.text


def _begin_anew(draft: Draft, error: NotFound) -> None:
    """What was to be changed has been deleted: the draft becomes a new template."""
    prompt_state().chosen, draft.new_id, draft.expect = "", services().ids.new(), 0
    draft.failure = f"{error} It was deleted meanwhile. Save makes it anew."
