"""What a press in the prompts' dialog does to the form and to the list, and how it is taken back."""

from __future__ import annotations

import mesop as me

from services.container import services
from state.create import form_of, run_type_of
from state.edits import EditState
from state.handlers import notify
from state.prompt_state import Undoable
from state.prompt_tools import close_prompt_tools, prompt_state
from state.session import principal, project_id
from state.templates import settle_templates


def put_prompt(prompt: str) -> None:
    """Have `prompt` in the form that the dialog is open for, and close it. What stood there can be brought back."""
    kind = prompt_state().kind
    close_prompt_tools()
    replace_prompt(kind, prompt)


def replace_prompt(kind: str, prompt: str) -> None:
    """Have `prompt` in the form of this kind. What stood there can be brought back."""
    form, before = form_of(kind), form_of(kind).prompt
    if prompt == before:
        return
    form.prompt = prompt
    form.errors.pop("prompt", None)
    _remember(Undoable("prompt", kind, text=before))
    notify("Prompt replaced" if before.strip() else "Prompt filled in", undo=True)


def remove_template(template_id: str) -> None:
    """Delete a template, which can be brought back. Raises NotFound, Forbidden, Conflict, StoreError."""
    gone = services().templates.remove(principal(), template_id)
    settle_templates()
    _remember(Undoable("template", gone.run_type, gone.text, gone.name, gone.id))
    notify(f"Template “{gone.name}” deleted", undo=True)


def undo_last(kind: str) -> bool:
    """Take the last press back, of the page for `kind`; False if there is nothing of that sort to be taken back.

    Raises BadInput (its name is another's by now), StoreError.
    """
    undo = prompt_state().undo
    if not undo.what or undo.kind != kind or undo.after != me.state(EditState).deleted:
        return False
    if undo.what == "prompt":
        form = form_of(kind)
        form.prompt, undo.text = undo.text, form.prompt
        notify("Prompt put back", undo=True)
    else:
        run_type = run_type_of(kind)
        services().templates.create(
            principal(), project_id(), run_type, undo.name, undo.text, template_id=undo.template_id
        )
        settle_templates()
        notify(f"Template “{undo.name}” restored")
        forget_undo()
    return True


def forget_undo() -> None:
    prompt_state().undo = Undoable()


def _remember(undo: Undoable) -> None:
    undo.after = me.state(EditState).deleted
    prompt_state().undo = undo
