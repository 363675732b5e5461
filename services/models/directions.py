"""Which way text runs (Unicode Standard Annex #9): what in a text would turn the words that stand around it.

Scripts that run from right to left need none of this. An embedding, an override or an isolate is begun and ended by
characters of its own, and one that is never ended, in a title for instance, runs on into whatever follows it in a line.
"""

from __future__ import annotations

import re

_EMBEDDINGS, _END_OF_EMBEDDING = "\u202a\u202b\u202d\u202e", "\u202c"
"""LRE, RLE, LRO, RLO; PDF ends the last of them."""
_ISOLATES, _END_OF_ISOLATE = "\u2066\u2067\u2068", "\u2069"
"""LRI, RLI, FSI; PDI ends the last of them, with all that was begun in it."""
_ANY = re.compile("[\u202a-\u202e\u2066-\u2069]")


def paired(text: str) -> str:
    """`text` without those controls of direction that have no partner in it.

    >>> paired("\\u202eabc"), paired("abc\\u2069"), paired("\\u2068abc\\u2069") == "\\u2068abc\\u2069"
    ('abc', 'abc', True)
    """
    alone: set[int] = set()
    begun: list[int] = []
    for found in _ANY.finditer(text):
        place, control = found.start(), found[0]
        if control in _EMBEDDINGS or control in _ISOLATES:
            begun.append(place)
        elif control == _END_OF_EMBEDDING:
            if begun and text[begun[-1]] in _EMBEDDINGS:
                begun.pop()
            else:
                alone.add(place)
        else:
            unended = begun[:]
            while unended and text[unended[-1]] not in _ISOLATES:
                unended.pop()
            if unended:
                alone.update(begun[len(unended) :])
                begun = unended[:-1]
            else:
                alone.add(place)
    alone.update(begun)
    return "".join(one for place, one in enumerate(text) if place not in alone) if alone else text
