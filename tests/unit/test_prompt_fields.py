"""A template's text: its fields, what is wrong with it, and the prompt that comes of it."""

from __future__ import annotations

import doctest

import pytest

from services.errors import BadInput
from services.prompts import fields
from services.prompts.fields import (
    FIELD_NAME_LENGTH,
    MOST_FIELDS,
    VALUE_LENGTH,
    Field,
    as_text,
    escaped,
    fields_of,
    fill,
    parse,
)


def test_the_examples_in_the_module_are_true() -> None:
    assert doctest.testmod(fields).failed == 0


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("no field at all", ("no field at all",)),
        ("{subject}", (Field("subject"),)),
        ("{ subject =  a  red\nfox }!", (Field("subject", "a red fox"), "!")),
        ("{a=b=c}", (Field("a", "b=c"),)),
        ("{hour=}", (Field("hour"),)),
        ("{time of day}{sky-line_2}", (Field("time of day"), Field("sky-line_2"))),
        ("{été=mer}", (Field("été", "mer"),)),
        ("{{}}", ("{}",)),
        ("{{{subject}}}", ("{", Field("subject"), "}")),
        ("{subject}}}", (Field("subject"), "}")),
        ("line one\n{subject}\n", ("line one\n", Field("subject"), "\n")),
    ],
)
def test_a_text_is_words_and_fields(text: str, parts: tuple[object, ...]) -> None:
    assert parse(text) == parts


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A {subject", "The brace before “subject” is not closed. Close it with }, or write {{ for a brace."),
        ("A {a{b}", "The brace before “a{b}” is not closed. Close it with }, or write {{ for a brace."),
        ("{" + "x" * 60, f"The brace before “{'x' * 24}…” is not closed. Close it with }}, or write {{{{ for a brace."),
        (
            "at dusk} now",
            "The closing brace after “at dusk” has no opening one. Take it out, or write }} for a brace.",
        ),
        ("{subject}}", "The closing brace after “{subject}” has no opening one. Take it out, or write }} for a brace."),
        ("{}", "A field needs a name, as {subject} has. Write one, or {{}} for a pair of braces."),
        ("{ = dusk}", "A field needs a name, as {subject} has. Write one, or {{}} for a pair of braces."),
        (
            '{"a": 1}',
            '“"a": 1” cannot name a field. Use letters, digits and spaces, or write {{ for a brace.',
        ),
        ("{1st}", "“1st” cannot name a field. Use letters, digits and spaces, or write {{ for a brace."),
        (
            "{" + "n" * (FIELD_NAME_LENGTH + 1) + "}",
            f"The name of the field “{'n' * 24}…” is longer than {FIELD_NAME_LENGTH}. Shorten it.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(text: str, message: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse(text)
    assert (refused.value.field, str(refused.value)) == ("text", message)


def test_there_are_so_many_different_fields_and_no_more() -> None:
    many = " ".join(f"{{f{place}}}" for place in "abcdefghijkl")
    assert len(fields_of(parse(many + " {fa} {FA}"))) == MOST_FIELDS
    with pytest.raises(BadInput, match=r"^14 fields, and a template has at most 12\. Take 2 out\.$"):
        parse(many + " {fm} {fn}")


def test_a_field_that_stands_there_twice_is_written_once_whatever_its_case() -> None:
    parts = parse("{Subject} and {subject=the sea}, {SUBJECT=a fox}")
    assert fields_of(parts) == (Field("Subject", "the sea"),)
    assert fill(parts, {"Subject": "a pier"}) == "a pier and a pier, a pier"
    assert fill(parts, {}) == "the sea and the sea, the sea"


def test_a_field_without_anything_to_say_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        fill(parse("A {subject} at {hour=dusk}"), {"subject": "  ", "hour": ""})
    assert (refused.value.field, str(refused.value)) == (
        "subject",
        "Write something for “subject”. It has no default.",
    )


def test_what_is_written_into_a_field_has_a_bound_and_its_braces_stay() -> None:
    parts = parse("A {subject}")
    assert fill(parts, {"subject": "{fox}" + "x" * (VALUE_LENGTH - 5)}).startswith("A {fox}x")
    with pytest.raises(BadInput, match=r"^501 of 500 characters\. Shorten it\.$"):
        fill(parts, {"subject": "x" * (VALUE_LENGTH + 1)})


@pytest.mark.parametrize("prompt", ["A fox", "{ } {{ }}", '{"a": {"b": 1}}', "} {", "{{{", "{a} b}"])
def test_a_prompt_kept_as_a_template_makes_that_prompt_again(prompt: str) -> None:
    assert fill(parse(escaped(prompt)), {}) == prompt
    assert fill(parse(as_text(prompt)), {}) == prompt


def test_a_prompt_that_has_fields_is_a_template_already() -> None:
    assert as_text("A {subject=fox} at {{dusk}}") == "A {subject=fox} at {{dusk}}"
