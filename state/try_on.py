"""The Try-on page's state: who wears what, where it is placed, and earlier results."""

from __future__ import annotations

from dataclasses import asdict, field

import mesop as me

from services.errors import BadInput
from services.generation.catalog import ModelSpec
from services.generation.requests import validate_try_on
from services.models import MediaItem, MediaQuery
from services.models.directions import paired
from services.models.media import TITLE_LENGTH
from services.workflows.studio import Order
from state.catalog import offered
from state.chosen import Chosen, choose, forget, put, readable_picture
from state.remix import made_here
from state.session import principal, project_id
from state.view import ViewState, all_items, held_items, new_items

SLOTS = ("person", "product")
NAMED = ("remix", *SLOTS)
"""What an address may name: an earlier result, or a picture for a slot."""


@me.stateclass
class TryOnState:
    person: Chosen = field(default_factory=Chosen)
    product: Chosen = field(default_factory=Chosen)
    x: float = 0.5
    y: float = 0.75
    scale: float = 0.8
    error: str = ""
    starting: bool = False
    run_id: str = ""
    made_id: str = ""
    """The item that the last press of Generate makes; "" while the stage is shown."""
    view: ViewState = field(default_factory=ViewState)


def try_on_view() -> ViewState:
    return me.state(TryOnState).view


def results_query() -> MediaQuery:
    """All results of this person."""
    return MediaQuery(project_id=project_id(), origin="try-on", owner_id=principal().user_id)


def slot(name: str) -> Chosen:
    state = me.state(TryOnState)
    return state.person if name == "person" else state.product


def made_item() -> MediaItem | None:
    """What the last press of Generate makes or has made, if it is still there: the result area shows it. Pure."""
    state = me.state(TryOnState)
    return next((item for item in all_items(state.view) if item.id == state.made_id), None)


def earlier() -> tuple[MediaItem, ...]:
    """The results that the result area does not show; pure."""
    return _others(held_items(try_on_view()))


def arrived() -> tuple[MediaItem, ...]:
    """Those of them that were held back, since the page was scrolled; pure."""
    return _others(new_items(try_on_view()))


def _others(items: tuple[MediaItem, ...]) -> tuple[MediaItem, ...]:
    made_id = me.state(TryOnState).made_id
    return tuple(item for item in items if item.id != made_id)


def place_again() -> None:
    """Back to the stage, as it was left."""
    me.state(TryOnState).made_id = ""


def put_in(name: str, media_id: str) -> None:
    """Fill a slot with a library item. Raises BadInput if it is no picture that can be used, StoreError."""
    choose(slot(name), media_id)
    place_again()


def clear(name: str) -> None:
    place_again()
    forget(slot(name))


def model() -> ModelSpec:
    """What makes the next one."""
    return offered("try-on")[0]


def lays(spec: ModelSpec | None) -> bool:
    """Whether it lays one picture over the other where somebody has placed it; a model decides itself."""
    return spec is not None and spec.provider == "local"


def take(name: str, media_id: str) -> None:
    """What an address of the page names (NAMED) goes into the slots. Raises BadInput, StoreError."""
    if name == "remix":
        _remix(made_here(media_id, "try-on"))
    else:
        put_in(name, media_id)


def _remix(item: MediaItem) -> None:
    """Both pictures, and where one lies on the other, as in an earlier result; what is gone is told."""
    found = [(name, _readable(source_id)) for name, source_id in zip(SLOTS, item.source_ids, strict=False)]
    state = me.state(TryOnState)
    place_again()
    for name, picture in found:
        if isinstance(picture, MediaItem):
            put(slot(name), picture)
        else:
            forget(slot(name))
    state.error = " ".join(f"{name.capitalize()}: {why}" for name, why in found if isinstance(why, str))
    for name in ("x", "y", "scale"):
        if isinstance(value := item.parameters.get(name), float | int):
            setattr(state, name, float(value))


def _readable(media_id: str) -> MediaItem | str:
    """The picture, or why it cannot be used. Raises StoreError."""
    try:
        return readable_picture(media_id)
    except BadInput as error:
        return str(error)


def order() -> Order:
    """The page as an order, both pictures authorised. Raises BadInput, StoreError."""
    state = me.state(TryOnState)
    request = validate_try_on(state.person.media_id, state.product.media_id, state.x, state.y, state.scale)
    spec, placing = model(), ("x", "y", "scale")
    person, product = readable_picture(request.person_id), readable_picture(request.product_id)
    return Order(
        run_type="try-on",
        model=spec.id,
        prompt="",
        title=paired(f"{product.title} on {person.title}"[:TITLE_LENGTH]),
        media_type="image",
        origin="try-on",
        count=1,
        parameters={key: value for key, value in asdict(request).items() if lays(spec) and key in placing},
        source_ids=(person.id, product.id),
    )
