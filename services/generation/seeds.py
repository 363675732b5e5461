"""The number from which chance is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAX_SEED = 2**31 - 1


def seed_of_output(seed: int, index: int) -> int:
    """The seed of output `index` (from 0) of a run with `seed`: by itself it makes that output again, as a first one.

    After the greatest comes 0.

    >>> seed_of_output(7, 2), seed_of_output(MAX_SEED, 1)
    (9, 0)
    """
    return (seed + index) % (MAX_SEED + 1)


def parameters_of_output(parameters: Mapping[str, Any], index: int) -> dict[str, Any]:
    """What output `index` of a run with `parameters` is made of, which is what Remix fills in."""
    seed = parameters.get("seed")
    return {**parameters, "seed": seed_of_output(seed, index)} if isinstance(seed, int) else {**parameters}
