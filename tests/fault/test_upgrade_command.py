"""`python main.py upgrade`: bringing a library up to date that an earlier version wrote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

import main
from services.clock import SystemClock
from services.models import MediaQuery
from tests.support.logs import logging_kept
from tests.support.records import make_item, make_principal, save


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    with logging_kept():
        yield


def test_a_library_on_sqlite_is_up_to_date_by_being_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FRESHET_DATA_DIR", str(tmp_path))
    assert main.main(["upgrade"]) == 0
    assert capsys.readouterr().out == "0 records were brought up to date\n"


def test_one_on_firestore_can_be_searched_afterwards(
    firestore_emulator: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from google.cloud.firestore import DELETE_FIELD

    from services.store.firestore import connect
    from services.store.firestore.identity import NAME
    from tests.support.counting import CountingClient

    project = f"test-{uuid4().hex[:12]}"
    store, client = connect(project, clock=SystemClock()), CountingClient(project=project)
    [item] = save(store, make_item(title="Fox"))
    media = client.collection("media")
    media.document(item.id).update({"tokens": DELETE_FIELD, "title_key": DELETE_FIELD})
    media.document(NAME).update({"layout": DELETE_FIELD})
    monkeypatch.setenv("FRESHET_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FRESHET_STORE", "firestore")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", project)
    assert main.main(["upgrade"]) == 0
    assert capsys.readouterr().out == "1 records were brought up to date\n"
    asked = MediaQuery(project_id=item.project_id, text="fox")
    assert store.media.get_media_for_page(make_principal(), asked).items == (item,)
    store.close()
    client.close()
