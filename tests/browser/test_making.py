"""What is made or imported elsewhere: on top after Refresh, playable, upright."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import SHARED_ALONE, Visit
from tests.browser.library import fill, write_photo
from tests.browser.server import Server
from tests.browser.steps import READY, RENDER_MS, ask_for, ids, is_painted, plays, refresh, shows, tile, tiles, updated

pytestmark = pytest.mark.usefixtures("still")
ORIENTATION = 0x0112
TURN_CLOCKWISE = 6


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


def test_R0_05_a_clip_made_in_another_tab_is_first_after_refresh_and_plays_in_its_preview(
    server: Server, visit: Visit
) -> None:
    library = visit("/library")
    updated(library)
    studio = visit("/create/video")
    ask_for(studio, "Aurora over a pine ridge", amount="2 s")
    expect(studio.locator(READY)).to_have_count(1, timeout=RENDER_MS)
    (clip,) = ids(studio.locator(READY))
    assert clip not in ids(tiles(library))

    refresh(library)
    assert ids(tiles(library))[0] == clip
    assert server.wait_logged("library.refresh", "reason=manual")
    shown = tile(library, "Aurora over a pine ridge")
    expect(shown).to_have_accessible_name(re.compile("^Aurora over a pine ridge"))
    expect(shown).to_contain_text("0:02")
    is_painted(library, clip)

    shown.focus()
    library.keyboard.press("Enter")
    preview = library.get_by_role("dialog", name="Aurora over a pine ridge")
    expect(preview).to_be_visible()
    expect(library).to_have_url(re.compile(f"item={clip}"))
    _plays(library)
    library.keyboard.press("Escape")
    expect(preview).to_be_hidden()
    expect(shown).to_be_focused()
    expect(library).not_to_have_url(re.compile("item="))

    shown.click()
    expect(preview).to_be_visible()
    permalink = library.url
    preview.get_by_role("button", name="Close").click()
    expect(preview).to_be_hidden()

    elsewhere = visit(permalink.removeprefix(server.url))
    expect(elsewhere.get_by_role("dialog", name="Aurora over a pine ridge")).to_be_visible()
    shows(elsewhere, ids(tiles(library)))


@SHARED_ALONE
def test_a_clip_begins_with_a_picture_that_its_page_handed_on(server: Server, visit: Visit) -> None:
    [picture] = fill(server, 1, "Harbour at noon")
    page = visit(f"/media-item?id={picture}")
    page.get_by_role("link", name="Video, first frame").click()
    chosen = page.get_by_role("group", name="First frame")
    expect(chosen).to_contain_text("Harbour at noon")
    ask_for(page, "Closer to the boats", amount="2 s")
    expect(page.locator(READY)).to_have_count(1, timeout=RENDER_MS)
    tile(page, "Closer to the boats").click()
    _plays(page)
    page.keyboard.press("o")
    made_from = page.get_by_role("list", name="Made from", exact=True)
    expect(made_from.get_by_role("button")).to_have_accessible_name(re.compile("^Harbour at noon"))
    page.go_back()
    expect(chosen).to_contain_text("Harbour at noon")
    chosen.get_by_role("button", name="Clear first frame").click()
    expect(chosen).not_to_contain_text("Harbour at noon")


def test_R0_04_a_photo_imported_while_the_server_runs_is_first_after_refresh_and_stands_upright(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    fill(server, 2)
    page = visit("/library")
    updated(page)
    held = ids(tiles(page))
    result = server.run("import", str(write_photo(tmp_path, "harbour.jpg", exif=_exif(TURN_CLOCKWISE))))
    assert result.returncode == 0, result.stderr
    imported = result.stdout.split()[0]
    shows(page, held)
    refresh(page)
    shows(page, [imported, *held])

    thumbnail = page.locator(f"freshet-tile[data-id='{imported}'] img")
    expect(thumbnail).to_be_visible()
    assert _colours(thumbnail) == ["red", "blue"]
    tile(page, "harbour").click()
    original = page.get_by_role("dialog", name="harbour").get_by_role("img", name="harbour")
    expect(original).to_be_visible()
    assert _colours(original) == ["red", "blue"]


@SHARED_ALONE
def test_files_that_are_no_pictures_are_named_and_the_others_go_in(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    (tmp_path / "holiday.png").write_bytes(b"plain words in a picture's clothes")
    (tmp_path / "empty.jpg").write_bytes(b"")
    write_photo(tmp_path, "good.jpg")
    result = server.run("import", *(str(tmp_path / name) for name in ("holiday.png", "good.jpg", "empty.jpg")))
    assert result.returncode == 1
    assert "holiday.png" in result.stderr
    assert "empty.jpg" in result.stderr
    assert "Traceback" not in result.stderr
    page = visit("/library")
    expect(tile(page, "good")).to_be_visible()
    expect(tiles(page).filter(has_text=re.compile("holiday|empty"))).to_have_count(0)


def _plays(page: Page) -> None:
    """The dialog's video has enough data and its time advances."""
    video = page.get_by_role("dialog").locator("video")
    expect(video).to_be_visible()
    assert 0.2 < plays(video) <= video.evaluate("(video) => video.duration")


def _colours(picture: Locator) -> list[str]:
    """The colour in the upper and in the lower half of a picture as it is shown."""
    found: list[str] = picture.evaluate("""async (picture) => {
        await picture.decode();
        const canvas = Object.assign(document.createElement('canvas'), {width: 10, height: 10});
        const brush = canvas.getContext('2d', {willReadFrequently: true});
        brush.drawImage(picture, 0, 0, 10, 10);
        return [1, 8].map((y) => {
            const [red, , blue] = brush.getImageData(5, y, 1, 1).data;
            return red > blue ? 'red' : 'blue';
        });
    }""")
    return found


def _exif(orientation: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif
