"""Uploads: dropped, pasted and picked; the bad ones are named, the others go in, and nothing is sent twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from services.files.spool import PIECE_BYTES
from tests.browser.apps.choosing import PATH as CHOOSERS
from tests.browser.conftest import KINDS, Visit, on_firestore
from tests.browser.library import fill
from tests.browser.server import Server
from tests.browser.steps import READY, close, go, ids, intercept, settle, shows, tile, tiles, updated
from tests.browser.uploads import drop, hover, paste, pick, silence, tray
from tests.support.media import clip, picture

MANY, BAD = 200, 5
ON_BOTH = pytest.mark.parametrize("server", KINDS, indirect=True)
"""On each kind of store; the others are about what the browser sends, and is told before any store hears of it."""
LIMITS = "Pictures up to 50 MB, videos and sounds up to 500 MB."
REFUSED = "status of 400"
"""What the console says of a file that is of no use."""


class ChoosingServer(Server):
    """The product, with a page that has a chooser of each type."""

    program = ("-m", "tests.browser.apps.choosing")


@pytest.fixture(params=KINDS[:1])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    is_remote = request.param == "firestore"
    settings = on_firestore(request.getfixturevalue("firestore_emulator")) if is_remote else {}
    server = ChoosingServer(tmp_path_factory.mktemp("uploads") / "data", **settings)
    yield server
    server.stop()


@pytest.mark.usefixtures("still")  # live updates are off: only that the session wrote them itself can bring them
def test_two_hundred_files_at_once_with_five_bad_ones(server: Server, visit: Visit, tolerated: list[str]) -> None:
    tolerated.append(REFUSED)
    page = visit("/library")
    updated(page)
    files = [(f"Picture {place:03}.png", picture(size=(32, 24 + place % 8))) for place in range(MANY - BAD)]
    bad = [("diary.png", b"dear diary"), ("void.png", b""), ("half.png", picture()[:90]), ("page.jpg", b"<html>")]
    bad.append(("<img src=x onerror=alert(1)> \u202egnp.png", b"\x00" * 99))
    hover(page, files[:1])
    expect(page.get_by_text("Drop files to add them to the library")).to_be_visible()
    expect(page.get_by_text(LIMITS)).to_be_visible()
    most = _watch_sending(page)
    drop(page, files[:100] + bad + files[100:])
    expect(page.get_by_text("Drop files to add them to the library")).to_be_hidden()
    expect(tray(page).get_by_text(LIMITS)).to_be_visible()
    expect(tray(page).get_by_role("status")).to_have_text(f"Uploading {MANY} files")
    expect(tray(page).get_by_role("status")).to_have_text(f"{MANY - BAD} files uploaded, {BAD} not", timeout=120_000)
    assert max(most) <= 3
    alerts = tray(page).get_by_role("alert")
    expect(alerts).to_have_count(BAD)
    said = " ".join(alerts.all_inner_texts())
    for words in (
        "diary.png is not a picture, a video or a sound: its content is text", "void.png is empty",
        "half.png is damaged or cut short", "page.jpg is not a picture, a video or a sound: its content is a web page",
        "<img src=x onerror=alert(1)> gnp.png is not a picture",
    ):  # fmt: skip
        assert words in said
    expect(tile(page, "Picture 194")).to_be_visible()

    tray(page).get_by_role("button", name="Dismiss void.png").press("Enter")
    expect(alerts).to_have_count(BAD - 1)
    expect(tray(page).get_by_role("status")).to_have_text(f"{MANY - BAD} files uploaded, {BAD - 1} not")
    tray(page).get_by_role("button", name="Dismiss all").press("Enter")
    expect(tray(page)).to_be_hidden()
    assert len(server.wait_logged("upload.imported", times=MANY - BAD)) == MANY - BAD


def test_only_what_may_go_better_another_time_can_be_tried_again(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated += [REFUSED, "status of 507"]
    page = visit("/library")
    updated(page)
    drop(page, [("notes.png", b"dear diary")])
    expect(tray(page).get_by_role("alert").filter(has_text="its content is text")).to_be_visible()
    expect(tray(page).get_by_role("button", name="Dismiss notes.png")).to_be_visible()
    expect(tray(page).get_by_role("button", name="Retry")).to_have_count(0)
    refresh = page.get_by_role("button", name="Refresh").first
    refresh.focus()
    tray(page).get_by_role("button", name="Dismiss notes.png").press("Enter")
    expect(tray(page)).to_be_hidden()
    expect(refresh).to_be_focused()

    full = {"error": "There is no room left for files: free some space and try again"}
    intercept(
        page.context,
        "**/upload/**",
        lambda route: route.fulfill(status=507, json=full) if route.request.method == "PATCH" else route.continue_(),
    )
    drop(page, [("harbour.png", picture())])
    expect(tray(page).get_by_role("alert").filter(has_text="free some space")).to_be_visible()
    page.context.unroute_all()
    tray(page).get_by_role("button", name="Retry harbour.png").press("Enter")
    expect(tray(page).get_by_role("status")).to_have_text("1 file uploaded")
    expect(tile(page, "harbour")).to_be_visible()


@ON_BOTH
@pytest.mark.usefixtures("still")
def test_files_dropped_on_a_page_without_a_button_for_them_are_in_the_library(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    for place, path in enumerate(("/create/image", "/create/video", "/try-on", "/account")):
        page.goto(server.url + path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        bring, name = (drop, paste)[place % 2], f"brought {place}"
        hover(page, [(f"{name}.png", picture())])
        expect(page.get_by_text(LIMITS).first).to_be_visible()
        bring(page, [(f"{name}.png", picture())])
        expect(page.get_by_text("Drop files to add them to the library")).to_be_hidden()
        expect(tray(page).get_by_role("status")).to_have_text("1 file uploaded")
        go(page, "Library")
        expect(tile(page, name)).to_be_visible()


def _watch_sending(page: Page) -> list[int]:
    """How many files were on their way at a time, noted at each request."""
    sending: set[str] = set()
    counts = [0]

    def begun(request: Request) -> None:
        if request.method == "PATCH":
            sending.add(request.url)
            counts.append(len(sending))

    def ended(request: Request) -> None:
        sending.discard(request.url)

    page.on("request", begun)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    return counts


def test_an_upload_goes_on_after_a_network_drop_and_a_restart_and_sends_nothing_twice(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated += ["ERR_", "status of 50"]
    page = visit("/library")
    updated(page)
    offsets: list[int] = []

    def watch(route: Route) -> None:
        if route.request.method != "PATCH":
            route.continue_()
            return
        offsets.append(int(route.request.headers["upload-offset"]))
        if len(offsets) == 2:
            server.kill()
            route.abort("connectionreset")
        else:
            route.continue_()

    intercept(page.context, "**/upload/**", watch)
    sound = silence(60)
    drop(page, [("slow tide.wav", sound)])
    expect(tray(page).get_by_text("Waiting for the connection")).to_be_visible()
    go_on = page.get_by_role("progressbar", name="slow tide.wav")
    expect(go_on).to_have_attribute("aria-valuenow", str(PIECE_BYTES * 100 // len(sound)))
    server.start()
    expect(tray(page).get_by_role("status")).to_have_text("1 file uploaded", timeout=60_000)
    assert offsets == [0, PIECE_BYTES, PIECE_BYTES, 2 * PIECE_BYTES]
    expect(tile(page, "slow tide")).to_be_visible()
    expect(page.locator(READY).filter(has_text="slow tide")).to_have_count(1)
    expect(page.locator("freshet-tile img:not(.coming)")).to_have_count(1)  # a sound shows its wave

    # While a file is held up, the tab goes to another page: the upload goes along, and is cancelled there.
    page.context.unroute("**/upload/**", watch)
    intercept(
        page.context,
        "**/upload/**",
        lambda route: route.abort() if route.request.method == "PATCH" else route.continue_(),
    )
    paste(page, [("image.png", picture())])
    expect(tray(page).get_by_text("Pasted picture.png")).to_be_visible()
    go(page, "Image")
    with page.expect_request(lambda request: request.method == "DELETE"):
        tray(page).get_by_role("button", name="Cancel Pasted picture.png").click()
    expect(tray(page)).to_be_hidden()
    page.unroute_all()
    go(page, "Library")
    expect(tiles(page)).to_have_count(1)


@ON_BOTH
def test_R0_16_a_chooser_finds_pages_uploads_and_hands_over_what_was_uploaded(
    server: Server, visit: Visit, tolerated: list[str]
) -> None:
    tolerated.append(REFUSED)
    held = fill(server, 60)
    page = visit(CHOOSERS)
    image = _open(page, "Image")
    _begins_with(image, held)
    tiles(image).first.hover()
    while (shown := tiles(image).count()) < len(held):
        page.mouse.wheel(0, 6000)
        expect(tiles(image).nth(shown)).to_be_attached()
    shows(image, held)

    box = image.get_by_role("searchbox", name="Search")
    box.fill("picture 05")
    shows(image, held[50:60])
    box.press("Escape")
    expect(image).to_be_visible()
    _begins_with(image, held)
    image.get_by_role("radio", name="Mine").click()
    expect(image.get_by_role("radio", name="Mine")).to_have_attribute("aria-checked", "true")
    _begins_with(image, held)
    box.fill("zebra")
    expect(image.get_by_text("Nothing matches")).to_be_visible()
    expect(image.get_by_text("Upload: Pictures up to 50 MB.")).to_be_visible()
    pick(page, image, [("New coat.png", picture(size=(320, 240))), ("notes.png", b"dear diary")])
    expect(image.get_by_role("alert").filter(has_text="notes.png is not a picture")).to_be_visible()
    uploaded = tile(image, "New coat")
    expect(uploaded).to_be_visible()
    media_id = ids(tiles(image))[0]
    uploaded.click()
    expect(image).to_be_hidden()
    expect(page.get_by_text(f"Chosen image: {media_id}")).to_be_visible()
    expect(tray(page).get_by_role("alert")).to_be_visible()  # it stays until it is dismissed
    tray(page).get_by_role("button", name="Dismiss all").click()

    for kind, name, data in (("Video", "Aurora.mp4", clip()), ("Audio", "Slow tide.wav", silence(2))):
        dialog = _open(page, kind)
        expect(tiles(dialog)).to_have_count(0)
        settle(page)
        drop(page, [(name, data), ("wrong.png", picture())])
        expect(dialog.get_by_role("alert").filter(has_text="wrong.png is a picture, and a")).to_be_visible()
        expect(tiles(dialog)).to_have_count(1)
        tile(dialog, name.partition(".")[0]).press("Enter")
        expect(page.get_by_text(re.compile(f"Chosen {kind.lower()}: [0-9A-Z]{{26}}"))).to_be_visible()
        tray(page).get_by_role("button", name="Dismiss all").click()
    image = _open(page, "Image")
    expect(image.get_by_role("searchbox", name="Search")).to_have_value("")
    _begins_with(image, [media_id, *held])
    close(image)


def _begins_with(dialog: Locator, expected: list[str]) -> None:
    """The first page, and whatever the dialog has room for besides."""
    settle(dialog.page)  # what was shown before may begin alike
    expect(tiles(dialog).first).to_have_attribute("data-id", expected[0])
    expect(tiles(dialog).nth(23)).to_be_attached()
    assert ids(tiles(dialog))[:24] == expected[:24]


def _open(page: Page, kind: str) -> Locator:
    page.get_by_role("region", name=kind).get_by_role("button", name="Choose from Library").click()
    dialog = page.get_by_role("dialog", name="Choose from Library")
    expect(dialog).to_be_visible()
    updated(dialog)
    return dialog
