"""What the stylesheets must not do."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

STYLESHEETS = sorted((Path(__file__).parents[2] / "static").glob("*.css"))
_WIDE = re.compile(r"(?:\b(?:html|body|component-renderer|main)|:root|\.(?:app|sheet|dialog|dialog-body|top))\S*:has\(")
"""A box with many elements in it, or one that stands around everything, asked what it has."""


def deciding_about_their_inside(text: str) -> list[str]:
    """Selectors in which such a box, by what it has, decides about others."""
    without_comments = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    selectors = (part.strip() for head in re.findall(r"([^{}]+)\{", without_comments) for part in head.split(","))
    return [one for one in selectors if _WIDE.search(one) and re.search(r"\)\s*[ >+~]\s*\S", _after_has(one))]


def _after_has(selector: str) -> str:
    """From the end of the first :has() on, with its closing bracket."""
    start = selector.index(":has(") + len(":has(")
    depth, place = 1, start
    while depth:
        depth += {"(": 1, ")": -1}.get(selector[place], 0) if place < len(selector) else -depth
        place += 1
    return selector[place - 1 :]


@pytest.mark.parametrize("path", STYLESHEETS, ids=lambda path: path.name)
def test_no_wide_box_decides_by_what_it_has_about_its_inside(path: Path) -> None:
    """Any change inside would have the style of everything in it computed anew (docs/decisions.md)."""
    assert deciding_about_their_inside(path.read_text()) == []


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("body:has(.selbar:not([hidden])) .toast { bottom: 0; }", 1),
        (".dialog:has(> [aria-busy]) > .top { color: red; }", 1),
        ("component-renderer:has(> b) ~ component-renderer { color: red; }", 1),
        ("component-renderer:has(> freshet-aria) { display: none; }", 0),
        (".tile:has(.hit:focus-visible) .heart { opacity: 1; }", 0),
    ],
)
def test_the_check_tells_them_apart(rule: str, found: int) -> None:
    assert len(deciding_about_their_inside(rule)) == found
