"""Judges a history: what did screens present as current that their session, or anybody, could know to be untrue?

The guarantees are those of Terry et al., "Session guarantees for weakly consistent replicated data" (1994), for each
session: *read your writes* and *monotonic reads*; and for each answer, that it holds whatever was committed before the
question. What a screen labels as old may be old, but even then it shows nothing twice, nothing out of order, and
nothing that never belonged there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.staleness.history import History, Shown, Write
from tests.staleness.knowledge import Fault, Knowledge, Place, Source, Versions, belongs, departures, faults

Kind = Literal["duplicate", "order", "phantom", "read-your-writes", "monotonic-reads", "missing", "stale"]
"""duplicate: an id twice. order: not newest first. phantom: a revision that does not match the view, may not be seen,
or was never written. read-your-writes, monotonic-reads: older than what the session wrote, or saw. missing, stale:
an answer without an item, or with an older revision of it, that had been committed before the question."""


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
    found = [*_of_screens(history, versions), *_of_sessions(history, versions), *_of_answers(history, versions)]
    return sorted(found, key=lambda violation: violation.shown.at)


def _of_screens(history: History, versions: Versions) -> Iterator[Violation]:
    """What is wrong with a screen by itself."""
    for shown in history.shown:
        seen: set[str] = set()
        above: Place | None = None
        for media_id, revision in shown.tiles:
            if media_id in seen:
                yield Violation("duplicate", shown, media_id, "is shown twice")
            seen.add(media_id)
            written = versions.of(media_id, revision, before=shown.at)
            if not written:
                yield Violation("phantom", shown, media_id, f"was never written as revision {revision}")
                continue
            if not any(belongs(one.item, shown.query, shown.principal) for one in written):
                yield Violation("phantom", shown, media_id, f"does not belong here as revision {revision}")
                continue
            place = versions.place(media_id, revision)
            if above and place and place > above:
                yield Violation("order", shown, media_id, "stands below something older")
            above = place or above


def _of_sessions(history: History, versions: Versions) -> Iterator[Violation]:
    """What a session wrote or saw before, and is not shown."""
    shown_to: dict[str, list[Shown]] = defaultdict(list)
    written_by: dict[str, list[Write]] = defaultdict(list)
    for shown in sorted(history.shown, key=lambda shown: shown.began):
        shown_to[shown.session].append(shown)
    for write in sorted(history.writes, key=lambda write: write.ended, reverse=True):
        written_by[write.session].append(write)
    for session, screens in shown_to.items():
        yield from _of_session(screens, written_by[session], Knowledge(versions))


def _of_session(screens: list[Shown], writes: list[Write], knowledge: Knowledge) -> Iterator[Violation]:
    """`screens` by when they were sent for, `writes` the latest first. Only what ended before is known."""
    lessons: list[tuple[float, str, int]] = []
    for shown in screens:
        _learn(writes, shown.began, knowledge, "own write")
        for at, media_id, revision in lessons:
            if at < shown.began:
                knowledge.learn(media_id, revision, "seen")
        lessons = [lesson for lesson in lessons if lesson[0] >= shown.began]
        taught = list(shown.tiles)
        if not shown.label:
            for fault in faults(shown, knowledge):
                kind: Kind = "read-your-writes" if fault.source == "own write" else "monotonic-reads"
                yield Violation(kind, shown, fault.media_id, _words(fault))
            taught += departures(shown, knowledge)
        lessons += [(shown.at, media_id, revision) for media_id, revision in taught]


def _of_answers(history: History, versions: Versions) -> Iterator[Violation]:
    """What had been committed before the question, and is not in the answer."""
    knowledge = Knowledge(versions)
    writes = sorted(history.writes, key=lambda write: write.ended, reverse=True)
    answers = [(shown.asked, shown) for shown in history.shown if shown.asked is not None and not shown.label]
    for asked, shown in sorted(answers, key=lambda answer: answer[0]):
        _learn(writes, asked, knowledge, "committed")
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
