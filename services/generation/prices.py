"""What models cost, in integer nano-dollars. What is not known is None and never counted as nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

NANO = 1_000_000_000
"""Nano-dollars in a dollar."""
MILLION = 1_000_000
SHOWN = Decimal("0.0001")
"""Dollars: prices of single pictures are told to this."""
Usd = Annotated[Decimal, Field(ge=0, decimal_places=9)]
UsdPerMillion = Annotated[Decimal, Field(ge=0, decimal_places=3)]


class _Price(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    """The page it was read from."""
    as_of: date


class Rate(BaseModel):
    """Dollars for one of something."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    usd: Usd
    silent_usd: Usd | None = None
    """For a clip that is asked for without sound, where that costs otherwise."""

    def of(self, parameters: Mapping[str, JsonValue]) -> Decimal:
        return self.usd if self.silent_usd is None or parameters.get("audio") is not False else self.silent_usd


class Price(_Price, Rate):
    """What one output costs: a fixed amount, or so much for each second of it."""

    unit: Literal["output", "second"]
    resolutions: Mapping[str, Rate] = {}
    """Those that cost otherwise."""

    @property
    def is_free(self) -> bool:
        return self.usd == 0

    def of_one(self, parameters: Mapping[str, JsonValue]) -> int | None:
        """One output of a run with these parameters; None where that cannot be told."""
        resolution = parameters.get("resolution")
        if self.resolutions and not resolution:
            return None  # it has one that nobody knows, and they cost otherwise
        rate: Rate = self.resolutions.get(str(resolution), self)
        if self.unit == "output":
            return nano(rate.of(parameters))
        seconds = parameters.get("duration")
        return nano(rate.of(parameters)) * seconds if isinstance(seconds, int) else None


@dataclass(frozen=True)
class Tokens:
    """What one request used of a model that is paid by tokens."""

    input: int
    text: int
    """Of the answer, thoughts included."""
    picture: int


class TokenPrice(_Price):
    """Dollars for a million tokens, of what is asked and of what is answered."""

    unit: Literal["token"]
    input_usd: UsdPerMillion
    text_usd: UsdPerMillion
    picture_usd: UsdPerMillion
    picture_tokens: Mapping[str, int]
    """By resolution: what a picture is counted as."""

    @property
    def is_free(self) -> bool:
        return False

    def of_one(self, parameters: Mapping[str, JsonValue]) -> int | None:
        """About: the picture alone, which is most of it; None for a resolution whose tokens are not known."""
        tokens = self.picture_tokens.get(str(parameters.get("resolution")))
        return None if tokens is None else self.of_tokens(Tokens(0, 0, tokens))

    def of_tokens(self, used: Tokens | None) -> int | None:
        """What a request did cost; None where its answer does not tell what it used."""
        if used is None:
            return None
        usd = used.input * self.input_usd + used.text * self.text_usd + used.picture * self.picture_usd
        return nano(usd / MILLION)


class TextPrice(_Price):
    """Dollars for a million tokens of a model that answers in words."""

    since: date
    """The first day on which it holds."""
    input_usd: UsdPerMillion
    text_usd: UsdPerMillion
    """Of its answer, thoughts included."""

    def of_tokens(self, asked: int, answered: int) -> int:
        return nano((asked * self.input_usd + answered * self.text_usd) / MILLION)


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
