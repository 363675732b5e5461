"""The Create pages' state: a form and a view for each kind of run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import mesop as me

from services.container import services
from services.errors import BadInput
from services.generation.catalog import Choice, ModelSpec
from services.generation.requests import ImageRequest, VideoRequest, validate_image, validate_video
from services.models import MediaQuery
from services.models.directions import paired
from services.workflows.studio import Order
from state.catalog import offered
from state.chosen import Chosen, choose, readable_picture
from state.prompt_state import PromptState
from state.session import principal, project_id
from state.view import ViewState

Kind = Literal["image", "video"]


@dataclass
class FormState:
    """What is typed and chosen. `amount` is the number of pictures, or the seconds of a clip.

    `run_id` names the run that the next press starts: two presses on what is on screen start one run.
    """

    model: str = ""
    """The id of the one chosen; the default one until then."""
    prompt: str = ""
    aspect: str = ""
    amount: str = ""
    resolution: str = ""
    seed: str = ""
    picture: Chosen = field(default_factory=Chosen)
    """The picture to repaint, or a clip's first frame."""
    errors: dict[str, str] = field(default_factory=dict)
    failure: str = ""
    starting: bool = False
    run_id: str = ""


@me.stateclass
class CreateState:
    image: FormState = field(default_factory=FormState)
    video: FormState = field(default_factory=FormState)
    image_view: ViewState = field(default_factory=ViewState)
    video_view: ViewState = field(default_factory=ViewState)
    prompts: PromptState = field(default_factory=PromptState)


def form_of(kind: str) -> FormState:
    state = me.state(CreateState)
    return state.video if kind == "video" else state.image


def run_type_of(kind: str) -> Kind:
    return "video" if kind == "video" else "image"


def spec_of(kind: str) -> ModelSpec:
    """The model that the form is for: the one chosen, as long as it is offered."""
    models, chosen = offered(run_type_of(kind)), form_of(kind).model
    return next((model for model in models if model.id == chosen), models[0])


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
    form.starting = False


def choose_model(kind: str, model_id: str) -> None:
    """Have the form be for that model; if it cannot be used, for the default one, and say why."""
    form = form_of(kind)
    form.errors.pop("model", None)
    try:
        form.model = services().offers.require(model_id, run_type_of(kind)).id
    except BadInput as error:
        form.model, form.errors["model"] = "", str(error)
    fit(kind)


def fit(kind: str) -> None:
    """Replace what the model does not offer with its defaults."""
    form, takes, amount = form_of(kind), spec_of(kind).parameters, amount_of(kind)
    if form.aspect not in takes.aspect.options:
        form.aspect = takes.aspect.default
    if form.resolution not in takes.resolution.options:
        form.resolution = takes.resolution.default
    if form.amount not in map(str, amount.options):
        form.amount = str(amount.default)


def amount_of(kind: str) -> Choice[int]:
    """The number of pictures, or the seconds of a clip."""
    parameters = spec_of(kind).parameters
    return parameters.duration if kind == "video" else parameters.count


def start_from(kind: str, media_id: str) -> None:
    """Have a library item as the picture to start from, in the shape nearest to its own; if not, say why.

    Raises StoreError.
    """
    form = form_of(kind)
    form.errors.pop("picture", None)
    try:
        item = choose(form.picture, media_id)
    except BadInput as error:
        form.errors["picture"] = str(error)
        return
    file = item.file("original")
    if file and file.width and file.height:
        form.aspect = _nearest(file.width / file.height, spec_of(kind).parameters.aspect.options)


def _nearest(ratio: float, aspects: tuple[str, ...]) -> str:
    def apart(aspect: str) -> float:
        width, height = (int(part) for part in aspect.split(":"))
        return abs(math.log(ratio * height / width))

    return min(aspects, key=apart)


def order_from(kind: str) -> Order:
    """The form as an order, its picture authorised. Raises BadInput naming the field, StoreError."""
    form, spec = form_of(kind), _required(kind)
    seed = _whole("seed", form.seed) if spec.parameters.seed else None
    amount = _whole("amount", form.amount)
    if kind == "video":
        video = validate_video(spec, form.prompt, form.aspect, amount or 0, seed)
        parameters, prompt, count = given(video), video.prompt, 1
    else:
        image = validate_image(spec, form.prompt, form.aspect, amount or 0, seed, form.resolution)
        parameters, prompt, count = given(image), image.prompt, image.count
    del parameters["prompt"]
    chosen = form.picture.media_id if spec.parameters.picture else ""
    return Order(
        run_type=run_type_of(kind),
        model=spec.id,
        prompt=prompt,
        title=title_from(prompt),
        media_type=run_type_of(kind),
        origin="create-video" if kind == "video" else "create-image",
        count=count,
        parameters=parameters,
        source_ids=(readable_picture(chosen).id,) if chosen else (),
    )


def _required(kind: str) -> ModelSpec:
    """The model that is chosen; the default one is chosen instead if it cannot be used any more. Raises BadInput."""
    asked = form_of(kind).model or spec_of(kind).id
    try:
        return services().offers.require(asked, run_type_of(kind))
    except BadInput:
        choose_model(kind, asked)
        raise


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
