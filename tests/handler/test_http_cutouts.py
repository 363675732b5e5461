"""GET /media/….cutout-….webp: the try-on stage shows what a run will use, made once, to those who may see it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from services.clock import FakeClock
from services.files.urls import media_url
from services.generation.cutouts import VERSION, cutout_url
from services.generation.local.cutout import cut_out
from services.models import MediaItem
from services.store.protocol import Store
from tests.support.media import tone
from tests.support.records import make_principal
from tests.support.web import Web, running_web
from tests.unit.test_generation_try_on import encoded, product


@pytest.fixture
def web(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        yield web


def address(item: MediaItem) -> str:
    return cutout_url(media_url(item, "original") or "")


def test_it_is_the_cut_out_that_a_run_uses(web: Web) -> None:
    item = web.keep(encoded(product()))
    answer = web.get(address(item))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
    shown, used = Image.open(io.BytesIO(answer.content)), cut_out(product()).image
    assert shown.mode == "RGBA"
    assert shown.size == used.size
    difference = max(
        abs(a - b) for a, b in zip(shown.getchannel("A").tobytes(), used.getchannel("A").tobytes(), strict=True)
    )
    assert difference <= 2


def test_a_large_product_comes_in_the_size_of_a_screen_and_in_its_own_shape(web: Web) -> None:
    item = web.keep(encoded(product(1500)))
    shown, used = Image.open(io.BytesIO(web.get(address(item)).content)), cut_out(product(1500)).image
    assert shown.width / shown.height == pytest.approx(used.width / used.height, rel=0.005)
    assert max(shown.size) <= 1024


def test_it_is_made_once_for_all_who_ask_and_kept(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    item, cutouts = web.keep(encoded(product())), web.studio.services.cutouts
    made: list[tuple[Any, ...]] = []
    run = cutouts._pool.run

    def counted(*args: Any, **options: Any) -> Any:
        made.append(args)
        return run(*args, **options)

    monkeypatch.setattr(cutouts._pool, "run", counted)

    async def ask() -> list[int]:
        answers = await asyncio.gather(*[web._ask("GET", address(item), {}) for _ in range(8)])
        return [answer.status_code for answer in answers]

    assert asyncio.run(ask()) == [200] * 8
    assert web.get(address(item)).status_code == 200
    assert len(made) == 1


def test_a_current_address_may_be_cached_for_ever_and_any_other_is_asked_again(web: Web) -> None:
    item = web.keep(encoded(product()))
    answer = web.get(address(item))
    assert "immutable" in answer.headers["cache-control"]
    assert web.get(address(item), If_None_Match=answer.headers["etag"]).status_code == 304
    for other in (address(item) + "1", address(item).replace(f"-{VERSION}.", f"-{VERSION + 1}.")):
        assert web.get(other).headers["cache-control"] == "private, no-cache"
    assert answer.headers["etag"] != web.get(web.url(item)).headers["etag"]
    assert web.ask("HEAD", address(item)).headers["content-length"] == str(len(answer.content))


def test_a_shown_picture_is_cut_out_without_a_read(web: Web) -> None:
    item = web.keep(encoded(product()))
    web.studio.open("/library")
    before = web.studio.store.reads
    assert web.get(address(item)).status_code == 200
    assert web.studio.store.reads == before


def test_others_private_pictures_and_what_is_no_picture_look_like_nothing(web: Web) -> None:
    eve = make_principal("eve", web.studio.services.project.id)
    private = web.keep(encoded(product()), owner=eve, visibility="private")
    film = web.keep(media_type="video", extension="mp4")
    waiting = web.keep(encoded(product()), status="generating")
    for item in (private, film, waiting):
        assert web.get(address(item)).status_code == 404
    for name in ("nonsense", "01ARZ3NDEKTSV4RRFFQ69G5FAV", "..%2f..%2fetc"):
        assert web.get(f"/media/{name}.cutout-{VERSION}.webp?v=1").status_code == 404


def test_a_picture_that_cannot_be_decoded_is_named_as_the_reason(web: Web) -> None:
    answer = web.get(address(web.keep(tone())))
    assert answer.status_code == 400
    assert "Choose another from the library" in answer.json()["error"]
