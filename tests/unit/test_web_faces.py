"""Freshet's elements keep the rules that Mesop and the browser set for them, and each face fits its element."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components import web
from components.web.tile import ASSUMED

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "components" / "web"
MODULES = sorted(WEB.glob("*.js"))
OWN_STYLES = [ROOT / "static" / name for name in web.STYLES if name not in ("tokens.css", "mesop.css")]
FACES: dict[str, dict[str, Any]] = {
    "again": {"media_id": "m", "kind": "image", "varies": True, "key": "k"},
    "ago": {"ms": 1},
    "anchor": {"seek": "1 m"},
    "aria": {},
    "button": {"label": "Go", "on_press": lambda event: None, "key": "k"},
    "chips": {"chips": [("tag", "Tag: sea")], "on_filter": lambda event: None},
    "choice": {
        "label": "Sort", "symbol": "swap_vert", "options": [], "value": "", "on_choose": lambda event: None, "key": "k",
    },
    "dialog": {"is_open": True, "label": "Choose", "on_close": lambda event: None, "key": "k"},
    "discard": {"label": "Empty trash", "key": "k"},
    "drop": {"count": 1, "on_show": lambda event: None},
    "field": {"field_id": "f", "label": "Prompt", "value": "", "on_change": lambda event: None, "key": "k"},
    "edits": {"on_edit": lambda event: None},
    "fill": {
        "parts": ["A ", 0], "fields": [("subject", "fox")], "wrongs": [""], "on_use": lambda event: None,
        "template_id": "t", "key": "k",
    },
    "filters": {
        "chosen": {"tag": "sea"}, "count": 1, "sorts": [], "models": [], "projects": [], "tags": [],
        "on_filter": lambda event: None,
    },
    "guard": {},
    "item_bar": {"media_id": "m", "title": "Dunes", "favourite": False, "key": "k"},
    "item_head": {
        "media_id": "m", "title": "Dunes", "favourite": False, "on_delete": lambda event: None, "key": "k",
    },
    "viewer": {"kind": "image", "file_url": "/a?v=1", "label": "Dunes", "on_step": lambda event: None, "key": "k"},
    "tags": {"media_id": "m", "tags": ["sea"], "key": "k"},
    "uses": {"media_id": "m", "key": "k"},
    "details": {"prompt": "Dunes", "facts": [("Model", "Local Image 1")], "key": "k"},
    "keep": {"form_key": "create-image", "values": {"aspect": "1:1"}, "on_restore": lambda event: None, "key": "k"},
    "keys": {},
    "key_help": {},
    "live": {"views": "[]", "versions": [], "waiting": False, "unsure": False, "on_refresh": lambda event: None},
    "session": {"token": ""},
    "export": {"url": "/api/export", "label": "Export my data"},
    "size": {"amount": 1},
    "setting": {"name": "live", "label": "Live updates", "hint": "On or off", "key": "k"},
    "look": {"kind": "image", "file_url": "/a?v=1", "prompt": "", "facts": ["4:3"], "made_ms": 1, "key": "k"},
    "link_button": {"label": "Go", "icon": "link", "href": "/", "key": "k"},
    "nav": {"items": [], "current": "/", "user_name": "u", "project": "", "projects": [("", "P")],
            "on_navigate": lambda event: None, "on_choose": lambda event: None, "on_create": lambda event: None},
    "outcome": {
        "media_id": "m", "run_id": "r", "status": "ready", "label": "Tee", "base_url": "/a", "file_url": "/b",
        "error": "", "key": "k",
    },
    "place": {
        "person_url": "/a", "product_url": "/b", "x": 0.5, "y": 0.5, "scale": 0.5, "on_place": lambda event: None,
        "key": "k",
    },
    "quick": {"label": "Create", "items": [], "key": "k"},
    "landing": {"step": "edit"},
    "prompts": {"label": "Templates", "items": [], "on_choose": lambda event: None, "key": "k"},
    "run_watch": {"run_ids": ["r"], "on_complete": lambda event: None},
    "search": {"value": "", "on_search": lambda event: None},
    "segments": {"label": "Shape", "options": [], "value": "a", "on_select": lambda event: None, "key": "k"},
    "selection": {
        "scope": "type=image", "zip_url": "/z", "order": ["m"], "on_order": lambda event: None,
        "on_project": lambda event: None,
    },
    "sentinel": {"cursor": "c", "done": False, "on_more": lambda event: None, "key": "k"},
    "status_capsule": {"as_of_ms": 1, "mode": "live", "refreshing": False, "on_refresh": lambda event: None},
    "symbol": {"name": "add"},
    "tile": {
        "media_id": "m", "revision": 1, "label": "Dunes", "media_type": "image", "status": "ready", "thumb_url": None,
        "created_ms": 1, "key": "k",
    },
    "tile_window": {"start": 24, "mounted": 150, "total": 400, "on_move": lambda event: None},
    "tiles": {"on_activate": lambda event: None},
    "toast": {"message": "Saved", "token": "1"},
    "toggle": {"label": "Sound", "active": True, "on_toggle": lambda event: None, "key": "k"},
    "upload": {"on_uploaded": lambda event: None, "project": "p", "key": "k"},
}  # fmt: skip

VALUES = {"''": "", "'image'": "image", "'ready'": "ready", "0": 0, "null": None, "false": False}
"""JavaScript's way of writing what a tile assumes."""


class Inserted:
    """What a face hands to Mesop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.name = ""
        self.properties: dict[str, Any] = {}
        self.events: dict[str, Any] = {}
        monkeypatch.setattr("components.web._face._put", self._take)

    def _take(self, name: str, key: str | None, properties: dict[str, Any], events: dict[str, Any]) -> None:
        self.name, self.properties, self.events = name, properties, events


@pytest.fixture
def inserted(monkeypatch: pytest.MonkeyPatch) -> Inserted:
    return Inserted(monkeypatch)


def draw(face: str, inserted: Inserted) -> None:
    # Below Mesop's decorator, which wants a page to be drawn.
    inner: Callable[..., Any] = getattr(web, face).__wrapped__
    inner(**FACES[face])


def element_source(tag: str) -> str:
    [source] = [text for module in MODULES if f"define('{tag}'," in (text := module.read_text())]
    return source


def declared(source: str) -> set[str]:
    match = re.search(r"static props = \{(.*?)\};", source, re.DOTALL)
    return set(re.findall(r"(\w+):", match[1])) if match else set()


def test_every_face_is_covered_here() -> None:
    faces = {name for name in web.__all__ if name.islower()}
    assert faces == set(FACES)


def test_the_one_module_that_frames_name_brings_every_element() -> None:
    brought = set(re.findall(r"^import '\./([a-z_]+\.js)';$", (WEB / "all.js").read_text(), re.MULTILINE))
    assert brought == {module.name for module in MODULES if "\ndefine('" in module.read_text()}


@pytest.mark.parametrize("face", FACES)
def test_a_face_sends_exactly_the_properties_its_element_declares(face: str, inserted: Inserted) -> None:
    draw(face, inserted)
    assert set(inserted.properties) == declared(element_source(inserted.name))


def test_a_tile_is_told_what_differs_from_what_its_element_assumes(inserted: Inserted) -> None:
    match = re.search(r"const ASSUMED = \{(.*?)\};", element_source("freshet-tile"), re.DOTALL)
    assert match
    assumed = {name: VALUES[text] for name, text in re.findall(r"(\w+): ([^,\s]+),", match[1])}
    assert assumed == ASSUMED
    plain = {"mediaId": "m", "revision": 1, "label": "Dunes", "createdMs": 1}
    draw("tile", inserted)
    assert inserted.properties["item"] == plain
    web.tile.__wrapped__(**FACES["tile"] | {"status": "failed", "error": "Refused", "is_new": True, "progress": 0})
    assert inserted.properties["item"] == plain | {"status": "failed", "error": "Refused", "isNew": True, "progress": 0}


@pytest.mark.parametrize("face", FACES)
def test_the_element_sends_every_event_its_face_listens_to(face: str, inserted: Inserted) -> None:
    draw(face, inserted)
    source = element_source(inserted.name)
    for event in inserted.events:
        assert f"'{event}'" in source


@pytest.mark.parametrize("face", FACES)
def test_no_property_clashes_with_one_of_the_browsers(face: str, inserted: Inserted) -> None:
    draw(face, inserted)
    for name in (*inserted.properties, *inserted.events):
        assert name not in {"id", "title", "src", "srcdoc", "hidden", "style", "role", "children"}
        assert not name.startswith("on")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_a_module_imports_its_neighbours_only_and_writes_no_html(module: Path) -> None:
    source = module.read_text()
    for origin in re.findall(r"from '([^']+)'", source):
        assert (module.parent / origin).resolve() in MODULES
    assert not re.search(r"\.innerHTML|\.outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(", source)
    assert "console." not in source


@pytest.mark.parametrize("style", OWN_STYLES, ids=lambda style: style.name)
def test_colours_are_named_in_the_tokens_alone(style: Path) -> None:
    rules = re.sub(r"/\*.*?\*/|url\([^)]*\)", "", style.read_text(), flags=re.DOTALL)
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch)\(", rules) == []
    named = re.findall(r"(?:color|background|fill|stroke|border[\w-]*):\s*(?:white|black|red|grey|gray)\b", rules)
    assert named == []


def test_all_stylesheets_are_there_and_ask_no_other_origin() -> None:
    for name in web.STYLES:
        text = (ROOT / "static" / name).read_text()
        for target in re.findall(r"url\(([^)]+)\)", text):
            source = target.strip("\"'")
            assert source.startswith("data:") or (ROOT / "static" / source).is_file()


def test_every_icon_that_is_used_is_in_the_icon_font() -> None:
    listed = re.search(r"```icons\n(.*?)```", (ROOT / "static/fonts/README.md").read_text(), re.DOTALL)
    assert listed
    font = set(listed[1].split())
    used: set[str] = set()
    for module in MODULES:
        used |= set(re.findall(r"\bicon\('([a-z_]+)'", module.read_text()))
    for source in (*(ROOT / "components").rglob("*.py"), *(ROOT / "pages").rglob("*.py")):
        text = source.read_text()
        used |= set(re.findall(r"\b(?:icon|action_icon|\"icon\")\s*[=:]\s*\"([a-z_]+)\"", text))
        used |= set(re.findall(r"\b(?:icon|symbol|_blank)\(\s*(?:name=)?\"([a-z_]+)\"", text))
    assert used - font == set()
