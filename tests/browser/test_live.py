"""What is committed anywhere shows in every open view it belongs to, by itself, and disturbs nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from services.library import open_library
from services.models import Remove
from tests.browser.conftest import KINDS, SHARED_ALONE, Visit, keep_still, serve
from tests.browser.library import add, fill, rename, repaint, write_photo
from tests.browser.server import Server
from tests.browser.steps import (
    READY,
    Held,
    choose_button,
    chooser,
    close,
    go,
    ids,
    intercept,
    live,
    make_images,
    open_chooser,
    plays,
    settle,
    shows,
    tile,
    tiles,
    updated,
)
from tests.support.media import clip, picture


@pytest.fixture
def server(shared_server: Server) -> Server:
    return shared_server


_KEEP_STREAM = """
    window.EventSource = class extends window.EventSource {
        constructor(...given) {
            super(...given);
            window.stream = this;
        }
    };
"""
_HEAR = """async (versions) => {
    for (const version of versions) {
        const data = JSON.stringify({views: [0], versions: [version], known: ''});
        window.stream.dispatchEvent(new MessageEvent('change', {data}));
        await new Promise((passed) => setTimeout(passed, 150));
    }
}"""
"""The page hears of changes, one after the other."""


def test_R0_08_with_live_updates_on_a_photo_imported_by_another_process_appears_by_itself(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    page = visit("/library")
    live(page)
    before = ids(tiles(page))
    result = server.run("import", str(write_photo(tmp_path, "harbour.jpg")))
    assert result.returncode == 0, result.stderr
    shows(page, [result.stdout.split()[0], *before])


@SHARED_ALONE
def test_B18_what_failed_though_changes_come_in_is_asked_for_again_by_itself(server: Server, visit: Visit) -> None:
    """The last question before a store is there again fails, and no change will tell of that."""
    page = visit("/library")
    live(page)
    settle(page)
    seen, asked = (len(server.logged("library.refresh", *more)) for more in ((), ("reason=online",)))
    page.locator("freshet-live").evaluate("(element) => { element.unsure = true; }")
    server.wait_logged("library.refresh", "reason=online", times=asked + 1)
    expect(page.locator("freshet-live")).to_have_js_property("unsure", value=False)
    settle(page)
    assert len(server.logged("library.refresh")) == seen + 1, "once, since it succeeded"


@pytest.mark.usefixtures("still")
def test_R0_08_X_01_with_live_updates_off_it_is_absent_until_refresh(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    page = visit("/library")
    updated(page)
    expect(page.get_by_role("status").filter(has_text="Live updates off")).to_be_visible()
    before = ids(tiles(page))
    asked = len(server.logged("library.refresh"))
    result = server.run("import", str(write_photo(tmp_path, "harbour.jpg")))
    assert result.returncode == 0, result.stderr
    imported = result.stdout.split()[0]
    watching = visit("/library")  # by the time another tab has been opened, this one has been left alone for long
    shows(watching, [imported, *before])
    page.bring_to_front()
    assert ids(tiles(page)) == before
    page.get_by_role("button", name="Refresh").click()
    shows(page, [imported, *before])
    assert len(server.wait_logged("library.refresh", times=asked + 2)) == asked + 2


@SHARED_ALONE
def test_X_01_the_switch_on_the_account_page_turns_live_updates_off_and_on(server: Server, visit: Visit) -> None:
    page = visit("/account")
    switch = page.get_by_role("switch", name="Live updates")
    expect(switch).to_be_checked()
    switch.click()
    expect(switch).not_to_be_checked()
    go(page, "Library")
    expect(page.get_by_role("status").filter(has_text="Live updates off")).to_be_visible()
    page.get_by_role("link", name="Account").click()
    page.get_by_role("switch", name="Live updates").click()
    go(page, "Library")
    live(page)


@SHARED_ALONE
@pytest.mark.parametrize("choice", ["on", "off"])
def test_F14_R0_08_returning_and_growing_old_ask_only_with_live_updates_on(
    server: Server, visit: Visit, context: BrowserContext, choice: str
) -> None:
    if choice == "off":
        keep_still(server, context)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url) if "/__ui__" in request.url else None)
    context.clock.install()
    page = visit("/library")
    if choice == "on":
        live(page)
    updated(page)
    known, streams = len(server.logged("library.refresh")), []
    context.on("request", lambda request: streams.append(request.url) if "/events" in request.url else None)
    for event, reason in (("focus", "focus"), ("online", "online"), ("visibilitychange", "visibility"), ("", "ttl")):
        asked.clear()
        told = len(server.logged("library.refresh", f"reason={reason}"))
        page.clock.fast_forward("00:10" if event else "01:00:00")
        target = "document" if reason == "visibility" else "window"
        page.evaluate(f"{target}.dispatchEvent(new Event('{event or 'calm'}'))")
        if choice == "on":
            server.wait_logged("library.refresh", f"reason={reason}", times=told + 1)
        else:
            settle(page)
            assert len(asked) == 1, reason
    if choice == "off":
        assert streams == []
        assert len(server.logged("library.refresh")) == known
        expect(page.get_by_role("status").filter(has_text="Live updates off")).to_be_visible()


@SHARED_ALONE
def test_F14_live_updates_are_turned_off_in_every_open_tab_at_once(server: Server, visit: Visit) -> None:
    page = visit("/library")
    live(page)
    visit("/account").get_by_role("switch", name="Live updates").click()
    expect(page.get_by_role("status").filter(has_text="Live updates off")).to_be_visible()
    before = ids(tiles(page))
    (new,) = arrive(server, "Not asked for")
    other = visit("/library")
    expect(other.locator("freshet-tile").first).to_have_attribute("data-id", new)
    assert ids(tiles(page)) == before
    visit("/account").get_by_role("switch", name="Live updates").click()
    shows(page, [new, *before])


def test_B01_B02_R4_03_a_finished_generation_shows_in_every_open_tab_it_belongs_to(
    server: Server, visit: Visit
) -> None:
    everything, images, videos = (visit(f"/library{query}") for query in ("", "?type=image", "?type=video"))
    for page in (everything, images, videos):
        live(page)
    held, clips = ids(tiles(everything)), ids(tiles(videos))
    made = make_images(visit("/create/image"), "Marble in candle light", 2)
    shows(everything, made + held)
    assert everything.locator(READY).count() >= len(made)
    expect(images.locator(READY).filter(has_text="Marble in candle light")).to_have_count(2)
    assert ids(tiles(images))[:2] == made
    assert ids(tiles(videos)) == clips


def test_R0_16_B03_B04_an_open_chooser_shows_what_is_committed_before_and_what_is_imported_while_it_is_open(
    server: Server, visit: Visit, tmp_path: Path
) -> None:
    fill(server, 2, "Coat")
    page = visit("/try-on")
    live(page)
    (before,) = arrive(server, "Committed before the click")
    dialog = open_chooser(page, "Product")
    expect(dialog.locator("freshet-tile").first).to_have_attribute("data-id", before)
    result = server.run("import", str(write_photo(tmp_path, "imported-while-it-is-open.jpg")))
    assert result.returncode == 0, result.stderr
    expect(dialog.locator("freshet-tile").first).to_have_attribute("data-id", result.stdout.split()[0])
    assert ids(tiles(dialog))[1] == before
    close(dialog)


@SHARED_ALONE
def test_B08_a_change_that_a_view_does_not_match_asks_nothing_and_shows_nothing(server: Server, visit: Visit) -> None:
    videos, images = visit("/library?type=video"), visit("/library?type=image")
    for page in (videos, images):
        live(page)
    settle(videos)
    before, known, asked = ids(tiles(videos)), len(server.logged("library.refresh")), []
    videos.on("request", lambda request: asked.append(request.url) if "/__ui__" in request.url else None)
    (new,) = arrive(server, "An image alone")
    expect(images.locator("freshet-tile").first).to_have_attribute("data-id", new)
    assert ids(tiles(videos)) == before
    assert asked == []
    assert [line for line in server.logged("library.refresh")[known:] if "documents=0" not in line] == []


@SHARED_ALONE
def test_B09_over_a_scrolled_list_a_drop_tells_what_is_new_and_nothing_moves(server: Server, visit: Visit) -> None:
    fill(server, 40, "Shelf")
    page = visit("/library")
    live(page)
    anchor = tiles(page).nth(20)
    page.locator("freshet-tile").first.hover()
    page.mouse.wheel(0, 900)
    expect(anchor).to_be_in_viewport()
    _rest(page)
    where, first = _top_of(anchor), ids(tiles(page))[0]
    new = arrive(server, "Late", "Latest")
    drop = page.get_by_role("button", name="2 new")
    expect(drop).to_be_visible()
    assert abs(_top_of(anchor) - where) <= 1
    assert ids(tiles(page))[0] == first
    drop.click()
    shown = tiles(page)
    expect(shown.first).to_have_attribute("data-id", new[0])
    expect(shown.nth(1)).to_have_attribute("data-id", new[1])
    expect(shown.first.get_by_role("button")).to_be_focused()
    expect(drop).to_have_count(0)


@SHARED_ALONE
def test_B09_N_lets_in_what_is_new(server: Server, visit: Visit) -> None:
    fill(server, 40, "Shelf")
    page = visit("/library")
    live(page)
    page.locator("freshet-tile").first.hover()
    page.mouse.wheel(0, 900)
    _rest(page)
    (new,) = arrive(server, "Newest of all")
    expect(page.get_by_role("button", name="1 new")).to_be_visible()
    page.keyboard.press("n")
    expect(tiles(page).first).to_have_attribute("data-id", new)


@SHARED_ALONE
@pytest.mark.parametrize("path", ["/library", "/home"])
def test_B10_an_open_preview_plays_on_and_the_focus_stays_while_something_arrives(
    server: Server, visit: Visit, tmp_path: Path, path: str
) -> None:
    film = tmp_path / f"slow-waves-{path[1:]}.mp4"
    film.write_bytes(clip(frames=48))
    result = server.run("import", str(film))
    assert result.returncode == 0, result.stderr
    page = visit(path)
    live(page)
    shown = page.locator(f"freshet-tile[data-id='{result.stdout.split()[0]}']").first
    shown.get_by_role("button").first.click()
    dialog = page.get_by_role("dialog", name=film.stem)
    video = dialog.locator("video")
    expect(video).to_be_visible()
    video.evaluate("""(video) => {
        window.player = video;
        window.loads = 0;
        video.addEventListener('loadstart', () => window.loads++);
        video.loop = true;
    }""")
    assert plays(video) > 0.2
    close_button = dialog.get_by_role("button", name="Close")
    close_button.focus()
    (new,) = arrive(server, "Arrived meanwhile")
    expect(page.locator(f"freshet-tile[data-id='{new}']").first).to_be_attached()
    playing = video.evaluate("(video) => video === window.player && !video.paused && window.loads === 0")
    assert playing
    expect(dialog).to_be_visible()
    expect(close_button).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(shown.get_by_role("button").first).to_be_focused()
    (next_one,) = arrive(server, "Arrived afterwards")
    drop = page.get_by_role("button", name="1 new")
    expect(page.locator(f"freshet-tile[data-id='{next_one}']").or_(drop).first).to_be_attached()
    expect(shown.get_by_role("button").first).to_be_focused()


@SHARED_ALONE
def test_a_press_does_not_wait_for_what_the_page_asked_by_itself(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    fill(server, 2, "Shown")
    page = visit("/library")
    live(page)
    settle(page)
    held = Held(context)
    [arrived] = fill(server, 1, "Late")
    held.await_one(page)  # the page asks what is new, and is never answered
    held.keep_no_more()
    tile(page, "Shown 000").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(tiles(page).first).to_have_attribute("data-id", arrived)  # asked again, once the press was answered


@SHARED_ALONE
def test_B18_what_is_heard_while_the_server_does_not_answer_is_asked_for_once_it_does(
    server: Server, visit: Visit, context: BrowserContext, tolerated: list[str]
) -> None:
    """Its stream may live on meanwhile, as where a proxy refuses a single request: nothing else tells again."""
    tolerated.append("503")
    context.add_init_script(_KEEP_STREAM)
    page = visit("/library")
    live(page)
    settle(page)
    answers = iter([503])
    intercept(context, "**/__ui__", lambda route: _refused(route, answers))
    context.route("**/healthz", lambda route: route.fulfill(status=503))
    heard = "() => new Promise((heard) => window.stream.addEventListener('change', () => heard(true), {once: true}))"
    page.evaluate(f"() => {{ window.heard = ({heard})(); }}")
    page.locator("freshet-nav").evaluate("(nav) => { nav.emit('navigateEvent', {url: '/nowhere'}); }")
    expect(page.locator("html")).to_have_attribute("data-live", "reconnecting")
    [late] = fill(server, 1)
    assert page.evaluate("() => window.heard")
    context.unroute("**/healthz")
    expect(tiles(page).first).to_have_attribute("data-id", late)
    live(page)


def _refused(route: Route, answers: Iterator[int]) -> None:
    status = next(answers, None)
    if status is None:
        route.continue_()
    else:
        route.fulfill(status=status)


@SHARED_ALONE
def test_B08_changes_are_asked_for_together_while_a_question_is_on_its_way(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    context.add_init_script(_KEEP_STREAM)
    page = visit("/library")
    live(page)
    settle(page)
    asked = len(server.logged("library.refresh"))
    held = Held(context)
    page.evaluate(_HEAR, ["first"])
    held.await_one(page)
    page.evaluate(_HEAR, ["second", "third", "fourth"])
    held.let_through()
    server.wait_logged("library.refresh", times=asked + 2)
    page.wait_for_function("() => window.freshetChannel.pending.size === 0")  # a press would take a question back
    settle(page)
    assert len(server.logged("library.refresh")) == asked + 2


@SHARED_ALONE
def test_B10_R1_13_a_typed_prompt_and_its_focus_survive_what_arrives(server: Server, visit: Visit) -> None:
    page = visit("/create/image")
    live(page)
    box = page.get_by_role("textbox", name="Prompt")
    box.click()
    page.keyboard.type("Half a thought")
    made = make_images(visit("/create/image"), "Papercut hills", 1)
    page.bring_to_front()
    expect(page.locator(f"freshet-tile[data-id='{made[0]}'][data-status=ready]")).to_be_visible()
    expect(box).to_have_value("Half a thought")
    expect(box).to_be_focused()
    page.keyboard.type(" goes on")
    expect(box).to_have_value("Half a thought goes on")


class TestInALibraryOfItsOwn:
    """So few items that all of them are mounted."""

    @pytest.fixture(params=KINDS)
    def server(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
        yield from serve(request, tmp_path)

    def test_B11_nothing_is_doubled_or_skipped_while_items_come_and_go_between_pages(
        self, server: Server, visit: Visit, tolerated: list[str]
    ) -> None:
        tolerated.append("status of 404")  # a picture that was asked for just as its item went
        held = fill(server, 60, "Row")
        page = visit("/library")
        live(page)
        new = arrive(server, "New 1", "New 2", "New 3")
        for place, each in enumerate(new):  # what comes once the list is scrolled waits behind "N new"
            expect(tiles(page).nth(place)).to_have_attribute("data-id", each)
        _remove(server, held[10], held[30])
        page.locator("freshet-tile").first.hover()
        for _ in range(30):
            if page.locator(f"freshet-tile[data-id='{held[-1]}']").count():
                break
            shown = tiles(page).count()
            page.mouse.wheel(0, 4000)
            expect(tiles(page).nth(shown)).to_be_attached()
        wanted = [*new, *(each for each in held if each not in (held[10], held[30]))]
        found = ids(tiles(page))
        assert len(found) == len(set(found))
        assert [each for each in found if each in set(wanted)] == wanted


def test_B12_what_is_removed_elsewhere_leaves_every_open_view(server: Server, visit: Visit) -> None:
    kept, gone = arrive(server, "To be removed", "To be kept")
    page, other = visit("/library"), visit("/try-on")
    live(page)
    live(other)
    dialog = open_chooser(other, "Person")
    for scope in (page, dialog):
        expect(scope.locator(f"freshet-tile[data-id='{gone}']")).to_be_attached()
    _remove(server, gone)
    for scope in (page, dialog):
        expect(scope.locator(f"freshet-tile[data-id='{gone}']")).to_have_count(0)
        expect(scope.locator(f"freshet-tile[data-id='{kept}']")).to_be_attached()


@SHARED_ALONE
def test_B13_a_new_title_shows_everywhere_and_loads_no_picture_again(server: Server, visit: Visit) -> None:
    (item,) = arrive(server, "Working title")
    page = visit("/library")
    live(page)
    shown = page.locator(f"freshet-tile[data-id='{item}']")
    expect(shown.locator("img")).to_have_js_property("complete", True)
    before = shown.locator("img").get_attribute("src")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url) if item in request.url else None)
    rename(server, item, "Final title")
    expect(shown).to_contain_text("Final title")
    assert shown.locator("img").get_attribute("src") == before
    assert requests == []


def test_B13_a_replaced_file_shows_its_new_pixels_in_every_open_view(server: Server, visit: Visit) -> None:
    (item,) = arrive(server, "Before and after")
    page, looked_at, other = visit("/library"), visit("/library"), visit("/try-on")
    for each in (page, looked_at, other):
        live(each)
    tile(looked_at, "Before and after").click()
    look = looked_at.get_by_role("dialog", name="Before and after")
    chosen_from = open_chooser(other, "Person")
    of_item = f"freshet-tile[data-id='{item}'] img:not(.coming)"
    pictures = [page.locator(of_item), look.locator("freshet-look img").first, chosen_from.locator(of_item)]
    for picture_shown in pictures:
        expect(picture_shown).to_have_js_property("naturalWidth", 320)
    repaint(server, item, picture(size=(240, 320)))
    for picture_shown in pictures:
        expect(picture_shown).to_have_js_property("naturalWidth", 240)
        expect(picture_shown).to_have_js_property("naturalHeight", 320)


@SHARED_ALONE
def test_B19_a_stream_of_which_nothing_is_heard_is_opened_anew_and_the_page_catches_up(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    context.clock.install()
    page = visit("/library")
    live(page)
    opened: list[str] = []
    page.on("request", lambda request: opened.append(request.url) if "/events" in request.url else None)
    page.clock.fast_forward(10_000)
    settle(page)
    assert opened == [], "a beat may be late"
    with page.expect_request("**/events?*"):
        page.clock.fast_forward(41_000)
    live(page)
    (new,) = arrive(server, "After the silence")
    expect(tiles(page).first).to_have_attribute("data-id", new)
    assert len(opened) == 1


@SHARED_ALONE
def test_X_03_no_update_loads_a_page_anew(server: Server, visit: Visit) -> None:
    page = visit("/library")
    live(page)
    page.evaluate("window.sameDocument = true")
    (new,) = arrive(server, "Comes by itself")
    expect(page.locator(f"freshet-tile[data-id='{new}']")).to_be_attached()
    go(page, "Try-on")
    choose_button(page, "Person").click()
    close(chooser(page))
    go(page, "Library")
    page.get_by_role("tab", name="Images").click()
    updated(page)
    assert page.evaluate("window.sameDocument")


@SHARED_ALONE
def test_R2_13_R4_02_twenty_navigations_leave_one_stream(server: Server, visit: Visit) -> None:
    page = visit("/account")
    page.evaluate("""() => {
        window.streams = [];
        const Real = window.EventSource;
        window.EventSource = class extends Real {
            constructor(...args) {
                super(...args);
                window.streams.push(this);
            }
        };
    }""")
    for _ in range(5):
        for place in ("Library", "Image", "Video", "Try-on"):
            page.get_by_role("navigation", name="Main").get_by_role("link", name=place, exact=True).click()
            expect(page.get_by_role("link", name=place, exact=True)).to_have_attribute("aria-current", "page")
    live(page)
    # The last page's stream opens a moment after its views are known; the others must be closed by then.
    opened, still_open = page.evaluate("""() => new Promise((done) => {
        const open = () => streams.filter((one) => one.readyState !== EventSource.CLOSED).length;
        const late = performance.now() + 30_000;
        const look = () => (streams.at(-1).readyState === EventSource.OPEN || performance.now() > late
            ? done([streams.length, open()]) : setTimeout(look, 16));
        look();
    })""")
    assert opened >= 2
    assert still_open == 1


@SHARED_ALONE
def test_more_tabs_than_a_browser_has_connections_all_load_and_all_hear(server: Server, visit: Visit) -> None:
    pages = [visit("/library") for _ in range(8)]
    for page in pages:
        updated(page)
    (new,) = arrive(server, "For everybody")
    for page in pages:
        expect(page.locator(f"freshet-tile[data-id='{new}']")).to_be_attached()


@SHARED_ALONE
def test_where_windows_cannot_agree_on_who_listens_all_of_them_load_and_ask(
    server: Server, visit: Visit, context: BrowserContext
) -> None:
    """Browsers have no Web Locks on plain http, other than on the server's own machine."""
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    pages = [visit("/library") for _ in range(7)]
    for page in pages:
        updated(page)
        expect(page.locator("html")).to_have_attribute("data-live", "polling")
    (new,) = arrive(server, "For all who ask")
    for page in pages:
        expect(page.locator(f"freshet-tile[data-id='{new}']")).to_be_attached()


def arrive(server: Server, *titles: str) -> list[str]:
    """Pictures committed one after another by another process; their ids, the newest first."""
    return [media_id for title in titles for media_id in add(server, [(title, timedelta(0))])][::-1]


def _remove(server: Server, *media_ids: str) -> None:
    with open_library(server.settings, None) as library:
        held = library.store.media.get_many(library.principal, media_ids)
        writes = [Remove("media", media_id, expect=held[media_id].revision) for media_id in media_ids]
        library.store.commit(library.principal, writes, operation_id=library.ids.new())


def _top_of(tile: Locator) -> float:
    top: float = tile.evaluate("(tile) => tile.getBoundingClientRect().top")
    return top


def _rest(page: Page) -> None:
    """Wait until the page that a wheel has set in motion stands still, and more tiles have come if they will."""
    page.evaluate("""() => new Promise((rest) => {
        const sheet = document.querySelector('.sheet');
        let last = -1, calm = 0;
        const look = () => {
            const now = `${sheet.scrollTop} ${sheet.scrollHeight}`;
            calm = now === last ? calm + 1 : 0;
            last = now;
            calm > 30 ? rest() : setTimeout(look, 16);
        };
        look();
    })""")
    expect(page.get_by_role("button", name=re.compile("Refresh"), disabled=False).first).to_be_visible()
