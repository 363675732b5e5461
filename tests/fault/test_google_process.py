"""A real server that asks Google, and is killed while it waits; and one that has no credentials."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from services.identity import SYSTEM
from tests.browser.server import Server
from tests.fault.yard import Yard, serving
from tests.support.google_stub import COST, KEY, GoogleStub, made


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path / "data")
    yield yard
    yard.store.close()


@pytest.fixture
def stub() -> Iterator[GoogleStub]:
    with GoogleStub() as stub:
        yield stub


def test_after_kill_9_between_asking_and_keeping_the_outcome_is_unknown_and_nothing_is_paid_twice(
    yard: Yard, stub: GoogleStub
) -> None:
    run = yard.order(3, prompt="Dunes", model="gemini-nano-banana-2.1")
    stub.will(made(), stub.hang)
    with serving(Server(yard.data_dir, **stub.environment)) as server:
        yard.wait_for(lambda: len(stub.requests) == 2)
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


def test_without_credentials_it_starts_says_so_in_a_line_and_offers_what_this_machine_makes(yard: Yard) -> None:
    run = yard.order(1, prompt="Dunes")
    nothing = {"GOOGLE_API_KEY": "", "GEMINI_API_KEY": "", "GOOGLE_CLOUD_PROJECT": ""}
    with serving(Server(yard.data_dir, FRESHET_PROVIDER="google", **nothing)) as server:
        [line] = server.wait_logged("google.not_set_up")
        assert "neither GOOGLE_API_KEY nor GOOGLE_CLOUD_PROJECT is set" in line
        assert urlopen(f"{server.url}/healthz").status == 200
        assert yard.finished(run).status == "succeeded"
