"""Firestore's rules about which indexes a query needs, as far as this project's queries go.

The emulator answers every query, with index or without; production refuses those that no index serves. The rules
(firebase.google.com/docs/firestore/query-data/index-overview): single-field indexes exist by themselves unless
exempted; they serve a query of equalities alone, and one that filters and sorts by one field. Any other query needs
composite indexes that each consist of some of its equality fields, then exactly its sort fields in their directions,
and together name every equality field: such indexes merge. Every index ends in the document name, in the direction
of its last field. Each side of an OR needs its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

Sort = tuple[tuple[str, str], ...]
_EQUAL = ("EQUAL", "IN", "ARRAY_CONTAINS")
_ARRAY = "[]"
"""After the name of a field that is asked for one of its values."""
_DEFAULT = "ASCENDING"


@dataclass(frozen=True)
class Shape:
    """What of a query matters for indexes: collection, equality fields, and (field, direction) of its sort."""

    collection: str
    equal: frozenset[str]
    sort: Sort


def shapes_of(query: Any) -> Iterator[Shape]:
    """One shape per side of an OR. Takes a StructuredQuery; raises ValueError for what the rules do not know."""
    (source,) = query.from_
    for filters in _alternatives(query.where):
        equal = frozenset(field for field, operator in filters if operator in _EQUAL)
        ranges = [field for field, operator in filters if operator not in _EQUAL]
        sort = tuple((order.field.field_path, order.direction.name) for order in query.order_by)
        yield Shape(source.collection_id, equal, _without_name(sort or tuple((field, _DEFAULT) for field in ranges)))
        if any(field != sort[0][0] for field in ranges if sort):
            raise ValueError("A range that is not the first sort field")


def shapes_of_sums(aggregation: Any) -> Iterator[Shape]:
    """Those of the sums in a StructuredAggregationQuery: each is read from an index of the filters and then its field,
    and a count that is asked together with it from the same.

    The index of a sum holds only documents that have the field (firebase.google.com/docs/firestore/query-data/
    aggregation-queries).
    """
    for one in aggregation.aggregations:
        if "sum" in one:
            for shape in shapes_of(aggregation.structured_query):
                yield Shape(shape.collection, shape.equal, (*shape.sort, (one.sum.field.field_path, _DEFAULT)))


def _alternatives(where: Any) -> list[list[tuple[str, str]]]:
    if "field_filter" in where:
        operator = where.field_filter.op.name
        return [[(where.field_filter.field.field_path + _ARRAY * (operator == "ARRAY_CONTAINS"), operator)]]
    if "composite_filter" not in where:
        return [[]]
    parts = [_alternatives(part) for part in where.composite_filter.filters]
    if where.composite_filter.op.name == "OR":
        return [side for part in parts for side in part]
    return [[field for side in sides for field in side] for sides in product(*parts)]


def _without_name(sort: Sort) -> Sort:
    """The sort without the document name, which every index has at its end in the direction of the field before."""
    if sort and sort[-1][0] == "__name__":
        if len(sort) > 1 and sort[-1][1] != sort[-2][1]:
            raise ValueError("The document name sorts against the last field")
        return sort[:-1]
    return sort


def is_covered(shape: Shape, index_file: dict[str, Any]) -> bool:
    if not _needs_composite(shape):
        return not any(_is_exempt(shape.collection, field, index_file) for field in _fields(shape))
    merged: set[str] = set()
    usable = False
    for index in index_file["indexes"]:
        fields = tuple((_name(field), field.get("order", "")) for field in index["fields"])
        prefix, sort = fields[: len(fields) - len(shape.sort)], fields[len(fields) - len(shape.sort) :]
        names = {name for name, _ in prefix}
        if index["collectionGroup"] == shape.collection and sort == shape.sort and names <= shape.equal:
            usable = True
            merged |= names
    return usable and merged == shape.equal


def _name(field: dict[str, str]) -> str:
    return field["fieldPath"] + _ARRAY * (field.get("arrayConfig") == "CONTAINS")


def _needs_composite(shape: Shape) -> bool:
    return len(shape.sort) > 1 or (bool(shape.sort) and bool(shape.equal))


def _fields(shape: Shape) -> set[str]:
    return {field.removesuffix(_ARRAY) for field in shape.equal} | {field for field, _ in shape.sort}


def _is_exempt(collection: str, field: str, index_file: dict[str, Any]) -> bool:
    return any(
        override["collectionGroup"] == collection and override["fieldPath"] == field and not override["indexes"]
        for override in index_file["fieldOverrides"]
    )
