"""The Create pages' state: a form and a view for each kind of run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Literal

import mesop as me

from services.container import services
from services.errors import BadInput
from services.generation.catalog import LOCAL_IMAGE, LOCAL_VIDEO, ModelSpec
from services.generation.requests import validate_image, validate_video
from services.models import MediaQuery
from services.models.directions import paired
from services.workflows.studio import Order
from state.chosen import Chosen, choose, readable_picture
from state.session import principal, project_id
from state.view import ViewState

Kind = Literal["image", "video"]
SPECS: dict[str, ModelSpec] = {"image": LOCAL_IMAGE, "video": LOCAL_VIDEO}


@dataclass
class FormState:
    """What is typed and chosen. `amount` is the number of pictures, or the seconds of a clip.

    `run_id` names the run that the next press starts: two presses on what is on screen start one run.
    """

    prompt: str = ""
    aspect: str = ""
    amount: str = ""
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


def form_of(kind: str) -> FormState:
    state = me.state(CreateState)
    return state.video if kind == "video" else state.image


def view_of(kind: str) -> ViewState:
    state = me.state(CreateState)
    return state.video_view if kind == "video" else state.image_view


def results_query(kind: str) -> MediaQuery:
    """What this person made on this page."""
    origin: Literal["create-image", "create-video"] = "create-video" if kind == "video" else "create-image"
    return MediaQuery(project_id=project_id(), origin=origin, owner_id=principal().user_id)


def prepare(kind: str) -> None:
    """Fill what is still empty with the model's defaults."""
    form, spec = form_of(kind), SPECS[kind]
    form.aspect = form.aspect or spec.aspects[0]
    form.amount = form.amount or str(spec.default_duration or 1)
    form.run_id = form.run_id or services().ids.new()
    form.starting = False


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
        form.aspect = _nearest(file.width / file.height, SPECS[kind].aspects)


def _nearest(ratio: float, aspects: tuple[str, ...]) -> str:
    def apart(aspect: str) -> float:
        width, height = (int(part) for part in aspect.split(":"))
        return abs(math.log(ratio * height / width))

    return min(aspects, key=apart)


def order_from(kind: str) -> Order:
    """The form as an order, its picture authorised. Raises BadInput naming the field, StoreError."""
    form, spec = form_of(kind), SPECS[kind]
    seed, amount = _whole("seed", form.seed), _whole("amount", form.amount)
    if kind == "video":
        video = validate_video(form.prompt, form.aspect, amount or 0, seed, spec)
        parameters, prompt, count = asdict(video), video.prompt, 1
    else:
        image = validate_image(form.prompt, form.aspect, amount or 0, seed, spec)
        parameters, prompt, count = asdict(image), image.prompt, image.count
    del parameters["prompt"]
    chosen = form.picture.media_id
    return Order(
        run_type="video" if kind == "video" else "image",
        model=spec.id,
        prompt=prompt,
        title=title_from(prompt),
        media_type="video" if kind == "video" else "image",
        origin="create-video" if kind == "video" else "create-image",
        count=count,
        parameters=parameters,
        source_ids=(readable_picture(chosen).id,) if chosen else (),
    )


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
