"""Reads a page as its reader does: which lists are on it, and what each of them says of its items and of its age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from services.models import MediaQuery
from tests.staleness.history import UNTOLD, Arrangement, Face
from tests.support.mesop_client import MesopClient

HOME, ITEM = "/home", "/media-item"
MAIN, CHOOSER, SOURCES, DERIVED, OPENED = "main", "chooser", "sources", "derived", "opened"
"""Lists by the part that they play: a page's own (or its one item), the list in the open chooser, what an item was made
from, what was made from it, and what was opened last. Home's other rows are called as their boxes are."""
EVERY = "every"
"""All lists of the page."""
LABELS = {"plain": "", "catching": "catching up", "offline": "offline", "failed": "failed", "loading": "loading"}
"""What a capsule's mode says of the age of what is shown."""
WAITING = "waiting"
"""What is being made of what the open chooser lists. It tells a number alone, so it is no list to be judged."""
_KIN = {"Made from": SOURCES, "Made from this": DERIVED}
_SHELF = "shelf-"


@dataclass
class Section:
    """What belongs to one view on the page."""

    tiles: list[tuple[str, int]] = field(default_factory=list)
    faces: list[Face] = field(default_factory=list)
    more: bool = False
    held_back: int = 0
    label: str = "loading"
    refreshing: bool = False
    told_whole: bool = False
    """Whether it says how many there are, as a row of Home does that shows them all."""
    could_not: bool = False
    """Whether it says that it could not be read, as a child list does in its place."""

    def items(self) -> list[tuple[str, Face]]:
        return [(media_id, face) for (media_id, _), face in zip(self.tiles, self.faces, strict=True)]


def roles_of(path: str, views: Sequence[MediaQuery]) -> list[str]:
    """The parts that the views of a page play, in their order."""
    if path == HOME:
        return [_shelf_of(query) for query in views]
    if path == ITEM:
        return [MAIN, *(DERIVED if query.source_id else SOURCES for query in views[1:])]
    return [MAIN, CHOOSER, WAITING][: len(views)]


def arrangement_of(path: str, role: str) -> Arrangement:
    return "opened" if (path, role) == (HOME, OPENED) else "newest"


def _shelf_of(query: MediaQuery) -> str:
    """The row that asks this, by its box on the page."""
    if query.status in ("generating", "failed"):
        return "making" if query.status == "generating" else "failed"
    if query.ids is not None:
        return OPENED
    return "favourites" if query.favourite else {"image": "images", "video": "videos", "audio": "sounds"}[_type(query)]


def _type(query: MediaQuery) -> str:
    assert query.media_type is not None, f"no row of Home asks for {query.key}"
    return query.media_type


def read(tab: MesopClient, roles: Sequence[str], versions: Sequence[str]) -> dict[str, Section]:
    """What each list says, by its part. `versions` name what each holds, "" for one that was never answered.

    Some pages have one status line and one note of new items for several lists. A row or a child list that is not there
    says that it is empty, unless it was never answered and the status line says that something is being fetched; a row
    of Home, unless new items are announced, which may be its own. An item that is not there has no child lists.
    """
    sections: dict[str, Section] = {MAIN: Section()}
    for role, tag, node in parts(tab.root):
        _take(tab, sections.setdefault(role, Section()), role, tag, node)
    page = sections[MAIN]
    return {
        role: _complete(role, sections.get(role, Section()), page, version, roles)
        for role, version in zip(roles, versions, strict=True)
        if role != WAITING and (page.tiles or role not in _KIN.values())
    }


def _complete(role: str, section: Section, page: Section, version: str, roles: Sequence[str]) -> Section:
    """`section` with what the page says in another place."""
    if role in (MAIN, CHOOSER):  # of an item's page both tell of what was made from it
        return replace(section, more=False, held_back=0) if DERIVED in roles else section
    label = "failed" if section.could_not else page.label
    if not label and not version and page.refreshing:
        label = "loading"
    if role in _KIN.values():
        more = page.more and role == DERIVED
    elif section.tiles:
        more = role != OPENED and not section.told_whole
    else:
        more = page.held_back > 0
    return replace(section, label=label, held_back=page.held_back, more=more)


def parts(node: Any, role: str = MAIN) -> Iterator[tuple[str, str, Any]]:
    """Own elements and texts, each with the part of the list that it belongs to."""
    role = _role_in(node.key.key) or role
    name = str(node.type.name.fn_name)
    if name.startswith("<web>freshet-") or name == "text":
        yield role, name.removeprefix("<web>"), node
    for child in node.children:
        yield from parts(child, role)


def _role_in(key: str) -> str:
    """The list whose box has this key; "" for any other box."""
    if key.startswith("dialog-body-"):
        return CHOOSER
    return key.removeprefix(_SHELF) if key.startswith(_SHELF) else _KIN.get(key, "")


def _take(tab: MesopClient, section: Section, role: str, tag: str, node: Any) -> None:
    if tag == "text":
        section.told_whole = section.told_whole or (tab._words(node) or "").isdigit()
        return
    said = tab._web(node)["properties"]
    if tag == "freshet-tile":
        section.tiles.append((said["mediaId"], said["revision"]))
        section.faces.append(_of_tile(said))
    elif tag == "freshet-item-head" and said["mediaId"]:
        section.tiles.append((said["mediaId"], UNTOLD))
        section.faces.append(Face(title=said["text"], favourite=said["favourite"], deleted=said["deleted"]))
    elif tag == "freshet-tags" and section.tiles == [(said["mediaId"], UNTOLD)]:
        section.faces[0] = replace(section.faces[0], tags=tuple(said["tags"]))
    elif tag == "freshet-symbol" and role in _KIN.values():
        section.could_not = section.could_not or said["name"] == "sync_problem"
    elif tag == "freshet-sentinel":
        section.more = not said["done"]
    elif tag == "freshet-drop":
        section.held_back = said["count"]
    elif tag == "freshet-status":
        section.label, section.refreshing = LABELS[said["mode"]], said["refreshing"]


def _of_tile(said: dict[str, Any]) -> Face:
    return Face(
        title=said["label"],
        favourite=said["favourite"],
        deleted=bool(said["goesMs"]),
        status=said["status"],
        media_type=said["mediaType"],
    )
