"""Judges a history: what did screens present as current that their session, or anybody, could know to be untrue?

The guarantees are those of Terry et al., "Session guarantees for weakly consistent replicated data" (1994), for each
session: *read your writes* and *monotonic reads*; and for each answer, that it holds whatever was committed before the
question. What a screen labels as old may be old, but even then it shows nothing twice, nothing out of order, and
nothing that never belonged there.

An edit shows before it is stored. So a tile may look as its revision was written, or with what its reader has asked for
and not been told the end of; from the moment at which the page tells that an edit is over, screens show what was
stored, and the screen that tells it is the first.

Of Home's rows, and of an item's page with what it was made from and what was made from it, each is judged as a list of
its own: what belongs there, its order, and its age by the page's one status line. Not judged are: whether a row of Home
that has become empty stays or goes; how many new items the page announces in all, since each row is measured by that
number; to which neighbour a step leads; an item's revision on its own page where several look the same there (the
latest is taken to be the one); totals; and facts, files and prompts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tests.staleness.history import UNTOLD, Face, History, Shown, Write
from tests.staleness.knowledge import Fault, Knowledge, Place, Source, Versions, belongs, departures, faults

Kind = Literal[
    "duplicate", "order", "phantom", "altered", "rollback", "read-your-writes", "monotonic-reads", "missing", "stale"
]
"""duplicate: an id twice. order: not newest first, or on Home not as opened. phantom: a revision that does not match
the view, may not be seen, or was never written. altered: it looks as it never was, nor was asked to be. rollback: as an
edit asked for that is over, and not as it is stored. read-your-writes, monotonic-reads: older than what the session
wrote, or saw. missing, stale: an answer without an item, or with an older revision of it, that had been committed
before the question."""


@dataclass(frozen=True)
class Violation:
    kind: Kind
    shown: Shown
    media_id: str
    text: str

    def __str__(self) -> str:
        one = self.shown
        where = f"{one.session}/{one.tab} at {one.at:.4f} ({one.reason}, sent {one.began:.4f}, {one.query.key})"
        return f"{self.kind}: {self.media_id[-6:]} {self.text}; {where}"


def check(history: History) -> list[Violation]:
    """Every violation in `history`, in the order in which screens showed them."""
    versions = Versions(history)
    screens = [versions.resolved(shown) for shown in history.shown]
    found = [
        *_of_screens(screens, versions),
        *_of_sessions(screens, history.writes, versions),
        *_of_words(screens, versions),
        *_of_answers(screens, history.writes, versions),
    ]
    return sorted(found, key=lambda violation: violation.shown.at)


def _of_screens(screens: Sequence[Shown], versions: Versions) -> Iterator[Violation]:
    """What is wrong with a screen by itself."""
    for shown in screens:
        seen: set[str] = set()
        above: Place | None = None
        for media_id, revision, face in shown.parts:
            if media_id in seen:
                yield Violation("duplicate", shown, media_id, "is shown twice")
            seen.add(media_id)
            if wrong := _untrue(shown, media_id, revision, face, versions):
                yield wrong
                continue
            place = _place(shown, media_id, revision, versions)
            if above and place and place > above:
                yield Violation("order", shown, media_id, "stands below something older")
            above = place or above


def _untrue(shown: Shown, media_id: str, revision: int, face: Face, versions: Versions) -> Violation | None:
    """What a tile says that cannot be."""
    if revision == UNTOLD:
        written = versions.since(media_id, 1, before=shown.at)
    else:
        written = versions.of(media_id, revision, before=shown.at)
    if not written:
        return Violation("phantom", shown, media_id, f"was never written as revision {revision}")
    there = [look for one in written for look in versions.looks(one, shown) if belongs(look, shown)]
    if any(face.fits(look) for look in there):
        return None
    once = [look for one in written for look in versions.looks(one, shown, over=True) if belongs(look, shown)]
    if any(face.fits(look) for look in once):
        return Violation("rollback", shown, media_id, "looks as asked for by an edit that is over, not as it is stored")
    if not there:
        return Violation("phantom", shown, media_id, f"does not belong here as revision {revision}")
    return Violation("altered", shown, media_id, f"does not look like revision {revision} but like {face}")


def _place(shown: Shown, media_id: str, revision: int, versions: Versions) -> Place | None:
    if shown.arrangement == "opened":
        return -(shown.query.ids or ()).index(media_id), ""
    return versions.place(media_id, revision)


def _of_sessions(screens: Sequence[Shown], writes: Sequence[Write], versions: Versions) -> Iterator[Violation]:
    """What a session wrote or saw before, and is not shown."""
    shown_to: dict[str, list[Shown]] = defaultdict(list)
    written_by: dict[str, list[Write]] = defaultdict(list)
    for shown in sorted(screens, key=lambda shown: shown.began):
        shown_to[shown.session].append(shown)
    for write in sorted(writes, key=lambda write: write.ended, reverse=True):
        written_by[write.session].append(write)
    for session, shown_here in shown_to.items():
        yield from _of_session(shown_here, written_by[session], Knowledge(versions))


def _of_session(screens: list[Shown], writes: list[Write], knowledge: Knowledge) -> Iterator[Violation]:
    """`screens` by when they were sent for, `writes` the latest first. Only what ended before is known."""
    lessons: list[tuple[float, str, int]] = []
    for shown in screens:
        _learn(writes, shown.began, knowledge, "own write")
        for at, media_id, revision in lessons:
            if at < shown.began:
                knowledge.learn(media_id, revision, "seen")
        lessons = [lesson for lesson in lessons if lesson[0] >= shown.began]
        taught = list(shown.tiles if shown.taught is None else shown.taught)
        if not shown.label:
            for fault in faults(shown, knowledge):
                kind: Kind = "read-your-writes" if fault.source == "own write" else "monotonic-reads"
                yield Violation(kind, shown, fault.media_id, _words(fault))
            taught += departures(shown, knowledge)
        lessons += [(shown.at, media_id, revision) for media_id, revision in taught]


def _of_words(screens: Sequence[Shown], versions: Versions) -> Iterator[Violation]:
    """What a screen tells of the reader's edits, and does not show itself."""
    for shown in screens:
        if shown.label or not shown.told:
            continue
        knowledge = Knowledge(versions)
        for edit in shown.told:
            for version in edit.stored:
                knowledge.learn(version.media_id, version.revision, "own write")
        for fault in faults(shown, knowledge):
            yield Violation("read-your-writes", shown, fault.media_id, f"was told to be stored, {_words(fault)}")


def _of_answers(screens: Sequence[Shown], writes: Sequence[Write], versions: Versions) -> Iterator[Violation]:
    """What had been committed before the question, and is not in the answer."""
    knowledge = Knowledge(versions)
    latest_first = sorted(writes, key=lambda write: write.ended, reverse=True)
    answers = [(shown.asked, shown) for shown in screens if shown.asked is not None and not shown.label]
    for asked, shown in sorted(answers, key=lambda answer: answer[0]):
        _learn(latest_first, asked, knowledge, "committed")
        for fault in faults(shown, knowledge):
            yield Violation("stale" if fault.is_shown else "missing", shown, fault.media_id, _words(fault))


def _learn(writes: list[Write], before: float, knowledge: Knowledge, source: Source) -> None:
    """Take from the end of `writes` what ended before a moment."""
    while writes and writes[-1].ended < before:
        for version in writes.pop().versions:
            knowledge.learn(version.media_id, version.revision, source)


def _words(fault: Fault) -> str:
    how = f"is known as revision {fault.known} ({fault.source})"
    return f"is shown older than it {how}" if fault.is_shown else f"{how} and is not shown"
