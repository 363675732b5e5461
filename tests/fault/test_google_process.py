"""A real server that asks Google, and is killed while it waits; and one that has no credentials."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from services.identity import SYSTEM
from services.models import Run
from tests.browser.server import Server
from tests.fault.yard import Yard, serving
from tests.support.google_clips import COST as CLIP_COST
from tests.support.google_clips import IN_PROGRESS, WORKING
from tests.support.google_platforms import VERTEX, service_account
from tests.support.google_stub import COST, INTERACTION, KEY, OPERATION, GoogleStub, began, made
from tests.support.media import picture


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path / "data")
    yield yard
    yard.store.close()


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


@contextmanager
def asking_for_the_second(yard: Yard, stub: GoogleStub) -> Iterator[tuple[Server, Run]]:
    """A server that has made one of a run's three pictures and waits for the answer to the second."""
    run = yard.order(3, prompt="Dunes", model="gemini-nano-banana-2.1")
    stub.will(made(), stub.hang)
    with serving(Server(yard.data_dir, **stub.environment)) as server:
        yard.wait_for(lambda: len(stub.requests) == 2)
        yield server, run


def stop_before_the_answer(server: Server, stub: GoogleStub) -> None:
    server.process.send_signal(signal.SIGTERM)
    server.wait_logged("server.stopping")
    stub.go_on.set()
    server.stop()


def test_after_kill_9_between_asking_and_keeping_the_outcome_is_unknown_and_nothing_is_paid_twice(
    yard: Yard, stub: GoogleStub
) -> None:
    with asking_for_the_second(yard, stub) as (server, run):
        assert yard.store.runs.get(SYSTEM, run.id).asked == run.output_ids[:2]
        server.kill()
        server.start()
        run = yard.finished(run)
        assert not server.logged(KEY)
    assert yard.statuses(run) == ["ready", "failed", "ready"]
    lost = yard.outputs(run)[1]
    assert (lost.error or "").startswith("Outcome unknown")
    assert [item.cost_nano for item in yard.outputs(run)] == [COST, None, COST]
    assert (run.status, run.cost_nano) == ("succeeded", None)
    assert len(stub.requests) == 3


def test_what_google_answers_while_the_server_stops_is_kept_and_nothing_more_is_asked_for(
    yard: Yard, stub: GoogleStub
) -> None:
    with asking_for_the_second(yard, stub) as (server, run):
        stop_before_the_answer(server, stub)
        assert server.logged("run.kept_as_sent")
        assert len(stub.requests) == 2
        server.start()
        run = yard.finished(run)
    assert yard.statuses(run) == ["ready", "ready", "ready"]
    assert [item.cost_nano for item in yard.outputs(run)] == [COST, None, COST]
    assert len(stub.requests) == 3


def test_the_name_of_a_clip_that_comes_while_the_server_stops_is_noted_and_it_is_paid_once(
    yard: Yard, stub: GoogleStub
) -> None:
    def begun_late(handler: Any) -> None:
        stub.go_on.wait(60)
        IN_PROGRESS(handler)

    run = yard.order_clip("gemini-omni-1.1-flash")
    stub.will(begun_late)
    with serving(Server(yard.data_dir, **stub.environment)) as server:
        yard.wait_for(lambda: len(stub.requests) == 1)
        stop_before_the_answer(server, stub)
        assert yard.store.runs.get(SYSTEM, run.id).operations == {run.output_ids[0]: INTERACTION}
        server.start()
        run = yard.finished(run)
    assert (run.status, run.cost_nano, len(stub.paid())) == ("succeeded", CLIP_COST, 1)


def test_after_kill_9_between_keeping_the_files_and_noting_that_they_are_found_again_and_nothing_is_paid_twice(
    yard: Yard, stub: GoogleStub
) -> None:
    run = yard.order(1, prompt="Dunes", model="gemini-nano-banana-2.1")
    stub.will(stub.hang)
    with serving(Server(yard.data_dir, **stub.environment)) as server:
        yard.wait_for(lambda: len(stub.requests) == 1)
        server.kill()
        kept = yard.data_dir / "files" / "media" / run.project_id / run.output_ids[0] / f"original-run-{run.id}.png"
        kept.parent.mkdir(parents=True)
        kept.write_bytes(picture())
        server.start()
        run = yard.finished(run)
    [item] = yard.outputs(run)
    assert (run.status, item.status, item.cost_nano) == ("succeeded", "ready", None)
    assert set(item.files) == {"original", "thumb"}
    assert len(stub.requests) == 1


@pytest.mark.parametrize("way", ["key", "project"])
def test_after_kill_9_while_google_makes_a_clip_it_is_found_again_by_its_name_and_paid_once(
    yard: Yard, stub: GoogleStub, tmp_path: Path, way: str
) -> None:
    settings, model, name = stub.environment, "gemini-omni-1.1-flash", INTERACTION
    stub.will(IN_PROGRESS, IN_PROGRESS)
    if way == "project":
        settings = settings | VERTEX | service_account(stub, tmp_path)
        model, name = "veo-3.1-fast-generate-001", OPERATION
        stub.script.clear()
        stub.will(began(), WORKING)
    run = yard.order_clip(model)
    with serving(Server(yard.data_dir, **settings)) as server:
        yard.wait_for(lambda: len(stub.requests) == 2)
        assert yard.store.runs.get(SYSTEM, run.id).operations == {run.output_ids[0]: name}
        server.kill()
        server.start()
        run = yard.finished(run)
        assert not server.logged(KEY)
    [item] = yard.outputs(run)
    assert (run.status, run.cost_nano, item.status, item.cost_nano) == ("succeeded", CLIP_COST, "ready", CLIP_COST)
    assert set(item.files) == {"original", "poster", "thumb"}
    assert len(stub.paid()) == 1


def test_after_kill_9_before_the_name_of_a_clip_is_kept_its_outcome_is_unknown_and_nothing_is_paid_twice(
    yard: Yard, stub: GoogleStub
) -> None:
    run = yard.order_clip("gemini-omni-1.1-flash")
    stub.will(stub.hang)
    with serving(Server(yard.data_dir, **stub.environment)) as server:
        yard.wait_for(lambda: len(stub.requests) == 1)
        server.kill()
        server.start()
        run = yard.finished(run)
    [lost] = yard.outputs(run)
    assert (lost.error or "").startswith("Outcome unknown")
    assert (run.status, run.cost_nano, run.operations) == ("failed", None, {})
    assert len(stub.requests) == 1


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "neither GOOGLE_API_KEY nor GOOGLE_CLOUD_PROJECT is set"),
        ({"GOOGLE_CLOUD_PROJECT": "studio", "GOOGLE_APPLICATION_CREDENTIALS": "/"}, "Is a directory: '/'"),
        ({"GOOGLE_API_KEY": "AIza…"}, "GOOGLE_API_KEY has characters that are in no API key"),
    ],
)
def test_without_credentials_it_starts_says_so_in_a_line_and_offers_what_this_machine_makes(
    yard: Yard, settings: dict[str, str], words: str
) -> None:
    run = yard.order(1, prompt="Dunes")
    nothing = {"GOOGLE_API_KEY": "", "GEMINI_API_KEY": "", "GOOGLE_CLOUD_PROJECT": ""}
    with serving(Server(yard.data_dir, FRESHET_PROVIDER="google", **nothing | settings)) as server:
        [line] = server.wait_logged("google.not_set_up")
        assert words in line
        assert urlopen(f"{server.url}/healthz").status == 200
        assert yard.finished(run).status == "succeeded"
