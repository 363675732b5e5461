"""GET /api/docs: the HTTP interface described for people, drawn from the same description that machines read.

Drawn here and not by a script from elsewhere: it needs no network, and nothing but our own stylesheets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.http.pages import HEAD

router = APIRouter()

_CODE, _AS_CODE = re.compile("`([^`]+)`"), r"<code>\1</code>"

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'"


@router.get("/api/docs", include_in_schema=False)
def api_docs(request: Request) -> HTMLResponse:
    """The page."""
    page = draw(request.app.openapi())
    return HTMLResponse(page, headers={"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff"})


def draw(description: dict[str, Any]) -> str:
    """An OpenAPI 3.1 description (spec.openapis.org/oas/v3.1.1) as a page."""
    title = escape(description["info"]["title"])
    operations = "".join(
        _operation(method, path, operation)
        for path, item in description["paths"].items()
        for method, operation in item.items()
    )
    schemas = "".join(_schema(name, schema) for name, schema in _schemas(description).items())
    return f"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>API - {title}</title>
<link rel="stylesheet" href="/static/tokens.css"><link rel="stylesheet" href="/static/api-docs.css">
{HEAD.decode()}</head><body><main><h1>{title} over HTTP</h1>
<p>For programs, the same as <a href="/api/openapi.json">OpenAPI</a>. <a href="/">Back to the studio</a></p>
{operations}{"<h2>Schemas</h2>" if schemas else ""}{schemas}</main></body></html>"""


def _operation(method: str, path: str, operation: dict[str, Any]) -> str:
    parameters = [
        (
            escape(parameter["name"]),
            parameter["in"],
            _type(parameter.get("schema", {})),
            "required" if parameter.get("required") else _default(parameter.get("schema", {})),
        )
        for parameter in operation.get("parameters", ())
    ]
    answers = [
        (status, escape(answer.get("description", "")), ", ".join(_contents(answer)))
        for status, answer in sorted(operation["responses"].items())
    ]
    return (
        f'<section id="{escape(operation["operationId"])}"><h2><code>{method.upper()} {escape(path)}</code></h2>'
        f"{_prose(operation.get('description', operation.get('summary', '')))}"
        f"{_table(('Parameter', 'In', 'Type', 'Default'), parameters)}"
        f"{_table(('Answer', 'Meaning', 'Content'), answers)}</section>"
    )


def _contents(answer: dict[str, Any]) -> Iterator[str]:
    for kind, content in answer.get("content", {}).items():
        type_ = _type(content.get("schema", {}))
        yield f"{escape(kind)}{f': {type_}' if type_ else ''}"


def _schema(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    fields = [
        (
            escape(field),
            _type(detail),
            "required" if field in required else _default(detail),
            escape(detail.get("description", "")),
        )
        for field, detail in schema.get("properties", {}).items()
    ]
    return (
        f'<section id="schema-{escape(name)}"><h3><code>{escape(name)}</code></h3>'
        f"{_prose(schema.get('description', ''))}"
        f"{_table(('Field', 'Type', 'Default', 'Meaning'), fields)}</section>"
    )


def _schemas(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = description.get("components", {}).get("schemas", {})
    return found


def _type(schema: dict[str, Any]) -> str:
    """A schema in a few words, as HTML."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rpartition("/")[2])
        return f'<a href="#schema-{name}">{name}</a>'
    if "enum" in schema:
        return " or ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(_type(option) for option in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {})) or 'anything'}"
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        return f"names to {_type(schema['additionalProperties'])}"
    return escape(str(schema.get("type", "")))


def _default(schema: dict[str, Any]) -> str:
    return f"<code>{escape(str(schema['default']))}</code>" if schema.get("default") not in (None, "") else ""


def _prose(text: str) -> str:
    """Paragraphs; names in backticks as code."""
    paragraphs = [escape(paragraph) for paragraph in text.split("\n\n") if paragraph]
    return "".join(f"<p>{_CODE.sub(_AS_CODE, paragraph)}</p>" for paragraph in paragraphs)


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Cells are HTML."""
    if not rows:
        return ""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
