"""What models cost, in integer nano-dollars. What is not known is None and never counted as nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

NANO = 1_000_000_000
"""Nano-dollars in a dollar."""
SHOWN = Decimal("0.0001")
"""Dollars: prices of single pictures are told to this."""
Usd = Annotated[Decimal, Field(ge=0, decimal_places=9)]


class Price(BaseModel):
    """What one output costs: a fixed amount, or so much for each second of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: Literal["output", "second"]
    usd: Usd
    source: str
    """The page it was read from."""
    as_of: date

    def of_one(self, parameters: Mapping[str, JsonValue]) -> int | None:
        """One output of a run with these parameters; None where that cannot be told."""
        if self.unit == "output":
            return nano(self.usd)
        seconds = parameters.get("duration")
        return nano(self.usd) * seconds if isinstance(seconds, int) else None


def nano(usd: Decimal) -> int:
    """
    >>> nano(Decimal("0.0336"))
    33600000
    """
    return int(usd * NANO)


def total(costs: Iterable[int | None]) -> int | None:
    """All together; unknown as soon as one of them is.

    >>> total([5, 7]), total([5, None]), total([])
    (12, None, 0)
    """
    known = list(costs)
    return None if None in known else sum(cost for cost in known if cost is not None)


def money(cost: int | None) -> str:
    """What a person is told.

    >>> money(0), money(33_600_000), money(1_234_500_000_000), money(12_000), money(None)
    ('Free', '$0.0336', '$1,234.5000', 'under $0.0001', 'unknown')
    """
    if cost is None:
        return "unknown"
    if cost == 0:
        return "Free"
    dollars = (Decimal(cost) / NANO).quantize(SHOWN)
    return f"${dollars:,}" if dollars else f"under ${SHOWN}"


def cost_words(cost: int | None) -> str:
    """As `money`, for a list of facts without names.

    >>> cost_words(0), cost_words(None)
    ('Free', 'cost unknown')
    """
    return "cost unknown" if cost is None else money(cost)
