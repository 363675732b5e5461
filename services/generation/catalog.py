"""The models there are: what each accepts, what it costs, and from when to when. Read once, from models.toml.

Forms, validation, filters, names and estimates all read it (docs/models.md).
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from services.generation.apis import REACH, Api, Platform
from services.generation.prices import Price, TextPrice, TokenPrice
from services.models import RunType

T = TypeVar("T", str, int)
ProviderName = Literal["local", "google"]
Location = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
"""Of Google Cloud: a region, a group of them (us, eu), or global."""
ANOTHER: dict[RunType, str] = {
    "image": "Choose another model",
    "video": "Choose another model",
    "try-on": "Remix makes it by another way",
}
"""What to do about a model that cannot be used: Try-on has no menu of them, and uses what there is."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Choice(_Entry, Generic[T]):
    """One of a few values. Without any, the parameter does not apply."""

    options: tuple[T, ...]
    default: T

    @model_validator(mode="after")
    def _offers_its_default(self) -> Self:
        if self.options and self.default not in self.options:
            raise ValueError(f"the default {self.default!r} is none of the options")
        return self


class Extension(_Entry):
    """How a model goes on from a clip, where that is not as it makes one."""

    seconds: int = Field(default=0, ge=0)
    """How many it adds, whatever is chosen; 0: as many as are chosen."""
    resolution: bool = True
    """Whether its resolution can be chosen."""
    longest: int = Field(default=0, ge=0)
    """Seconds of the longest clip that it goes on from; 0: no such limit."""


class Parameters(_Entry):
    """What a model accepts."""

    prompt: int = Field(default=0, ge=0)
    """The longest prompt, in characters; 0 where there is none."""
    aspect: Choice[str] = Choice[str](options=(), default="")
    """Width to height."""
    count: Choice[int] = Choice[int](options=(1,), default=1)
    """Outputs of one run."""
    duration: Choice[int] = Choice[int](options=(), default=0)
    """Seconds."""
    resolution: Choice[str] = Choice[str](options=(), default="")
    """As the provider names it."""
    style: Choice[str] = Choice[str](options=(), default="")
    """Looks by name, as words for the prompt; "" among them is none."""
    negative: int = Field(default=0, ge=0)
    """The longest description of what is not wanted, in characters; 0 where it takes none."""
    seed: bool = False
    """Whether a seed can be given."""
    picture: bool = False
    """Whether it can begin with a picture."""
    last_picture: bool = False
    """Whether a clip can end with a picture."""
    extends: bool = False
    """Whether it can go on from a clip."""
    extension: Extension = Extension()
    audio: bool = False
    """Whether its clips can have sound."""


class _Listed(_Entry):
    """What a provider has, from one day to another."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]*$")
    name: str
    """What people call it."""
    provider: ProviderName
    launched: date | None = None
    shutdown: date | None = None
    """The first day on which it does not answer any more."""
    locations: tuple[Location, ...] = ()
    """Where Google Cloud has it; none: wherever a project asks."""

    @model_validator(mode="after")
    def _lies_with_google(self) -> Self:
        if self.locations and self.provider != "google":
            raise ValueError(f"{self.id} is none of Google's: remove its locations")
        return self

    def location_for(self, own: str) -> str:
        """Where a project asks for it whose own location is `own`: there, if the model is."""
        return own if not self.locations or own in self.locations else self.locations[0]

    def is_retired(self, day: date) -> bool:
        return self.shutdown is not None and self.shutdown <= day

    def is_offered(self, day: date) -> bool:
        return not self.is_retired(day) and (self.launched is None or self.launched <= day)


class ModelSpec(_Listed):
    """One model."""

    api: Api | None = None
    """By which it is asked; Google's have one as long as they are there."""
    needs: Platform | None = None
    """The only way by which it can be asked; None: any."""
    run_type: RunType
    seconds_each: float = Field(gt=0)
    """About how long one output takes; of a video, one of the default length."""
    parameters: Parameters = Parameters()
    price: Annotated[Price | TokenPrice, Field(discriminator="unit")] | None = None
    """None where it is not known."""
    successor: str | None = None
    """The id of the model that takes its place."""

    @model_validator(mode="after")
    def _fits_what_it_makes(self) -> Self:
        if self.run_type != "try-on" and not (self.parameters.prompt and self.parameters.aspect.options):
            raise ValueError(f"{self.id} makes pictures of a prompt: it needs the parameters prompt and aspect")
        if self.run_type == "video" and not self.parameters.duration.options:
            raise ValueError(f"{self.id} makes videos: it needs the parameter duration")
        self._check_sources()
        self._check_api()
        return self

    def _check_sources(self) -> None:
        takes = self.parameters
        if self.run_type != "video" and (takes.last_picture or takes.extends or takes.audio):
            raise ValueError(f"{self.id} makes no videos: it cannot have last_picture, extends or audio")
        if takes.last_picture and not takes.picture:
            raise ValueError(f"{self.id} ends with a picture: it needs the parameter picture, to begin with one")
        if takes.extension != Extension() and not takes.extends:
            raise ValueError(f"{self.id} has an extension: it needs extends = true")

    def _check_api(self) -> None:
        if self.api is None:
            if self.provider == "google" and self.shutdown is None:
                raise ValueError(f"{self.id} is one of Google's: it needs an api ({', '.join(REACH)})")
            return
        if self.provider != "google":
            raise ValueError(f"{self.id} is none of Google's: remove its api")
        reach = REACH[self.api]
        if reach.makes != self.run_type:
            raise ValueError(f'{self.id} has the api {self.api}: set run_type = "{reach.makes}", what it makes')
        if reach.needs not in (None, self.needs):
            raise ValueError(f'{self.id} has the api {self.api}: set needs = "{reach.needs}", the only way to it')
        for name, field in Parameters.model_fields.items():
            if name not in reach.takes and getattr(self.parameters, name) != field.default:
                raise ValueError(f"{self.id} has the api {self.api}, which cannot be sent {name}: {self._remedy(name)}")

    def _remedy(self, parameter: str) -> str:
        others = [api for api, reach in REACH.items() if reach.makes == self.run_type and parameter in reach.takes]
        return f"remove {parameter}" + (f", or ask by another api ({', '.join(others)})" if others else "")

    def settles(self, *, extends: bool) -> frozenset[str]:
        """Of the parameters, those that it sets itself: of a clip that `extends` another, the length or resolution."""
        own = self.parameters.extension
        settled = {"duration": own.seconds > 0, "resolution": not own.resolution} if extends else {}
        return frozenset(name for name, is_settled in settled.items() if is_settled)

    def cost_of_one(self, parameters: Mapping[str, JsonValue], *, extends: bool = False) -> int | None:
        """What one output of a run with these parameters costs, in nano-dollars; None where that is not known.

        `extends`: it goes on from a clip, and what is added is paid for.
        """
        if self.price is None:
            return None
        paid = {name: value for name, value in parameters.items() if name not in self.settles(extends=extends)}
        seconds = self.parameters.extension.seconds if extends else 0
        return self.price.of_one(paid | {"duration": seconds} if seconds else paid)


class HelperSpec(_Listed):
    """A model that helps with words: it makes prompts better and looks at pictures. No run names it."""

    price: tuple[TextPrice, ...] = ()
    """One after the other."""

    def price_on(self, day: date) -> TextPrice | None:
        """None where it is not known."""
        held = [price for price in self.price if price.since <= day]
        return max(held, key=lambda price: price.since, default=None)


class _File(_Entry):
    model: tuple[ModelSpec, ...]
    helper: tuple[HelperSpec, ...] = ()

    @model_validator(mode="after")
    def _names_what_there_is(self) -> Self:
        ids = [model.id for model in self.model]
        if twice := {one for one in ids if ids.count(one) > 1}:
            raise ValueError(f"more than one entry has the id {', '.join(sorted(twice))}")
        if lost := {model.successor for model in self.model if model.successor} - set(ids):
            raise ValueError(f"there is no model {', '.join(sorted(lost))} to succeed another")
        return self


def read_models(text: str) -> tuple[ModelSpec, ...]:
    """The entries of a file like models.toml. Raises ValueError naming what is wrong."""
    return _read(text).model


def read_helpers(text: str) -> tuple[HelperSpec, ...]:
    """The helpers in such a file; the first that is offered is used. Raises ValueError naming what is wrong."""
    return _read(text).helper


def _read(text: str) -> _File:
    return _File.model_validate(tomllib.loads(text, parse_float=Decimal))


_TEXT = Path(__file__).with_name("models.toml").read_text()
MODELS, HELPERS = read_models(_TEXT), read_helpers(_TEXT)


def find_model(model_id: str, models: Sequence[ModelSpec] = MODELS) -> ModelSpec | None:
    return next((model for model in models if model.id == model_id), None)


def is_free(model_id: str) -> bool:
    """Whether whatever a model makes costs nothing."""
    model = find_model(model_id)
    return model is not None and model.price is not None and model.price.is_free


def display_name(model_id: str) -> str:
    """What people call a model; an id that is none of ours is its own name."""
    model = find_model(model_id)
    return model.name if model else model_id


def successor_of(model: ModelSpec, day: date, models: Sequence[ModelSpec] = MODELS) -> ModelSpec | None:
    """The model that is to be used on that day instead of one that was shut down; what succeeds it may be gone, too."""
    seen = {model.id}
    following = find_model(model.successor or "", models)
    while following is not None and following.is_retired(day) and following.id not in seen:
        seen.add(following.id)
        following = find_model(following.successor or "", models)
    return following if following is not None and following.is_offered(day) else None


def retirement(model: ModelSpec, day: date, models: Sequence[ModelSpec] = MODELS) -> str:
    """A sentence on a model that was shut down and on what takes its place; "" for one that was not."""
    if model.shutdown is None or not model.is_retired(day):
        return ""
    following = successor_of(model, day, models)
    place = f"{following.name} takes its place" if following else ANOTHER[model.run_type]
    return f"{model.name} was shut down on {model.shutdown.day} {model.shutdown:%b %Y}. {place}."
