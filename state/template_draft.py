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
from state.kept import put_back, to_keep
from state.prompt_state import Aside, Draft
from state.prompt_tools import being_written, prompt_state, turn_to
from state.session import principal, project_id
from state.templates import settle_templates

NAMED = 40
"""Characters of a prompt that are proposed as its template's name."""
KEPT = "template_"
"""How the names begin under which a browser keeps a draft, among those of the form's own fields."""


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
    new_id = services().ids.new()
    prompt_state().draft = Draft(name=template.name, text=template.text, expect=template.revision, new_id=new_id)


def resume(kind: str) -> None:
    """Go on with the template for this form that was left unsaved, if there is one."""
    state = prompt_state()
    left = next((one for one in state.aside if one.kind == kind), None)
    if left is None:
        return
    state.aside.remove(left)
    turn_to("edit", left.chosen)
    state.draft = Draft(left.name, left.text, left.expect, left.new_id, touched=True)
    state.resumed = True


def draft_to_keep(kind: str) -> dict[str, str | float | bool]:
    """The unsaved template for this form, for the browser to keep over a reload; pure."""
    left = being_written(kind) or next((one for one in prompt_state().aside if one.kind == kind), None)
    kept = to_keep(left) if left else {}
    return {f"{KEPT}{name}": value for name, value in kept.items() if name != "kind"}


def put_back_draft(kind: str, given: object) -> None:
    """The page was loaded anew: the template that `draft_to_keep` told of stands aside for the dialog's next opening.

    Who may change it, and what is in it, is looked at when it is saved.
    """
    if not isinstance(given, dict):
        return
    left = Aside()
    put_back(left, {name.removeprefix(KEPT): value for name, value in given.items() if name.startswith(KEPT)})
    left.kind = kind
    if left.new_id:
        prompt_state().aside = [one for one in prompt_state().aside if one.kind != kind] + [left]


def write(name: str, value: str) -> None:
    """Somebody has written into a field of the draft: remember it, and take its error away."""
    draft = prompt_state().draft
    draft.touched = True
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
    new_id = services().ids.new()
    state.draft = Draft(name=draft.their_name, text=draft.their_text, expect=draft.theirs, new_id=new_id)


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
