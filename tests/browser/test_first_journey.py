"""The first hour of a new person: pictures and a clip made, a photo imported, all of it found again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.library import write_photo
from tests.browser.server import Server
from tests.browser.steps import (
    READY,
    RENDER_MS,
    ask_for,
    go,
    ids,
    make_images,
    prompt,
    refresh,
    shows,
    tile,
    tiles,
    updated,
)

ORIENTATION = 0x0112
TURN_CLOCKWISE = 6


def test_R0_12_four_pictures_are_made_while_the_page_stays_usable_and_stand_on_top_of_the_library(
    server: Server, visit: Visit
) -> None:
    page = visit("/")
    expect(page.get_by_text("Your library is empty")).to_be_visible()
    page.get_by_role("button", name="Create", exact=True).click()
    ask_for(page, "Lantern boats leaving the harbour", amount="4")
    expect(tiles(page).filter(has_text=re.compile(r"\d %")).first).to_be_visible()

    with server.renders_held():
        asked = ids(tiles(page))
        expect(page.locator("freshet-tile[data-status=generating]")).to_have_count(4)
        prompt(page).press_sequentially(" at dusk")
        page.get_by_role("radio", name="16:9").click()
        expect(page.get_by_role("radio", name="16:9")).to_be_checked()
        expect(prompt(page)).to_have_value("Lantern boats leaving the harbour at dusk")
        go(page, "Library")
        shows(page, asked)
        go(page, "Image")
        shows(page, asked)
        expect(prompt(page)).to_have_value("Lantern boats leaving the harbour at dusk")
        expect(page.get_by_role("radio", name="16:9")).to_be_checked()

    expect(page.locator(READY)).to_have_count(4, timeout=RENDER_MS)
    shows(page, asked)
    go(page, "Library")
    shows(page, asked, only=READY)
    _is_painted(page, asked[0])


def test_each_picture_is_asked_for_once_as_soon_as_it_is_there(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    updated(page)
    ask_for(page, "Two lighthouses", amount="2")
    expect(tiles(page).filter(has_text=re.compile(r"\d %")).first).to_be_visible()
    with server.renders_held():
        first, second = ids(tiles(page))
        asked = len(server.logged("create.image.refresh"))

        def answer(route: Route) -> None:
            run = route.request.url.rpartition("=")[2]
            outputs = {first: 100, second: 40}
            route.fulfill(json={"runs": {run: {"status": "running", "progress": 70, "outputs": outputs}}})

        page.route("**/api/runs/progress?*", answer)
        expect(page.locator(f"[data-id='{second}']")).to_contain_text("40 %")
        server.wait_logged("create.image.refresh", times=asked + 1)
        with page.expect_response("**/api/runs/progress?*"):
            pass
        page.unroute("**/api/runs/progress?*")
        refresh(page)
        assert len(server.wait_logged("create.image.refresh", times=asked + 2)) == asked + 2
    expect(page.locator(READY)).to_have_count(2, timeout=RENDER_MS)


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
    _is_painted(library, clip)

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


def test_R0_06_back_and_forward_keep_the_type_filter(server: Server, visit: Visit, tmp_path: Path) -> None:
    assert server.run("import", str(write_photo(tmp_path, "harbour.jpg"))).returncode == 0
    page = visit("/library")
    expect(tile(page, "harbour")).to_be_visible()
    page.get_by_role("tab", name="Videos").click()
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    go(page, "Image")
    page.go_back()
    expect(page.get_by_role("tab", name="Videos")).to_have_attribute("aria-selected", "true")
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    page.go_forward()
    expect(prompt(page)).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("type=video"))
    refresh(page)
    expect(page.get_by_text("Nothing of this type yet")).to_be_visible()
    page.get_by_role("button", name="Show all").click()
    expect(tile(page, "harbour")).to_be_visible()


def test_R0_04_a_photo_imported_while_the_server_runs_is_first_after_refresh_and_stands_upright(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    page = visit("/create/image")
    made = make_images(page, "Paper-cut sea with a red sun", 1)
    go(page, "Library")
    exif = _exif(TURN_CLOCKWISE)
    result = server.run("import", str(write_photo(tmp_path, "harbour.jpg", exif=exif)))
    assert result.returncode == 0, result.stderr
    imported = result.stdout.split()[0]
    shows(page, made)
    refresh(page)
    shows(page, [imported, *made])

    thumbnail = page.locator(f"freshet-tile[data-id='{imported}'] img")
    expect(thumbnail).to_be_visible()
    assert _colours(thumbnail) == ["red", "blue"]
    tile(page, "harbour").click()
    original = page.get_by_role("dialog", name="harbour").get_by_role("img", name="harbour")
    expect(original).to_be_visible()
    assert _colours(original) == ["red", "blue"]


@pytest.mark.parametrize("name", ["holiday.png", "empty.jpg"])
def test_a_file_that_is_no_picture_is_named_and_the_others_go_in(
    server: Server, visit: Visit, tmp_path: Path, name: str
) -> None:
    bad = tmp_path / name
    bad.write_bytes(b"" if name.startswith("empty") else b"plain words in a picture's clothes")
    result = server.run("import", str(bad), str(write_photo(tmp_path, "good.jpg")))
    assert result.returncode == 1
    assert name in result.stderr
    assert "Traceback" not in result.stderr
    page = visit("/library")
    expect(tile(page, "good")).to_be_visible()
    assert len(ids(tiles(page))) == 1


def _is_painted(page: Page, media_id: str) -> None:
    """A tile's picture has been loaded and shows more than one colour."""
    picture = page.locator(f"freshet-tile[data-id='{media_id}'] img")
    expect(picture).to_have_js_property("complete", True)
    colours: int = picture.evaluate("""async (picture) => {
        await picture.decode();
        const canvas = Object.assign(document.createElement('canvas'), {width: 32, height: 32});
        const brush = canvas.getContext('2d', {willReadFrequently: true});
        brush.drawImage(picture, 0, 0, 32, 32);
        return new Set(new Uint32Array(brush.getImageData(0, 0, 32, 32).data.buffer)).size;
    }""")
    assert colours > 8


def _plays(page: Page) -> None:
    """The dialog's video has enough data and its time advances."""
    video = page.get_by_role("dialog").locator("video")
    expect(video).to_be_visible()
    video.evaluate("(video) => { video.muted = true; return video.play(); }")
    reached: float = video.evaluate("""(video) => new Promise((resolve) => {
        const look = () => {
            if (video.readyState >= 2 && video.currentTime > 0.2) resolve(video.currentTime);
            else requestAnimationFrame(look);
        };
        look();
    })""")
    assert 0.2 < reached <= video.evaluate("(video) => video.duration")


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


def _exif(orientation: int) -> object:
    from PIL import Image

    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif
