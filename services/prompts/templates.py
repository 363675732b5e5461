"""Templates made, changed, removed and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from services.clock import Clock
from services.errors import BadInput, Conflict, NotFound
from services.freshness.policy import TTLS, ContentKind
from services.generation.requests import clean_prompt
from services.ids import Ids, is_id
from services.models import MOST_TEMPLATES, Principal, Put, Remove, Template, TemplateType
from services.models.template import NAME_LENGTH, TEXT_LENGTH
from services.models.words import clean
from services.prompts.fields import TEXT, parse
from services.prompts.lists import TemplateLists
from services.store.protocol import Store

NAME = "name"
"""The field of the errors about a template's name."""
GONE = "This template is no longer there."


class Templates:
    """Each write enters what this process holds of the list (`lists`) at once."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, mark: str, *, ttls: Mapping[ContentKind, timedelta] = TTLS
    ) -> None:
        self._store, self._clock, self._ids = store, clock, ids
        self.lists = TemplateLists(store.templates, clock, mark, ttls=ttls)

    def create(
        self, principal: Principal, project_id: str, run_type: TemplateType, name: str, text: str, *, template_id: str
    ) -> Template:
        """Make a template of `principal`'s; the same one again, with the same id, is made once.

        Raises BadInput (on "name", "text" or, where there are too many, "templates"), Conflict (another one has this
        id), Forbidden, NotFound (a project that is not theirs), StoreError.
        """
        if not is_id(template_id):
            raise BadInput("templates", "This page is out of date. Reload it and try again.")
        name, text = _checked(name, text)
        there = self.lists.read(principal, project_id, "manual")
        if made := _same(there, template_id, name, text):
            return made
        _require_free(there, run_type, name, template_id)
        if len(there) >= MOST_TEMPLATES:
            raise BadInput(
                "templates", f"This project has {MOST_TEMPLATES} templates, the most there can be. Delete one first."
            )
        now = self._clock.now()
        template = Template(
            id=template_id,
            project_id=project_id,
            owner_id=principal.user_id,
            created_at=now,
            updated_at=now,
            name=name,
            run_type=run_type,
            text=text,
        )
        return self._put(principal, template, expect=0)

    def change(self, principal: Principal, template_id: str, name: str, text: str, *, expect: int) -> Template:
        """Give a template another name or text, in place of its revision `expect`.

        Raises BadInput (on "name" or "text"), Conflict (it is of another revision by now), NotFound, Forbidden,
        StoreError.
        """
        name, text = _checked(name, text)
        held = self.get(principal, template_id)
        if held.revision != expect:
            raise Conflict(f"“{held.name}” was changed elsewhere meanwhile.")
        if held.name.casefold() != name.casefold():
            there = self.lists.read(principal, held.project_id, "manual")
            _require_free(there, held.run_type, name, template_id)
        return self._put(principal, held.model_copy(update={"name": name, "text": text}), expect=expect)

    def remove(self, principal: Principal, template_id: str) -> Template:
        """Delete a template, whatever others have made of it by now; the template as it was.

        Raises NotFound, Forbidden, Conflict (somebody changed it in this moment), StoreError.
        """
        held = self.get(principal, template_id)
        write = Remove("template", held.id, expect=held.revision)
        self._store.commit(principal, [write], operation_id=self._ids.new())
        self.lists.note(principal, held.project_id, removed=held.id)
        return held

    def get(self, principal: Principal, template_id: str) -> Template:
        """As the store has it now. Raises NotFound, StoreError."""
        try:
            template = self._store.templates.get(principal, template_id)
        except NotFound as error:
            raise NotFound(GONE) from error
        self.lists.note(principal, template.project_id, put=template)
        return template

    def close(self) -> None:
        self.lists.close()

    def _put(self, principal: Principal, template: Template, *, expect: int) -> Template:
        commit = self._store.commit(principal, [Put(template, expect=expect)], operation_id=self._ids.new())
        (stored,) = commit.records
        assert isinstance(stored, Template)
        self.lists.note(principal, stored.project_id, put=stored)
        return stored


def _checked(name: str, text: str) -> tuple[str, str]:
    """Both as they are kept. Raises BadInput."""
    name, text = clean(name), clean_prompt(text)
    if not name:
        raise BadInput(NAME, "A template needs a name. Write one.")
    if len(name) > NAME_LENGTH:
        raise BadInput(NAME, f"A template's name has at most {NAME_LENGTH} characters. Shorten it.")
    if not text:
        raise BadInput(TEXT, "Write the prompt that this template makes.")
    over = len(text) - TEXT_LENGTH
    if over > 0:
        raise BadInput(TEXT, f"{len(text):,} of {TEXT_LENGTH:,} characters. Shorten by {over:,}")
    parse(text)
    return name, text


def _require_free(there: Iterable[Template], run_type: TemplateType, name: str, template_id: str) -> None:
    for other in there:
        if (other.run_type, other.name.casefold()) == (run_type, name.casefold()) and other.id != template_id:
            raise BadInput(NAME, f"There is a template called “{other.name}” already. Choose another name.")


def _same(there: Iterable[Template], template_id: str, name: str, text: str) -> Template | None:
    """The template that an earlier attempt has made, whose answer was lost."""
    return next((one for one in there if (one.id, one.name, one.text) == (template_id, name, text)), None)
