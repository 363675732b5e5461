"""What can be known of items at a moment, and where a screen falls behind it.

An item's revisions are numbered without gaps by the store, so knowledge of it is a number: the lowest revision that it
can have by now. A screen must not show less, and must show the item at all if every revision from there on that may
have been written by then belongs in it, also with the edits that its reader had asked for and not been told the end of.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Literal

from services.models import MediaItem, Principal
from services.models.query import EQUALITIES
from tests.staleness.appearance import looks, looks_at_once
from tests.staleness.history import NEVER, UNTOLD, Edit, History, Shown, Version

Source = Literal["own write", "seen", "committed"]
"""How something is known: the session wrote it, the session was shown it, or it had been committed."""
Place = tuple[float, str]
"""Where an item stands in a list, as a sort key: newest first is descending."""
_FILTERS = {*EQUALITIES, "favourite", "source_id", "ids", "trash"}


def belongs(item: MediaItem | None, shown: Shown) -> bool:
    """Whether a list shows an item. Written down anew, so that the product's own idea of it is under test too."""
    query = shown.query
    asked = query.model_dump(exclude_defaults=True)
    assert set(asked) <= _FILTERS, "trials ask for nothing else"
    if item is None or not may_see(item, shown.principal):
        return False
    in_trash = item.deleted_at is not None
    if query.ids is not None:
        there = item.id in query.ids and not (in_trash and shown.arrangement == "opened")
    else:
        there = in_trash == query.trash
    equal = (name for name in asked if name in (*EQUALITIES, "favourite"))
    made_from = query.source_id is None or query.source_id in item.source_ids
    return there and made_from and all(getattr(item, name) == asked[name] for name in equal)


def may_see(item: MediaItem, principal: Principal) -> bool:
    member, owns = item.project_id in principal.project_ids, item.owner_id == principal.user_id
    if item.deleted_at is not None:
        return member and owns
    return item.visibility == "public" or (member and (owns or item.visibility == "project"))


class Versions:
    """Every revision that was, or may have been, written, and what people had asked to be changed."""

    def __init__(self, history: History) -> None:
        self._by_id: dict[str, list[tuple[float, Version]]] = defaultdict(list)
        self._edits: dict[tuple[str, str], list[Edit]] = defaultdict(list)
        for write in history.writes:
            for version in write.versions:
                self._by_id[version.media_id].append((write.began, version))
        for edit in history.edits:
            for media_id in edit.ids:
                self._edits[edit.user_id, media_id].append(edit)

    def of(self, media_id: str, revision: int, *, before: float = math.inf) -> list[Version]:
        """What `revision` may say; more than one where the outcome of a write is unknown."""
        return [one for one in self.since(media_id, revision, before=before) if one.revision == revision]

    def since(self, media_id: str, revision: int, *, before: float = math.inf) -> list[Version]:
        """What the item may be at `before`, if it has reached `revision`."""
        found = self._by_id.get(media_id, ())
        return [one for began, one in found if one.revision >= revision and began < before]

    def place(self, media_id: str, revision: int) -> Place | None:
        return next((place_of(one) for one in self.of(media_id, revision) if one.item), None)

    def pending(self, media_id: str, shown: Shown) -> list[Edit]:
        """The edits of an item that a screen may show: its reader had asked for them, and they were not over."""
        return [edit for edit in self._asked(media_id, shown) if edit.ended > shown.began and edit not in shown.told]

    def _asked(self, media_id: str, shown: Shown) -> list[Edit]:
        edits = self._edits.get((shown.principal.user_id, media_id), ())
        return [edit for edit in edits if edit.began < shown.at]

    def looks(self, version: Version, shown: Shown, *, over: bool = False) -> list[MediaItem]:
        """How a revision may look on a screen; in no way at all where it is a removal. With `over`, also with the edits
        that were over by then.
        """
        if over:
            return looks(version.item, self._asked(version.media_id, shown))
        return looks_at_once(version.item, self.pending(version.media_id, shown))

    def resolved(self, shown: Shown) -> Shown:
        """With the revision of what does not say it: the latest that looks like that. It teaches the earliest."""
        if all(revision for _, revision in shown.tiles):
            return shown
        tiles, taught = list(shown.tiles), list(shown.tiles)
        for place, (media_id, revision, face) in enumerate(shown.parts):
            if revision == UNTOLD:
                alike = [
                    one.revision
                    for one in self.since(media_id, 1, before=shown.at)
                    if any(face.fits(look) and belongs(look, shown) for look in self.looks(one, shown))
                ]
                tiles[place], taught[place] = (media_id, max(alike, default=0)), (media_id, min(alike, default=0))
        return replace(shown, tiles=tuple(tiles), taught=tuple(taught))


def place_of(version: Version) -> Place:
    assert version.item is not None
    return version.item.created_at.timestamp(), version.media_id


class Knowledge:
    """The lowest revision that each item can have by now, and how that is known."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self._known: dict[str, tuple[int, Source]] = {}
        self.alive: set[str] = set()
        """Items that are not known to be removed."""

    def learn(self, media_id: str, revision: int, source: Source) -> None:
        known, _ = self.of(media_id)
        if revision > known or (revision == known and source == "own write"):
            self._known[media_id] = revision, source
            removed = any(one.item is None for one in self.versions.of(media_id, revision))
            (self.alive.discard if removed else self.alive.add)(media_id)

    def of(self, media_id: str) -> tuple[int, Source]:
        return self._known.get(media_id, (0, "seen"))


def everything_known(history: History) -> Knowledge:
    """What somebody knows who has heard of every commit."""
    knowledge = Knowledge(Versions(history))
    for write in history.writes:
        for version in write.versions if write.ended < NEVER else ():
            knowledge.learn(version.media_id, version.revision, "committed")
    return knowledge


@dataclass(frozen=True)
class Fault:
    """An item that a screen shows as older than it is known to be, or does not show although it must be there."""

    media_id: str
    known: int
    source: Source
    is_shown: bool


def faults(shown: Shown, knowledge: Knowledge) -> list[Fault]:
    """Where `shown` falls behind `knowledge`."""
    behind = [
        Fault(media_id, *known, is_shown=True)
        for media_id, revision in shown.tiles
        if 0 < revision < (known := knowledge.of(media_id))[0]
    ]
    absent = [
        Fault(media_id, *knowledge.of(media_id), is_shown=False)
        for media_id, possible in _absent(shown, knowledge)
        if all(_must_be_there(one, shown, knowledge.versions) for one in possible)
    ]
    return behind + _not_announced(absent, shown, knowledge.versions)


def departures(shown: Shown, knowledge: Knowledge) -> list[tuple[str, int]]:
    """What the absence of known items teaches, as (id, revision).

    An item that is rightly absent has come to a revision that does not belong here, so it is at least there; unless its
    reader's own edit, which may yet fail, has taken it out.
    """
    if shown.held_back:
        return []
    found = []
    for media_id, possible in _absent(shown, knowledge):
        left = [one.revision for one in possible if not belongs(one.item, shown)]
        if left and not knowledge.versions.pending(media_id, shown):
            found.append((media_id, min(left)))
    return found


def _must_be_there(version: Version, shown: Shown, versions: Versions) -> bool:
    possible = versions.looks(version, shown)
    return bool(possible) and all(belongs(look, shown) for look in possible)


def _absent(shown: Shown, knowledge: Knowledge) -> list[tuple[str, list[Version]]]:
    """Known items that are not on screen though the list reaches down to their place, with all they may be."""
    there = {media_id for media_id, _ in shown.tiles}
    end: Place | None = None
    if shown.more:
        end = knowledge.versions.place(*shown.tiles[-1]) if shown.tiles else None
        if end is None:
            return []
    found = []
    for media_id in knowledge.alive - there:
        possible = knowledge.versions.since(media_id, knowledge.of(media_id)[0], before=shown.at)
        if possible and (end is None or all(place_of(one) >= end for one in possible if one.item)):
            found.append((media_id, possible))
    return found


def _not_announced(absent: list[Fault], shown: Shown, versions: Versions) -> list[Fault]:
    """Without the new ones at the top that the screen tells of instead of showing them."""
    places = [place for tile in shown.tiles if (place := versions.place(*tile))]
    if not shown.held_back or not places:
        return absent
    top = max(places)
    above = [
        fault for fault in absent if all(place_of(one) > top for one in versions.since(fault.media_id, 1) if one.item)
    ]
    return [fault for fault in absent if fault not in above] if len(above) <= shown.held_back else absent
