"""The index behind searches, favourites, tags and sources: one FTS5 table, whose rows stand in the order of lists.

A row holds, as words, all that an item can be found by: the words of its text (services/models/words.py), its marks
(services/store/marks.py) and its fields' values. Whatever is asked together is one intersection of FTS5's lists, which
come in the order of row numbers, so a page is read and no more. What is in the trash has no row.

A row number is the item's `place`: the tenth of a second in which it was made, and a number within that. Items of the
same tenth of a second are put in order after the read.

FTS5 streams a prefix for which it has an index, of PREFIXES characters; any other it would collect from all words that
begin with it. So longer ones are asked for by as many characters as there is an index for, and what is found is a
little too much: the reader looks at each item anyway (`MediaQuery.matches`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from pydantic import ValidationError

from services.errors import StoreError
from services.log import log_failure
from services.models import MediaItem, MediaQuery
from services.models.query import EQUALITIES
from services.models.words import title_key, words_of
from services.store.marks import FAVOURITE, marks_of, marks_wanted
from services.store.planning import Step
from services.store.times import EARLIEST, to_micros

PREFIXES = (1, 2, 3, 4, 5, 6, 7, 8, 10, 12)
"""Characters. Each costs an entry per word and item; longer words are rare."""
# The tokenizer must cut at the blanks between our words and nowhere else: of all that is not ASCII, "ascii" leaves
# everything together. Places of words in a text and sizes of texts are of no use here.
TABLE = (
    "CREATE VIRTUAL TABLE search USING fts5(tokens, tokenize = 'ascii', detail = none, columnsize = 0, "
    f"prefix = '{' '.join(map(str, PREFIXES))}')"
)
_TENTH = 100_000
"""Microseconds."""
_SLOTS = 2**20
"""Items that can be made in a tenth of a second."""
_PRIVATE = "private"


@dataclass(frozen=True)
class Sought:
    """What is asked of the table; `exact` if it finds nothing too much."""

    match: str
    exact: bool

    def and_private(self, owner_id: str) -> Sought:
        return Sought(f"{_token(_PRIVATE)} AND {_token(f'owner_id:{owner_id}')} AND {self.match}", self.exact)

    def and_shared(self) -> Sought:
        return Sought(f"({self.match}) NOT {_token(_PRIVATE)}", self.exact)


def needs_search(query: MediaQuery) -> bool:
    """Whether `query` asks for what only this table knows."""
    return query.favourite is not None or query.tag is not None or query.source_id is not None or bool(query.words)


def sought(query: MediaQuery) -> Sought:
    """What `query` asks for, but for its dates."""
    marks = [*marks_wanted(query), *(f"{field}:{value}" for field, value in query.equalities().items())]
    words = query.words
    prefixes = [word[: max(size for size in PREFIXES if size <= len(word))] for word in words]
    match = " AND ".join([*(f'"{prefix}" *' for prefix in prefixes), *map(_token, marks)])
    if query.favourite is False:
        match = f"({match}) NOT {_token(FAVOURITE)}"
    return Sought(match, exact=prefixes == list(words))


def bounds(query: MediaQuery, after: int | None) -> tuple[int, int]:
    """The first and the last place where items of `query` can be that come after the time `after` (microseconds).

    At both ends there may be some of the same tenth of a second that do not fit.
    """
    low, high = _first_place(EARLIEST), 2**62
    if query.since is not None:
        low = _first_place(to_micros(query.since))
    if query.until is not None:
        high = _last_place(to_micros(query.until))
    if after is not None and query.descending:
        high = min(high, _last_place(after))
    elif after is not None and query.order == "oldest":
        low = max(low, _first_place(after))
    return low, high


def tenth(created_at: int) -> int:
    """The tenth of a second of a time (both since the year 1, the latter in microseconds since 1970)."""
    return (created_at - EARLIEST) // _TENTH


def free_place(connection: sqlite3.Connection, created_at: int) -> int:
    """A place for an item made at `created_at` (microseconds). Raises StoreError where there is no more."""
    first, last = _first_place(created_at), _last_place(created_at)
    sql = "SELECT max(place) FROM media WHERE place BETWEEN ? AND ?"
    (highest,) = connection.execute(sql, (first, last)).fetchone()
    if highest == last:
        raise StoreError("More items were made in the same tenth of a second than this database can put in order")
    return first if highest is None else int(highest) + 1


def places(connection: sqlite3.Connection, steps: Sequence[Step]) -> dict[str, int]:
    """Where the items stand that a commit is about to change or remove, by id."""
    ids = [step.key[1] for step in steps if step.key[0] == "media" and step.before is not None]
    return {media_id: place for media_id in ids if (place := _place(connection, media_id)) is not None}


def update(connection: sqlite3.Connection, steps: Sequence[Step], before: Mapping[str, int]) -> None:
    """Bring the table up to date with steps that were carried out; `before` is what `places` said before that."""
    changes: list[tuple[int, str | None, str | None]] = []
    for step in steps:
        if step.key[0] != "media":
            continue
        old, new = _tokens(step.before), _tokens(step.after)
        place = before.get(step.key[1])
        if old != new and place is None:
            place = _place(connection, step.key[1])
        if old != new and place is not None:
            changes.append((place, old, new))
    # In the order of numbers, since FTS5 writes to disk whenever they go down; a place may go from one item to another.
    for place, old, new in sorted(changes, key=lambda change: (change[0], change[1] is None)):
        if old is not None:
            connection.execute("DELETE FROM search WHERE rowid = ?", (place,))
        if new is not None:
            connection.execute("INSERT INTO search (rowid, tokens) VALUES (?, ?)", (place, new))


def fill(connection: sqlite3.Connection) -> None:
    """Give every item its place and its title's key, and make its row, in a file that has had neither."""
    connection.create_function("title_key", 1, _key_of_title, deterministic=True)
    connection.execute(
        "UPDATE media SET title_key = title_key(json_extract(document, '$.title')), place = numbered.place FROM ("
        "  SELECT id, tenth * :slots - 1 + row_number() OVER (PARTITION BY tenth ORDER BY created_at, id) AS place"
        "  FROM (SELECT id, created_at, (created_at - :earliest) / :tenth AS tenth FROM media)"
        ") AS numbered WHERE media.id = numbered.id",
        {"slots": _SLOTS, "earliest": EARLIEST, "tenth": _TENTH},
    )
    # With what a search in the order of titles needs, so that it looks up only the records that it shows.
    connection.execute("CREATE INDEX media_place ON media (place, title_key, id, created_at)")
    connection.executemany("INSERT INTO search (rowid, tokens) VALUES (?, ?)", _all_rows(connection))


def _all_rows(connection: sqlite3.Connection) -> Iterator[tuple[int, str]]:
    sql = "SELECT place, document FROM media INDEXED BY media_place WHERE deleted_at IS NULL ORDER BY place"
    for place, document in connection.execute(sql):
        try:
            item = MediaItem.model_validate_json(document)
        except ValidationError as error:  # lists tell of it; it must not keep the file from being opened
            log_failure("store.unreadable", error, place=place)
        else:
            yield place, _tokens_of(item)


def _key_of_title(title: str | None) -> str:
    return title_key(title or "")


def _place(connection: sqlite3.Connection, media_id: str) -> int | None:
    row = connection.execute("SELECT place FROM media WHERE id = ?", (media_id,)).fetchone()
    return int(row[0]) if row else None


def _tokens(record: object) -> str | None:
    """None for what has no row."""
    return _tokens_of(record) if isinstance(record, MediaItem) and record.deleted_at is None else None


def _tokens_of(item: MediaItem) -> str:
    fields = (f"{field}:{getattr(item, field)}" for field in EQUALITIES)
    private = [_PRIVATE] if item.visibility == "private" else []
    marks: Iterable[str] = (*marks_of(item), *fields, *private)
    return " ".join((*words_of(item.title, item.tags, item.prompt), *map(_token, marks)))


@lru_cache(maxsize=8_192)
def _token(mark: str) -> str:
    """A mark as a word of two characters that no text has, since they are nobody's (private use): so it is in few of
    the prefixes' indexes. Two marks may share one, in one of four thousand million cases."""
    digest = blake2b(mark.encode(errors="surrogatepass"), digest_size=4).digest()
    return "".join(chr(0xF0000 + int.from_bytes(half) % 0xFFFE) for half in (digest[:2], digest[2:]))


def _first_place(created_at: int) -> int:
    return tenth(created_at) * _SLOTS


def _last_place(created_at: int) -> int:
    return _first_place(created_at) + _SLOTS - 1
