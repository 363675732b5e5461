"""The Create pages' state: a form and a view for each kind of run."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import mesop as me

from services.container import services
from services.errors import BadInput
from services.generation.catalog import Choice, ModelSpec
from services.generation.requests import (
    ROLES,
    ImageRequest,
    Role,
    VideoRequest,
    told_roles,
    validate_clip,
    validate_image,
    validate_sources,
    validate_video,
)
from services.models import MediaQuery
from services.models.directions import paired
from services.workflows.studio import Order
from state.catalog import day, offered
from state.chosen import Chosen, choose, readable_source
from state.prompt_state import PromptState
from state.session import principal, project_id
from state.view import ViewState

Kind = Literal["image", "video"]
CHOICES = ("aspect", "amount", "resolution", "style")
"""Fields of a few values, which differ from model to model."""


@dataclass
class FormState:
    """What is typed and chosen. `amount` is the number of pictures, or the seconds of a clip.

    What the model does not take stays here, for one that does. Of CHOICES there is what is shown, which the model
    offers, and what was `wished` for last, by name. `given`: on this visit the form was filled in from an item.
    `run_id` names the run that the next press starts: two presses on what is on screen start one run.
    """

    model: str = ""
    """The id of the one chosen; the default one until then."""
    prompt: str = ""
    negative: str = ""
    aspect: str = ""
    amount: str = ""
    resolution: str = ""
    style: str = ""
    audio: bool = True
    seed: str = ""
    picture: Chosen = field(default_factory=Chosen)
    """The picture to repaint, or a clip's first frame."""
    last: Chosen = field(default_factory=Chosen)
    """A clip's last frame."""
    clip: Chosen = field(default_factory=Chosen)
    """The one to go on from."""
    wished: dict[str, str] = field(default_factory=dict)
    given: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    starting: bool = False
    run_id: str = ""


@dataclass
class Suggested:
    """A prompt that was suggested for another item like `media_id`, on its way to the form."""

    media_id: str = ""
    prompt: str = ""


@me.stateclass
class CreateState:
    image: FormState = field(default_factory=FormState)
    video: FormState = field(default_factory=FormState)
    image_view: ViewState = field(default_factory=ViewState)
    video_view: ViewState = field(default_factory=ViewState)
    before: str = ""
    """What the last Remix took the place of, to be put back (state/remix.py)."""
    prompts: PromptState = field(default_factory=PromptState)
    suggested: Suggested = field(default_factory=Suggested)


def form_of(kind: str) -> FormState:
    state = me.state(CreateState)
    return state.video if kind == "video" else state.image


def run_type_of(kind: str) -> Kind:
    return "video" if kind == "video" else "image"


def spec_of(kind: str) -> ModelSpec:
    """The model that the form is for: the one chosen, what succeeds it once it was shut down, else the default one."""
    run_type, chosen = run_type_of(kind), form_of(kind).model
    return services().offers.instead_of(chosen, run_type, day())[0] if chosen else offered(run_type)[0]


def view_of(kind: str) -> ViewState:
    state = me.state(CreateState)
    return state.video_view if kind == "video" else state.image_view


def results_query(kind: str) -> MediaQuery:
    """What this person made on this page."""
    origin: Literal["create-image", "create-video"] = "create-video" if kind == "video" else "create-image"
    return MediaQuery(project_id=project_id(), origin=origin, owner_id=principal().user_id)


def prepare(kind: str) -> None:
    """Fill what is still empty with defaults."""
    form = form_of(kind)
    fit(kind)
    form.run_id = form.run_id or services().ids.new()
    form.starting, form.failure = False, ""


def choose_model(kind: str, model_id: str) -> None:
    """Have the form be for that model; if it cannot be used, for what takes its place, and say why."""
    form, offers = form_of(kind), services().offers
    form.errors.pop("model", None)
    model, why = offers.instead_of(model_id, run_type_of(kind), offers.today())
    form.model = model.id
    if why:
        form.errors["model"] = why
    fit(kind)


def fit(kind: str) -> None:
    """Have each choice be what was wished for or, where the model does not offer that, what it was, or its default."""
    form = form_of(kind)
    for name, options, default in _choices(kind):
        wanted = (form.wished.get(name), getattr(form, name) or None)
        setattr(form, name, next((one for one in wanted if one in options), default))


def _choices(kind: str) -> Iterator[tuple[str, list[str], str]]:
    """Each of CHOICES with what the model offers, and which of it is the default."""
    takes, amount = spec_of(kind).parameters, amount_of(kind)
    yield "aspect", list(takes.aspect.options), takes.aspect.default
    yield "resolution", list(takes.resolution.options), takes.resolution.default
    yield "style", list(takes.style.options), takes.style.default
    yield "amount", [str(one) for one in amount.options], str(amount.default)


def fill_in(form: FormState, name: str, value: str) -> None:
    """Somebody typed or chose this in a field."""
    setattr(form, name, value)
    if name in CHOICES:
        form.wished[name] = value


def amount_of(kind: str) -> Choice[int]:
    """The number of pictures, or the seconds of a clip."""
    parameters = spec_of(kind).parameters
    return parameters.duration if kind == "video" else parameters.count


def settled(kind: str) -> frozenset[str]:
    """Of the parameters, those that the model sets itself, since a clip is chosen that it goes on from."""
    return spec_of(kind).settles(extends=goes_on(kind))


def goes_on(kind: str) -> bool:
    """Whether what is made goes on from a clip."""
    return spec_of(kind).parameters.extends and bool(form_of(kind).clip.media_id)


def start_from(kind: str, media_id: str, role: Role = "picture") -> None:
    """Have a library item as a source, in the shape nearest to that of what comes first; if not, say why.

    Raises StoreError.
    """
    form = form_of(kind)
    forgive_sources(form)
    try:
        item = choose(source_of(form, role), media_id, role)
    except BadInput as error:
        form.errors[role] = str(error)
        return
    file = item.file("original")
    if role != "last" and file and file.width and file.height:
        fill_in(form, "aspect", _nearest(file.width / file.height, spec_of(kind).parameters.aspect.options))


def take_suggested(media_id: str) -> str:
    """The prompt that was suggested for this item, "" for none; once."""
    state = me.state(CreateState)
    suggested, state.suggested = state.suggested, Suggested()
    return suggested.prompt if media_id and suggested.media_id == media_id else ""


def source_of(form: FormState, role: Role) -> Chosen:
    chosen: Chosen = getattr(form, role)
    return chosen


def forgive_sources(form: FormState) -> None:
    """What was wrong with the sources may be right now: they are looked at together."""
    for role in ROLES:
        form.errors.pop(role, None)


def _nearest(ratio: float, aspects: tuple[str, ...]) -> str:
    def apart(aspect: str) -> float:
        width, height = (int(part) for part in aspect.split(":"))
        return abs(math.log(ratio * height / width))

    return min(aspects, key=apart)


def order_from(kind: str) -> Order:
    """The form as an order, its sources authorised. Raises BadInput naming the field, StoreError."""
    form, spec = form_of(kind), _required(kind)
    request = _request(form, spec)
    sources = validate_sources(spec, {role: source_of(form, role).media_id for role in ROLES})
    own = spec.settles(extends="clip" in dict(sources))
    parameters = {name: value for name, value in given(request).items() if name not in own}
    prompt = parameters.pop("prompt")
    if roles := told_roles(sources):
        parameters["sources"] = roles
    return Order(
        run_type=run_type_of(kind),
        model=spec.id,
        prompt=prompt,
        title=title_from(prompt),
        media_type=run_type_of(kind),
        origin="create-video" if kind == "video" else "create-image",
        count=request.count if isinstance(request, ImageRequest) else 1,
        parameters=parameters,
        source_ids=tuple(_usable_source(spec, media_id, role) for role, media_id in sources),
    )


def _usable_source(spec: ModelSpec, media_id: str, role: Role) -> str:
    """Raises BadInput on `role`, StoreError."""
    item = readable_source(media_id, role)
    file = item.file("original")
    if role == "clip" and file is not None:
        validate_clip(spec, file.duration)
    return item.id


def _request(form: FormState, spec: ModelSpec) -> ImageRequest | VideoRequest:
    """What is typed and chosen, as far as the model takes it. Raises BadInput naming the field."""
    seed = _whole("seed", form.seed) if spec.parameters.seed else None
    amount = _whole("amount", form.amount) or 0
    asked = (spec, form.prompt, form.aspect, amount, seed, form.resolution, form.style, form.negative)
    return validate_video(*asked, audio=form.audio) if spec.run_type == "video" else validate_image(*asked)


def _required(kind: str) -> ModelSpec:
    """The model that is chosen. Raises BadInput if it cannot be used any more; then what takes its place is chosen."""
    asked = form_of(kind).model or spec_of(kind).id
    try:
        return services().offers.require(asked, run_type_of(kind))
    except BadInput as error:
        choose_model(kind, asked)
        raise BadInput("model", form_of(kind).errors["model"]) from error


def given(request: ImageRequest | VideoRequest) -> dict[str, Any]:
    """The parameters of a request, without those that its model does not have."""
    return {name: value for name, value in asdict(request).items() if value is not None}


def title_from(prompt: str) -> str:
    """A prompt's first line, cut at a word to at most 80 characters."""
    line = " ".join(prompt.split())
    return line if len(line) <= 80 else paired(line[:79].rsplit(" ", 1)[0].rstrip(" ,;:")) + "…"


def _whole(name: str, text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text.strip()) > 12:
        raise BadInput(name, "Use a whole number, or leave it empty")
    return int(text)
