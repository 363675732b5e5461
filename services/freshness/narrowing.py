"""A list as part of one that asks for less. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from services.freshness.merge import REMEMBERED, Held
from services.freshness.snapshots import Snapshot
from services.models import MediaQuery


def is_part(query: MediaQuery, of: MediaQuery) -> bool:
    """Whether each item that `query` finds is one that `of` finds, and they stand in the same order.

    >>> everything = MediaQuery(project_id="p")
    >>> images = MediaQuery(project_id="p", media_type="image")
    >>> is_part(images, everything), is_part(everything, images), is_part(images, images)
    (True, False, False)
    >>> is_part(images, MediaQuery(project_id="p", text="fox")), is_part(images, MediaQuery(project_id="q"))
    (False, False)
    """
    plain = MediaQuery(project_id=of.project_id).model_copy(update=of.equalities())
    same_order = query.order == "newest" and query.ids is None and not query.trash
    return of == plain != query and same_order and of.equalities().items() <= query.equalities().items()


def narrowed(held: Held, query: MediaQuery) -> Held:
    """What a wider list that is held tells of `query`, down to the same place.

    The wider list's other items are remembered as what does not belong, so that no late change brings one back.
    """
    items = tuple(item for item in held.items if query.matches(item))
    others = {item.id: item.revision for item in held.items if not query.matches(item)}
    departed = dict([*held.departed.items(), *others.items()][-REMEMBERED:])
    return Held(items, held.cursor, MappingProxyType(departed))


def widest(query: MediaQuery, held: Iterable[Snapshot]) -> Snapshot | None:
    """The snapshot that tells most of `query`: one that reaches its list's end, else the one that reaches deepest."""
    wider = (one for one in held if is_part(query, one.query))
    return max(wider, key=lambda one: (one.complete, sum(map(query.matches, one.items))), default=None)
