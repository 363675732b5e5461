"""A template's text and its fields: pure.

`{subject}` is a field, `{subject=a lighthouse}` one that has something to say where nothing is written into it. A brace
that is meant as one is doubled. A field that stands there twice is written once, whatever its case; the first default
that it is given counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.errors import BadInput

TEXT = "text"
"""The field of the errors about a template's text."""
MOST_FIELDS = 12
FIELD_NAME_LENGTH = 40
VALUE_LENGTH = 500
"""Characters that may be written into a field."""
_SHOWN = 24
"""Characters of a text that an error repeats."""
_PIECES = re.compile(r"\{\{|\}\}|\{(?P<inside>[^{}]*)\}|[{}]|[^{}]+")
_NAME = re.compile(r"[^\W\d_][\w -]*")


@dataclass(frozen=True)
class Field:
    """A gap in a template."""

    name: str
    default: str = ""

    @property
    def key(self) -> str:
        """What tells it from other fields."""
        return self.name.casefold()


Part = str | Field


def parse(text: str) -> tuple[Part, ...]:
    """The text in its order: words, and fields between them. Raises BadInput, naming the remedy.

    >>> parse("A {subject=lighthouse} at {time}")
    ('A ', Field(name='subject', default='lighthouse'), ' at ', Field(name='time', default=''))
    >>> parse("{{as it is}}")
    ('{as it is}',)
    >>> parse("A {lamp")
    Traceback (most recent call last):
    services.errors.BadInput: The brace before “lamp” is not closed. Close it with }, or write {{ for a brace.
    """
    parts: list[Part] = []
    for found in _PIECES.finditer(text):
        piece, inside = found[0], found["inside"]
        if inside is not None:
            parts.append(_field(inside))
        elif piece in ("{", "}"):
            raise BadInput(TEXT, _alone(piece, text, found.start()))
        else:
            words = piece[0] if piece in ("{{", "}}") else piece
            before = parts.pop() if parts and isinstance(parts[-1], str) else ""
            parts.append(f"{before}{words}")
    _require_few(fields_of(parts))
    return tuple(parts)


def fields_of(parts: tuple[Part, ...] | list[Part]) -> tuple[Field, ...]:
    """The different fields, in the order in which they first stand there.

    >>> fields_of(parse("{place} by {time}, {Place=the sea}"))
    (Field(name='place', default='the sea'), Field(name='time', default=''))
    """
    found: dict[str, Field] = {}
    for part in parts:
        if isinstance(part, Field):
            known = found.get(part.key)
            found[part.key] = Field(known.name, known.default or part.default) if known else part
    return tuple(found.values())


def fill(parts: tuple[Part, ...], values: Mapping[str, str]) -> str:
    """The prompt, with `values` by the fields' names in their places; a blank one leaves its place to the default.

    Raises BadInput, naming the field, where there is neither, or where a value is too long.

    >>> fill(parse("A {subject=lighthouse} at {time}, {time}"), {"subject": " ", "time": "dusk"})
    'A lighthouse at dusk, dusk'
    """
    given = {name.casefold(): value.strip() for name, value in values.items()}
    said = {field.key: _said(field, given.get(field.key, "")) for field in fields_of(parts)}
    return "".join(said[part.key] if isinstance(part, Field) else part for part in parts)


def escaped(prompt: str) -> str:
    """A prompt as the text of a template that makes just that.

    >>> escaped('{"a": 1}')
    '{{"a": 1}}'
    """
    return prompt.replace("{", "{{").replace("}", "}}")


def as_text(prompt: str) -> str:
    """A prompt as the text of a template: one with fields in it is one already, other braces are doubled.

    >>> as_text("A {subject} at dusk"), as_text("A } at {{dusk}}")
    ('A {subject} at dusk', 'A }} at {{{{dusk}}}}')
    """
    try:
        return prompt if fields_of(parse(prompt)) else escaped(prompt)
    except BadInput:
        return escaped(prompt)


def _field(inside: str) -> Field:
    name, _, default = (" ".join(part.split()) for part in inside.partition("="))
    if not name:
        raise BadInput(TEXT, "A field needs a name, as {subject} has. Write one, or {{}} for a pair of braces.")
    if not _NAME.fullmatch(name):
        raise BadInput(
            TEXT, f"“{_start(name)}” cannot name a field. Use letters, digits and spaces, or write {{{{ for a brace."
        )
    if len(name) > FIELD_NAME_LENGTH:
        raise BadInput(TEXT, f"The name of the field “{_start(name)}” is longer than {FIELD_NAME_LENGTH}. Shorten it.")
    return Field(name, default)


def _alone(brace: str, text: str, place: int) -> str:
    if brace == "{":
        after = _start(text[place + 1 :])
        return f"The brace before “{after}” is not closed. Close it with }}, or write {{{{ for a brace."
    return f"The closing brace after “{_end(text[:place])}” has no opening one. Take it out, or write }}}} for a brace."


def _require_few(fields: tuple[Field, ...]) -> None:
    over = len(fields) - MOST_FIELDS
    if over > 0:
        raise BadInput(TEXT, f"{len(fields)} fields, and a template has at most {MOST_FIELDS}. Take {over} out.")


def _said(field: Field, value: str) -> str:
    if len(value) > VALUE_LENGTH:
        raise BadInput(field.name, f"{len(value):,} of {VALUE_LENGTH} characters. Shorten it.")
    if not value and not field.default:
        raise BadInput(field.name, f"Write something for “{field.name}”. It has no default.")
    return value or field.default


def _start(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN].rstrip()}…"


def _end(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"…{line[-_SHOWN:].lstrip()}"
