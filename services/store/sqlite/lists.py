"""One batch of a list: which index it walks.

Orders by time walk the index of one field (schema.py), or the search table (search.py) where that is asked. The order
of titles has one index, and one of favourites alone, and any other filter either leaves so few items that they are put
in order here, or so many that walking the titles soon meets enough of them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import groupby, islice
from typing import Any, NamedTuple

from services.models import MediaItem, MediaQuery
from services.store.cursors import Place
from services.store.sqlite.rows import MEDIA, decode, decode_all
from services.store.sqlite.search import bounds, needs_search, sought, tenth
from services.store.times import to_micros

FILTERS = ("owner_id", "model", "origin", "status", "media_type")
"""Every field that has an index, the one that usually leaves fewest rows first."""
FEW, FEW_SEARCHED = 1_000, 5_000
"""Items that are put in order of their titles rather than met in walking all titles: what one index filters, and what
the search table finds. So many take as long as the walk that meets a page of them among a million."""
_DIRECTIONS = {"newest": ("DESC", "<"), "oldest": ("ASC", ">"), "title": ("ASC", ">")}


class Walk(NamedTuple):
    """A SELECT's parts: where rows come from, what they must be, and the values of both."""

    source: str
    conditions: list[str]
    values: list[Any]

    def sql(self, what: str, order: str = "") -> str:
        return f"SELECT {what} FROM {self.source} WHERE {' AND '.join(self.conditions)} {order}"  # noqa: S608 (own names)


def batch(connection: sqlite3.Connection, query: MediaQuery, after: Place | None, count: int) -> list[MediaItem]:
    """At most `count` items after a place, in the query's order, fewer only at the end; a few may not match."""
    if needs_search(query) and not query.trash and query.order != "title":
        return list(islice(_searched(connection, query, after), count))
    sql, values = page_sql(query, after, count, few=query.order == "title" and has_few(connection, query))
    return decode_all(MEDIA, connection.execute(sql, values))


def page_sql(query: MediaQuery, after: Place | None, count: int, *, few: bool = False) -> tuple[str, list[Any]]:
    """A batch as one walk along one index, named so that no statistics can change it, and its parameters.

    In the order of titles, `few` reads all that the filters leave and sorts it.
    """
    walk = filtered(query) if few or query.order != "title" else _by_title(query)
    column = "title_key" if query.order == "title" else "created_at"
    direction, beyond = _DIRECTIONS[query.order]
    conditions, values = list(walk.conditions), list(walk.values)
    if after is not None:
        conditions.append(f"(media.{column}, media.id) {beyond} (?, ?)")
        values += [after.value, after.id]
    order = f"ORDER BY media.{column} {direction}, media.id {direction} LIMIT ?"
    walk = Walk(walk.source, conditions, values)
    if few and needs_search(query):
        inner = walk.sql("media.title_key, media.id", order)
        sql = (
            f"SELECT media.document FROM ({inner}) AS first CROSS JOIN media ON media.id = first.id "  # noqa: S608 (own names)
            "ORDER BY first.title_key, first.id"
        )
        return sql, [*values, count]
    return walk.sql("media.document", order), [*values, count]


def has_few(connection: sqlite3.Connection, query: MediaQuery) -> bool:
    """Whether the filters leave few items; looks at no more."""
    if not _is_filtered(query):
        return False
    if needs_search(query):
        return count(connection, found(query, sought(query).match), FEW_SEARCHED + 1) <= FEW_SEARCHED
    return count(connection, filtered(query), FEW + 1) <= FEW


def count(connection: sqlite3.Connection, walk: Walk, limit: int | None) -> int:
    sql = f"SELECT count(*) FROM ({walk.sql('1')} LIMIT ?)"  # noqa: S608 (own names)
    (number,) = connection.execute(sql, [*walk.values, -1 if limit is None else limit]).fetchone()
    return int(number)


def filtered(query: MediaQuery) -> Walk:
    """All that the filters leave, along the index of one of them or the search table."""
    if query.trash:
        walk = Walk("media INDEXED BY media_trash", ["media.deleted_at IS NOT NULL"], [])
    elif needs_search(query):
        return found(query, sought(query).match, joined=True)
    else:
        walk = Walk(f"media INDEXED BY media_{_walked(query)}", ["media.deleted_at IS NULL"], [])
    return _dated(_with_fields(walk, query), query)


def found(query: MediaQuery, match: str, after: Place | None = None, *, joined: bool = False) -> Walk:
    """The search table's rows for `match`, which names the fields, too, between the dates; `joined` with the items."""
    low, high = bounds(query, int(after.value) if after and query.order != "title" else None)
    walk = Walk("search", ["search MATCH ?", "search.rowid BETWEEN ? AND ?"], [match, low, high])
    if joined or query.since is not None or query.until is not None:
        source = "search CROSS JOIN media INDEXED BY media_place ON media.place = search.rowid"
        walk = _dated(walk._replace(source=source), query)
    return walk


def _by_title(query: MediaQuery) -> Walk:
    walk = Walk("media INDEXED BY media_title", ["media.deleted_at IS NULL"], [])
    if query.favourite:
        walk = Walk("media INDEXED BY media_favourite_title", ["media.deleted_at IS NULL", "media.favourite = 1"], [])
    walk = _dated(_with_fields(walk, query), query)
    if needs_search(query.model_copy(update={"favourite": None}) if query.favourite else query):
        walk.conditions.append("EXISTS (SELECT 1 FROM search WHERE search MATCH ? AND search.rowid = media.place)")
        walk.values.append(sought(query).match)
    return walk


def _with_fields(walk: Walk, query: MediaQuery) -> Walk:
    equal = query.equalities()
    conditions = [f"media.{field} = ?" for field in equal]
    return Walk(walk.source, [*walk.conditions, *conditions], [*walk.values, *equal.values()])


def _dated(walk: Walk, query: MediaQuery) -> Walk:
    bounds = [(sign, time) for sign, time in ((">=", query.since), ("<", query.until)) if time is not None]
    conditions = [f"media.created_at {sign} ?" for sign, _ in bounds]
    return Walk(walk.source, [*walk.conditions, *conditions], [*walk.values, *(to_micros(time) for _, time in bounds)])


def _is_filtered(query: MediaQuery) -> bool:
    dated = query.since is not None or query.until is not None
    return dated or needs_search(query) or len(query.equalities()) > 1


def _walked(query: MediaQuery) -> str:
    """The index to walk: of the filters given, the one that leaves fewest rows."""
    if query.status not in (None, "ready"):  # all but a few items are
        return "status"
    return next((field for field in FILTERS if getattr(query, field) is not None), "newest")


def _searched(connection: sqlite3.Connection, query: MediaQuery, after: Place | None) -> Iterator[MediaItem]:
    """The search table's rows, a tenth of a second after the other, each put in order."""
    walk = found(query, sought(query).match, after, joined=True)
    direction = "DESC" if query.descending else "ASC"
    rows = connection.execute(
        walk.sql("media.created_at, media.id, media.document", f"ORDER BY search.rowid {direction}"), walk.values
    )
    for _, together in groupby(rows, key=lambda row: tenth(row[0])):
        for created_at, media_id, document in sorted(together, reverse=query.descending):
            place = Place(created_at, media_id, query.order)
            if after is None or not after.reaches(place):
                yield decode(MEDIA, document)
