"""What a document holds so that it can be found: one list of tokens, and what titles are ordered by.

Firestore asks one array for one value in a query. So all marks (services/store/marks.py) and the beginnings of all
words are in one array, a query asks for the token that usually leaves fewest documents, and the rest is looked at
after the read. A word is there with its first PREFIX characters at most, one token for each beginning: some 200 for a
prompt of three lines, at most `MOST_WORDS * PREFIX`, which are as many entries in each of the three indexes that name
the tokens (a document may have 40,000).
"""

from __future__ import annotations

from services.models import MediaItem, MediaQuery
from services.models.words import title_key, words_of
from services.store.marks import FAVOURITE, marks_of, marks_wanted

TOKENS, TITLE_KEY = "tokens", "title_key"
LAYOUT = 1
"""Goes up when documents need to be written anew to be found: `python main.py upgrade` does so (upgrade.py)."""
PREFIX = 12
"""Characters of a word by which it is asked for."""


def derived(item: MediaItem) -> dict[str, str | list[str]]:
    """The fields of the item's document that are made of its others."""
    words = words_of(item.title, item.tags, item.prompt)
    beginnings = (_word(word[:size]) for word in words for size in range(1, min(len(word), PREFIX) + 1))
    return {TITLE_KEY: title_key(item.title), TOKENS: list(dict.fromkeys((*marks_of(item), *beginnings)))}


def equalities_of(query: MediaQuery) -> dict[str, str]:
    """The fields to ask for: all, but in the trash, where one's own is little."""
    equal = query.equalities()
    return {name: value for name, value in equal.items() if not query.trash or name in ("project_id", "owner_id")}


def token_of(query: MediaQuery) -> str | None:
    """The token to ask for; None where there is none to, as in the trash, whose documents have none."""
    if query.trash:
        return None
    marks = [mark for mark in marks_wanted(query) if mark != FAVOURITE]
    words = [_word(word[:PREFIX]) for word in sorted(query.words, key=len, reverse=True)]
    favourite = [FAVOURITE] if query.favourite else []
    return next(iter((*marks, *words, *favourite)), None)


def is_asked_in_full(query: MediaQuery) -> bool:
    """Whether what Firestore finds is exactly what `query` does: nothing is left to look at, but for dates in the order
    of titles, which have to be asked for in the order of time (as for a total)."""
    wanted = len(marks_wanted(query)) + len(query.words)
    if query.trash:
        return wanted == 0 and query.favourite is None and equalities_of(query) == query.equalities()
    long = any(len(word) > PREFIX for word in query.words)
    return wanted <= 1 and not long and query.favourite is not False


def _word(beginning: str) -> str:
    return f"word:{beginning}"
