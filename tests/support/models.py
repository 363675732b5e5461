"""Models for tests: the local ones, and others made up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.generation.catalog import Choice, ModelSpec, Parameters, find_model
from services.generation.prices import Price


def known(model_id: str) -> ModelSpec:
    model = find_model(model_id)
    assert model is not None
    return model


LOCAL_IMAGE, LOCAL_VIDEO = known("local-image-1"), known("local-video-1")


def make_model(model_id: str = "brush-1", **fields: Any) -> ModelSpec:
    """A local model that makes square or wide pictures for 4 cents each and takes neither seed nor picture."""
    defaults: dict[str, Any] = {
        "name": model_id.replace("-", " ").title(),
        "provider": "local",
        "run_type": "image",
        "seconds_each": 9.0,
        "parameters": Parameters(
            prompt=200,
            aspect=Choice[str](options=("16:9", "1:1"), default="16:9"),
            count=Choice[int](options=(1, 2), default=2),
        ),
        "price": Price(unit="output", usd=Decimal("0.04"), source="a price list", as_of=date(2026, 11, 1)),
    }
    if fields.get("provider") == "google":
        defaults["api"] = "gemini"
    return ModelSpec(id=model_id, **(defaults | fields))
