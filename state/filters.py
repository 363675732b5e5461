"""The library's filters and sort, as the page's address has them: pure.

Filters are a mapping of name → value with nothing in it that is off: {"type": "video", "q": "dunes"}. A `spec` is the
same as text, for the page's state, with the instants that "today" and the like stood for when it was made, so that
drawing needs no clock. Both may come from a browser: whatever is unknown in them is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Literal, cast, get_args
from urllib.parse import parse_qsl, urlencode

from services.errors import BadInput
from services.generation.catalog import MODELS, display_name
from services.models import MediaQuery, MediaStatus, MediaType, Sort, clean_tags
from services.models.query import TEXT_LENGTH
from services.models.words import clean, wanted_words

Filters = Mapping[str, str]

SORTS: tuple[tuple[Sort, str], ...] = (("newest", "Newest first"), ("oldest", "Oldest first"), ("title", "By title"))
STATUSES: Mapping[str, tuple[MediaStatus, str]] = {
    "running": ("generating", "In progress"),
    "failed": ("failed", "Failed"),
}
DATES: Mapping[str, tuple[int, str]] = {"today": (1, "Today"), "7d": (7, "Last 7 days"), "30d": (30, "Last 30 days")}
"""Days, today included."""
ONE_OF: Mapping[str, Collection[str]] = {
    "type": get_args(MediaType),
    "owner": ("me",),
    "status": tuple(STATUSES),
    "favourite": ("1",),
    "trash": ("1",),
    "date": tuple(DATES),
    "model": tuple(model.id for model in MODELS),
    "sort": get_args(Sort)[1:],
}
"""Values that a name may have; "newest" goes without saying."""
NAMES = ("type", "owner", "status", "favourite", "date", "from", "to", "model", "tag", "project", "trash", "q", "sort")
IN_PANEL = frozenset(NAMES) - {"type", "q", "sort"}
AS_NONE = frozenset({"", "all", "newest"})
"""What stands for a filter that is off."""
LONGEST_NOTE = 40
"""Characters of an unknown value that are told."""


@dataclass(frozen=True)
class Reader:
    """Whose address it is: the projects they are a member of decide what may be asked."""

    user_id: str
    project_id: str
    project_ids: frozenset[str]


def read(params: Mapping[str, str], reader: Reader) -> tuple[dict[str, str], str]:
    """The filters in an address, and a word on what in it had to be left out ("" for nothing)."""
    filters, unknown = dict[str, str](), list[str]()
    for name in NAMES:
        asked = params.get(name, "")
        if asked in AS_NONE:
            continue
        value = _value(name, asked, reader)
        if value is None:
            shown = clean(asked)
            unknown.append(f"{name} “{shown[:LONGEST_NOTE]}{'…' if len(shown) > LONGEST_NOTE else ''}”")
        elif value:
            filters[name] = value
    if filters.get("from", "") > filters.get("to", "9"):
        unknown.append(f"from “{filters.pop('from')}”, which is after to “{filters['to']}”")
    if "from" in filters or "to" in filters:
        filters.pop("date", None)
    return filters, f"Left out of the filters: {', '.join(unknown)}." if unknown else ""


def _value(name: str, asked: str, reader: Reader) -> str | None:
    """What a filter is set to; "" for off, None for what it cannot be."""
    if name in ONE_OF:
        return asked if asked in ONE_OF[name] else None
    if name == "project":
        known = asked in reader.project_ids
        return ("" if asked == reader.project_id else asked) if known else None
    if name == "q":
        return clean(asked[: 2 * TEXT_LENGTH])[:TEXT_LENGTH].strip()
    try:
        return date.fromisoformat(asked).isoformat() if name in ("from", "to") else "".join(clean_tags([asked])[:1])
    except (ValueError, BadInput):
        return None


def changed(filters: Filters, wanted: Mapping[str, object]) -> dict[str, str]:
    """The filters with those in `wanted` different; {"clear": True} leaves the type, the sort and the project alone.

    >>> changed({"type": "image", "tag": "sea", "from": "2026-11-01"}, {"date": "7d"})
    {'type': 'image', 'tag': 'sea', 'date': '7d'}
    >>> changed({"type": "image", "tag": "sea", "sort": "title"}, {"clear": True})
    {'type': 'image', 'sort': 'title'}
    """
    kept = dict(filters)
    if wanted.get("clear"):
        kept = {name: kept[name] for name in ("type", "sort", "project") if name in kept}
    if "date" in wanted:
        for name in ("date", "from", "to"):
            kept.pop(name, None)
    asked = {name: str(value) for name, value in wanted.items() if name in NAMES}
    return {name: value for name, value in (kept | asked).items() if value not in AS_NONE}


def to_spec(filters: Filters, now: datetime, zone: tzinfo) -> str:
    """`filters` as text, with the instants that their dates are in somebody's `zone` at the time `now`."""
    today = now.astimezone(zone).date()
    since = until = None
    if filters.get("date") in DATES:
        since = today - timedelta(days=DATES[filters["date"]][0] - 1)
    if "from" in filters:
        since = date.fromisoformat(filters["from"])
    if "to" in filters:
        until = _next_day(date.fromisoformat(filters["to"]))
    instants = {"since": _midnight(since, zone), "until": _midnight(until, zone)}
    return urlencode([*filters.items(), *((name, value) for name, value in instants.items() if value)])


def from_spec(spec: str, reader: Reader) -> dict[str, str]:
    return read(dict(parse_qsl(spec)), reader)[0]


@lru_cache(maxsize=1_024)
def to_query(spec: str, reader: Reader) -> MediaQuery:
    """What a spec asks of the store."""
    filters, instants = from_spec(spec, reader), dict(parse_qsl(spec))
    status = STATUSES.get(filters.get("status", ""))
    return MediaQuery(
        project_id=filters.get("project", reader.project_id),
        media_type=cast(MediaType | None, filters.get("type")),
        status=status[0] if status else None,
        owner_id=reader.user_id if "owner" in filters or "trash" in filters else None,  # the trash is its owner's alone
        model=filters.get("model"),
        favourite=True if "favourite" in filters else None,
        tag=filters.get("tag"),
        text=filters.get("q", ""),
        since=_instant(instants.get("since")),
        until=_instant(instants.get("until")),
        sort=cast(Sort, filters.get("sort", "newest")),
        trash="trash" in filters,
    )


def chips(filters: Filters, projects: Mapping[str, str]) -> list[tuple[str, str]]:
    """What is on besides type and sort, as pairs of name and words; `projects` are names by id."""
    words = {
        "trash": lambda value: "In the trash",
        "q": lambda value: f"“{value}”",
        "owner": lambda value: "Mine",
        "status": lambda value: STATUSES[value][1],
        "favourite": lambda value: "Favourites",
        "date": lambda value: DATES[value][1],
        "model": display_name,
        "tag": lambda value: f"Tag: {value}",
        "project": lambda value: f"Project: {projects.get(value, value)}",
    }
    found = [(name, told(filters[name])) for name, told in words.items() if name in filters]
    if "from" in filters or "to" in filters:
        found.append(("date", _days(filters.get("from"), filters.get("to"))))
    return found


def sort_name(filters: Filters) -> str:
    return dict(SORTS)[cast(Sort, "newest" if "trash" in filters else filters.get("sort", "newest"))]


def is_wordless(text: str) -> bool:
    """Whether a search is on that names no word: of signs alone, it leaves nothing out.

    >>> [is_wordless(text) for text in ("!?", "why?", "")]
    [True, False, False]
    """
    return bool(text) and not wanted_words(text)


def nothing(filters: Filters) -> Literal["empty", "trash", "type", "search", "filters"]:
    """Which of five reasons there are for a list without items."""
    on = set(filters) - {"sort", "project", *(["q"] if is_wordless(filters.get("q", "")) else [])}
    if not on:
        return "empty"
    if on == {"trash"}:
        return "trash"
    if on == {"type"}:
        return "type"
    return "search" if "q" in on else "filters"


def _days(first: str | None, last: str | None) -> str:
    if first and last:
        return _day(first) if first == last else f"{_day(first)} – {_day(last)}"
    return f"Since {_day(first)}" if first else f"Until {_day(cast(str, last))}"


def _day(text: str) -> str:
    day = date.fromisoformat(text)
    return f"{day.day} {day:%b %Y}"


def _next_day(day: date) -> date | None:
    return day + timedelta(days=1) if day < date.max else None


def _midnight(day: date | None, zone: tzinfo) -> str:
    """The instant at which a day begins there; "" for none."""
    return datetime.combine(day, time(), zone).isoformat() if day else ""


def _instant(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
        return found if found is not None and found.utcoffset() is not None else None
    except ValueError:
        return None
