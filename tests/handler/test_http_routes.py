"""Everything over HTTP but media: progress, health, pages, static files, the API's description, failures."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import main
from components.web import SCRIPT, STYLESHEET
from pages import ROUTES
from services.clock import FakeClock
from services.errors import StoreUnavailable
from services.http.pages import own_policy
from services.identity import SYSTEM
from services.models import Put, Run
from services.store.protocol import Store
from services.workflows.progress import FRESH
from tests.support.logs import recorded_lines
from tests.support.records import make_principal, make_run, operation
from tests.support.studio import Studio
from tests.support.web import Web, running_web


@pytest.fixture
def web(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        yield web


def add_run(web: Web, owner: str = "", **fields: object) -> Run:
    services = web.studio.services
    principal = web.studio.principal
    if owner:
        principal = principal.model_copy(update={"user_id": owner})
    run = make_run(id=services.ids.new(), project_id=services.project.id, owner_id=principal.user_id, **fields)
    commit = services.store.commit(principal, [Put(run, expect=0)], operation_id=operation())
    stored = commit.records[0]
    assert isinstance(stored, Run)
    return stored


class TestProgress:
    def test_runs_of_this_process_are_told_from_memory(self, web: Web) -> None:
        run = add_run(web, status="running", output_ids=("a", "b"))
        web.studio.services.progress.begin(run)
        web.studio.services.progress.output(run.id, "a", 60)
        before = web.studio.store.reads
        answer = web.get(f"/api/runs/progress?ids={run.id}")
        assert answer.json() == {"runs": {run.id: {"status": "running", "progress": 30, "outputs": {"a": 60}}}}
        assert answer.headers["cache-control"] == "no-store"
        assert web.studio.store.reads == before

    def test_runs_of_other_processes_are_told_as_stored(self, web: Web) -> None:
        run = add_run(web, status="running", progress=42)
        answer = web.get(f"/api/runs/progress?ids={run.id}")
        assert answer.json()["runs"][run.id] == {"status": "running", "progress": 42, "outputs": {}}

    def test_what_does_not_exist_or_is_not_the_callers_is_left_out(self, web: Web) -> None:
        mine, stored = add_run(web), add_run(web, owner="eve", visibility="private")
        held = add_run(web, owner="eve", visibility="private")
        web.studio.services.progress.begin(held)
        ids = ",".join([stored.id, mine.id, held.id, "0" * 26, "nonsense", "", "../x"])
        assert list(web.get(f"/api/runs/progress?ids={ids}").json()["runs"]) == [mine.id]

    def test_it_tells_of_fifty_runs_at_most(self, web: Web) -> None:
        runs = [add_run(web) for _ in range(51)]
        answer = web.get("/api/runs/progress?ids=" + ",".join(run.id for run in runs))
        assert list(answer.json()["runs"]) == [run.id for run in runs[:50]]

    def test_asking_for_one_run_often_costs_one_read(self, web: Web) -> None:
        run = add_run(web)
        before = web.studio.store.reads
        web.get("/api/runs/progress?ids=" + ",".join([run.id] * 40))
        assert web.studio.store.reads == before + 1

    def test_a_run_that_is_stuck_elsewhere_costs_a_few_reads_a_minute_however_many_tabs_watch_it(
        self, web: Web, clock: FakeClock
    ) -> None:
        run, before = add_run(web, status="running", progress=42), web.studio.store.reads
        for _ in range(int(60 / 0.35)):  # two tabs, each every 700 ms
            assert web.get(f"/api/runs/progress?ids={run.id}").json()["runs"][run.id]["progress"] == 42
            clock.advance(0.35)
        assert web.studio.store.reads - before <= 12

    def test_what_is_stored_of_a_run_is_told_some_seconds_later(self, web: Web, clock: FakeClock) -> None:
        run = add_run(web, status="running", progress=42)
        web.get(f"/api/runs/progress?ids={run.id}")
        web.studio.services.store.runs.set_progress(SYSTEM, run.id, 60)
        clock.advance(FRESH)
        answer = web.get(f"/api/runs/progress?ids={run.id}")
        assert answer.json()["runs"][run.id]["progress"] == 60

    def test_what_others_asked_for_is_told_to_nobody_who_may_not_know_it(self, web: Web) -> None:
        run, eve = (
            add_run(web, owner="eve", visibility="private"),
            make_principal("eve", web.studio.services.project.id),
        )
        stored = web.studio.services.stored_runs
        assert [stored.get(who, run.id) for who in (web.studio.principal, eve)] == [None, run]
        reads = web.studio.store.reads
        assert [stored.get(who, run.id) for who in (eve, web.studio.principal)] == [run, None]
        assert stored.get(eve, "0" * 26) is stored.get(eve, "0" * 26) is None
        assert web.studio.store.reads == reads + 1

    @pytest.mark.parametrize("query", ["", "?ids=" + "x" * 2001])
    def test_a_malformed_question_is_the_callers_fault(self, web: Web, query: str) -> None:
        assert web.get("/api/runs/progress" + query).status_code == 422

    def test_a_store_that_is_away_is_said_so(self, web: Web) -> None:
        run = add_run(web)
        web.studio.store.fault = StoreUnavailable("The database is away")
        answer = web.get(f"/api/runs/progress?ids={run.id}")
        assert (answer.status_code, answer.json()) == (503, {"error": "The database is away"})


class TestHealth:
    def test_it_is_well(self, web: Web) -> None:
        assert web.get("/healthz").json() == {"status": "ok", "store": "ok"}

    def test_it_serves_on_and_says_why_while_the_store_is_away(self, web: Web) -> None:
        web.studio.store.fault = StoreUnavailable("The database is away")
        answer = web.get("/healthz")
        assert (answer.status_code, answer.json()) == (200, {"status": "ok", "store": "The database is away"})
        assert answer.headers["cache-control"] == "no-store"


class TestPages:
    @pytest.mark.parametrize("path", list(ROUTES))
    def test_a_page_comes_with_nothing_from_another_origin(self, web: Web, path: str) -> None:
        answer = web.get(path)
        assert answer.status_code == 200
        html = answer.text
        assert re.findall(r"""(?:src|href)=["']?(?:https?:)?//[^"' >]*""", html) == []
        assert '<script src="/static/boot.js"></script>' in html
        assert '<html lang="en">' in html
        assert int(answer.headers["content-length"]) == len(answer.content)

    def test_a_pages_policy_names_no_other_origin(self, web: Web) -> None:
        policy = web.get("/library").headers["content-security-policy"]
        assert "http" not in policy
        assert "googleapis" not in policy
        assert "frame-src 'self' blob:" in policy
        assert "default-src 'self'" in policy

    def test_sources_of_another_origin_are_taken_out_of_a_policy_and_the_rest_stays(self) -> None:
        policy = b"img-src 'self' data: https: http://x.org; font-src 'self' fonts.gstatic.com; report-uri /__csp__"
        assert own_policy(policy) == b"img-src 'self' data:; font-src 'self'; report-uri /__csp__"

    @pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # Mesop leaves that to the collector
    def test_every_script_that_a_page_names_is_served(self, web: Web) -> None:
        urls = re.findall(r"""(?:src|href)="(/?[^"#?]+\.(?:js|css|svg|ico))""", web.get("/library").text)
        assert len(urls) > 5
        for url in urls:
            assert web.get("/" + url.lstrip("/")).status_code == 200, url
        gc.collect()

    def test_the_root_leads_home(self, web: Web) -> None:
        for method in ("GET", "HEAD"):
            answer = web.ask(method, "/")
            assert (answer.status_code, answer.headers["location"]) == (307, "/home")

    def test_a_slash_too_many_is_forgiven(self, web: Web) -> None:
        answer = web.get("/library/?type=image")
        assert (answer.status_code, answer.headers["location"]) == (307, "/library?type=image")

    @pytest.mark.parametrize(
        "path",
        [
            "/nope",
            "/nope.js",
            "/main.py",
            "/services/settings.py",
            "/%2e%2e/main.py",
            "/..%2f..%2fmain.py",
            "//elsewhere.example/library/",
            "/library%00",
            "/__web-components-module__/main.py",
            "/__web-components-module__/static/boot.js",
            "/__web-components-module__/..%2f..%2fmain.js",
            "/__health__x",
        ],
    )
    def test_an_address_of_nothing_gets_a_page_that_says_so(self, web: Web, path: str) -> None:
        with recorded_lines() as lines:
            answer = web.get(path)
        assert answer.status_code == 404
        assert "There is no such page" in answer.text
        assert lines == []

    def test_HEAD_of_a_page_sends_no_bytes(self, web: Web) -> None:
        answer = web.ask("HEAD", "/library")
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers.get("content-length") != "0"


class TestStatic:
    def test_scripts_and_styles_are_revalidated_so_that_a_new_version_shows_at_once(self, web: Web) -> None:
        answer = web.get("/static/boot.js")
        assert answer.headers["cache-control"] == "no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert web.get("/static/boot.js", If_None_Match=answer.headers["etag"]).status_code == 304

    def test_fonts_are_kept_for_a_week(self, web: Web) -> None:
        answer = web.get("/static/fonts/figtree.woff2")
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=604800")

    @pytest.mark.parametrize("path", ["/static/%2e%2e/main.py", "/static/..%2fmain.py", "/static/", "/static/nope.js"])
    def test_nothing_else_is_served_from_there(self, web: Web, path: str) -> None:
        assert web.get(path).status_code == 404


class TestDescription:
    def test_the_api_is_described_for_people_without_the_network(self, web: Web) -> None:
        answer = web.get("/api/docs")
        assert answer.status_code == 200
        html = answer.text
        for part in ("GET /api/runs/progress", "GET /media/{name}", "GET /healthz", "RunState", "/api/openapi.json"):
            assert part in html
        assert re.findall(r"https?://|//[a-z]", html) == []
        for url in re.findall(r'(?:href|src)="(/[^"#]+)"', html):
            assert web.get(url).status_code in (200, 307), url

    def test_its_policy_allows_what_it_loads_and_nothing_more(self, web: Web) -> None:
        answer = web.get("/api/docs")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "style-src 'self'" in answer.headers["content-security-policy"]
        assert "<style" not in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text)
        assert " style=" not in answer.text

    def test_every_link_inside_the_page_has_its_target(self, web: Web) -> None:
        html = web.get("/api/docs").text
        targets = set(re.findall(r'id="([^"]+)"', html))
        links = re.findall(r'href="#([^"]+)"', html)
        assert links
        assert set(links) <= targets

    def test_the_description_for_machines_names_every_route(self, web: Web) -> None:
        description = web.get("/api/openapi.json").json()
        assert description["openapi"].startswith("3.")
        assert set(description["paths"]) >= {"/media/{name}", "/api/runs/progress", "/healthz"}


class TestFailures:
    def test_what_nobody_foresaw_is_an_id_to_the_person_and_a_trace_in_the_log(
        self, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(headers: object) -> None:
            raise ZeroDivisionError("the secret is Zanzibar")

        monkeypatch.setattr(web.studio.services.principals, "resolve", broken)
        with recorded_lines() as lines:
            answer = web.get("/api/runs/progress?ids=x")
        assert answer.status_code == 500
        assert answer.headers["cache-control"] == "no-store"
        assert "Zanzibar" not in answer.text
        [line] = lines
        assert line["error_id"] in answer.json()["error"]
        assert isinstance(line["error"], ZeroDivisionError)
        assert (line["event"], line["path"]) == ("http.failed", "/api/runs/progress")


class TestJoined:
    """The elements' one script and the one stylesheet."""

    @pytest.mark.parametrize("url", [SCRIPT, STYLESHEET])
    def test_they_come_whole_packed_where_that_is_understood_and_once(self, web: Web, url: str) -> None:
        [joined] = [each for each in main.joined_files() if each.url == url]
        packed, plain = web.get(url, Accept_Encoding="gzip"), web.get(url, Accept_Encoding="identity")
        assert packed.content == plain.content == joined.body
        assert (packed.headers.get("content-encoding"), plain.headers.get("content-encoding")) == ("gzip", None)
        assert packed.headers["content-type"].startswith(joined.media_type)
        assert (packed.headers["cache-control"], packed.headers["vary"]) == ("no-cache", "Accept-Encoding")
        assert packed.headers["x-content-type-options"] == "nosniff"
        again = web.get(url, If_None_Match=packed.headers["etag"])
        assert (again.status_code, again.content) == (304, b"")

    def test_a_page_asks_for_nothing_else_of_ours_before_it_is_drawn(self, web: Web) -> None:
        html = web.get("/library").text
        ours = re.findall(r'<(?:script|link)[^>]*(?:src|href)="(/(?:static|__web)[^"]*)"', html)
        assert ours == [STYLESHEET, "/static/favicon.svg", "/static/boot.js", SCRIPT]

    def test_single_modules_are_not_served(self, web: Web) -> None:
        assert web.get("/__web-components-module__/components/web/tile.js").status_code == 404


class TestPacking:
    """RFC 9110, section 12.5.3."""

    @pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # Mesop leaves that to the collector
    @pytest.mark.parametrize("url", [SCRIPT, STYLESHEET, "/prod_bundle.js", "/styles.css"])
    @pytest.mark.parametrize(
        ("accepts", "packed"),
        [
            ("gzip", True),
            ("br, GZIP;q=0.5", True),
            ("*", True),
            ("gzip;q=0", False),
            ("br, gzip; q=0.000, *", False),
            ("*;q=0", False),
            ("br", False),
            ("identity", False),
            ("", False),
        ],
    )
    def test_nobody_gets_what_they_do_not_take(self, web: Web, url: str, accepts: str, packed: bool) -> None:
        whole = web.get(url, Accept_Encoding="gzip")
        for method in ("GET", "HEAD"):
            answer = web.ask(method, url, Accept_Encoding=accepts)
            assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
            assert answer.headers["vary"] == "Accept-Encoding"
        assert web.get(url, Accept_Encoding=accepts).content == whole.content
        gc.collect()


class TestNames:
    """A page of another site may have its own name lead here (DNS rebinding)."""

    @pytest.mark.parametrize(
        "host",
        [
            "localhost",
            "LocalHost:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
            "192.168.1.7",
            "app.localhost",
            "studio.example",
        ],
    )
    def test_it_answers_to_addresses_and_to_names_that_are_its_own(self, studio: Studio, host: str) -> None:
        assert Web(studio, ["studio.example"]).get("/healthz", Host=host).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "", "[::1", "a@127.0.0.1", "127.1"]
    )
    @pytest.mark.parametrize("path", ["/api/export", "/library", "/healthz"])
    def test_it_answers_to_no_other(self, studio: Studio, host: str, path: str) -> None:
        answer = Web(studio, ["studio.example"]).get(path, Host=host)
        assert answer.status_code == 421
        assert "FRESHET_ALLOWED_HOSTS" in answer.text


class TestAddresses:
    @pytest.mark.parametrize(
        ("query", "sound"),
        [
            ("q=100%", "q=100%25"),
            ("q=50%%20off&type=image", "q=50%25%20off&type=image"),
            ("q=%FF&x=", "q=%EF%BF%BD&x="),
        ],
    )
    def test_what_no_script_can_decode_stands_for_itself(self, web: Web, query: str, sound: str) -> None:
        answer = web.get(f"/library?{query}")
        assert (answer.status_code, answer.headers["location"]) == (307, f"/library?{sound}")

    @pytest.mark.parametrize("query", ["", "q=100%25", "q=caf%C3%A9", "q=a+b&q=c"])
    def test_a_sound_address_stays_as_it_is(self, web: Web, query: str) -> None:
        assert web.get(f"/library?{query}").status_code == 200
