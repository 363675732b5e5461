"""Firestore out of reach is told within seconds, and what it holds is what the documentation says."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials

from services.clock import FakeClock, SystemClock
from services.errors import Conflict, OutcomeUnknown, StoreCorrupt, StoreError, StoreUnavailable
from services.models import MediaQuery
from services.store.firestore import calls, connect
from services.store.firestore.client import Client
from services.store.open import open_store
from services.store.protocol import TOMBSTONE_LIFETIME
from tests.support.emulator import free_port
from tests.support.records import PROJECT, make_item, make_principal, make_run, remove, save
from tests.support.stores import Backend

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)
PLUGIN = "Getting metadata from plugin failed with error:"
"""How gRPC says that no access token could be had."""


@pytest.fixture
def backend(firestore_emulator: str, tmp_path: Path, clock: FakeClock) -> Iterator[Backend]:
    backend = Backend("firestore", tmp_path, clock)
    yield backend
    backend.close()


@pytest.fixture
def mute_port() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


class TestReaching:
    def test_the_configured_store_is_opened_on_the_emulator(self, backend: Backend, tmp_path: Path) -> None:
        store = open_store(
            kind="firestore", sqlite_path=tmp_path / "x", clock=backend.clock, firestore_project=backend.project
        )
        [item] = save(store, make_item())
        store.close()
        assert backend.open().media.get(ME, item.id) == item

    def test_a_port_where_nobody_listens_is_unavailable_within_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{free_port()}")
        self._expect_unavailable()

    def test_a_host_that_never_answers_is_unavailable_within_seconds(
        self, mute_port: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", f"127.0.0.1:{mute_port}")
        self._expect_unavailable()

    def _expect_unavailable(self) -> None:
        started = time.monotonic()
        with pytest.raises(StoreUnavailable, match="Firestore cannot be reached"):
            connect("nowhere", clock=SystemClock())
        # The client's own policy takes 60 to 300 s; the bound leaves room for a slow machine.
        assert time.monotonic() - started < 15

    def test_without_credentials_the_start_fails_with_what_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", "missing.json")
        with pytest.raises(StoreError, match="needs a project"):
            connect("project", clock=SystemClock())

    @pytest.mark.parametrize("emulated", [True, False])
    def test_connections_are_told_to_come_back_soon(self, monkeypatch: pytest.MonkeyPatch, emulated: bool) -> None:
        """Left alone, gRPC waits up to two minutes between two attempts."""
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", "127.0.0.1:1")
        if not emulated:
            monkeypatch.delenv("FIRESTORE_EMULATOR_HOST")
        made: list[dict[str, int]] = []
        for way in ("insecure_channel", "secure_channel"):
            make = getattr(grpc, way)

            def noting(*arguments: Any, make: Any = make, options: Any, **rest: Any) -> Any:
                made.append(dict(options))
                return make(*arguments, options=options, **rest)

            monkeypatch.setattr(grpc, way, noting)
        client = Client(project="nowhere", credentials=AnonymousCredentials())
        client._firestore_api.transport.close()
        (options,) = made
        assert options["grpc.max_reconnect_backoff_ms"] <= 2_000
        assert options["grpc.max_receive_message_length"] == -1
        assert ("grpc.keepalive_time_ms" in options) is not emulated

    def test_a_store_that_loses_firestore_raises_and_changes_nothing(self, backend: Backend) -> None:
        store = backend.open()
        [item] = save(store, make_item())
        store.close()
        store.close()
        for use in (store.ping, lambda: store.media.get_media_for_page(ME, ALL), lambda: remove(store, item)):
            with pytest.raises(StoreUnavailable, match="closed"):
                use()
        assert backend.open().media.get(ME, item.id) == item


class TestErrors:
    @pytest.mark.parametrize(
        ("raised", "expected"),
        [
            (exceptions.ServiceUnavailable("x"), StoreUnavailable),
            (exceptions.DeadlineExceeded("x"), StoreUnavailable),
            (exceptions.ResourceExhausted("x"), StoreUnavailable),
            (exceptions.InternalServerError("x"), StoreUnavailable),
            (exceptions.Aborted("x"), StoreUnavailable),
            (exceptions.Unknown("x"), StoreUnavailable),
            (exceptions.RetryError("x", exceptions.ServiceUnavailable("y")), StoreUnavailable),
            (exceptions.ServiceUnavailable(f"{PLUGIN} HTTPSConnectionPool: timed out"), StoreUnavailable),
            (exceptions.ServiceUnavailable(f"{PLUGIN} ('invalid_grant: Token has been revoked.')"), StoreError),
            (exceptions.ServiceUnavailable(f"{PLUGIN} Reauthentication is needed. Please run `gcloud`"), StoreError),
            (exceptions.PermissionDenied("x"), StoreError),
            (exceptions.Unauthenticated("x"), StoreError),
            (exceptions.FailedPrecondition("x"), StoreError),
            (exceptions.NotFound("x"), StoreError),
            (exceptions.InvalidArgument("x"), StoreError),
        ],
    )
    def test_each_becomes_one_of_ours(self, raised: exceptions.GoogleAPIError, expected: type[StoreError]) -> None:
        translated = calls.translate(raised)
        assert type(translated) is expected
        assert "Firestore" in str(translated)

    def test_a_read_is_tried_again_after_a_passing_failure_only(self) -> None:
        failures: list[Exception] = [exceptions.ServiceUnavailable("x"), exceptions.InternalServerError("x")]

        def flaky(**_: Any) -> str:
            if failures:
                raise failures.pop()
            return "answer"

        assert calls.read(flaky) == "answer"
        failures.append(exceptions.InvalidArgument("x"))
        with pytest.raises(StoreError, match="cannot take this"):
            calls.read(flaky)

    def test_a_document_that_cannot_be_read_is_corrupt_and_not_left_out(self, backend: Backend) -> None:
        store = backend.open()
        [item] = save(store, make_item())
        backend.client().document(f"media/{item.id}").update({"status": "unheard of"})
        with pytest.raises(StoreCorrupt, match=item.id):
            store.media.get_media_for_page(ME, ALL)

    def test_fields_of_a_newer_version_are_passed_over_and_kept(self, backend: Backend) -> None:
        store, client = backend.open(), backend.client()
        [item] = save(store, make_item())
        document = client.document(f"media/{item.id}")
        document.update({"mood": "cheerful"})
        assert store.media.get(ME, item.id) == item
        save(store, item.model_copy(update={"title": "b"}))
        assert document.get().get("mood") == "cheerful"


class TestLostAnswers:
    """A commit whose answer does not arrive was done or not; the store finds out."""

    @pytest.mark.parametrize("done", [True, False])
    @pytest.mark.parametrize("error", calls.ANSWER_LOST)
    def test_a_commit_is_made_once_whether_it_had_been_done_or_not(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch, error: type[Exception], done: bool
    ) -> None:
        store = backend.open()
        [old] = save(store, make_item())
        lost: list[bool] = []

        def lose_first_answer(call: Any) -> Any:
            if lost:
                return call()
            lost.append(True)
            if done:
                call()
            raise error("the line went dead")

        monkeypatch.setattr(calls, "write", lose_first_answer)
        new, changed = save(store, make_item(), old.model_copy(update={"title": "b"}))
        assert lost
        assert store.media.get_many(ME, [new.id, old.id]) == {new.id: new, old.id: changed}
        assert (new.revision, changed.revision) == (1, 2)

    def test_when_firestore_stays_away_nobody_knows_whether_it_was_done(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = backend.open()
        [run] = save(store, make_run())

        def lose_answer(call: Any) -> Any:
            raise exceptions.ServiceUnavailable("the line is dead")

        monkeypatch.setattr(calls, "write", lose_answer)
        with pytest.raises(OutcomeUnknown):
            save(store, make_item())
        with pytest.raises(StoreUnavailable):
            store.runs.set_progress(ME, run.id, 5)

    def test_nor_does_anybody_when_what_was_lost_cannot_be_looked_up(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = backend.open()
        save(store, make_item())  # so that it knows which database it is on

        def be_away(*args: Any) -> Any:
            raise StoreUnavailable("the line is dead")

        item = make_item()
        with monkeypatch.context() as patch:

            def go_away(call: Any) -> Any:
                call()
                patch.setattr(calls, "read", be_away)
                raise exceptions.DeadlineExceeded("the line went dead")

            patch.setattr(calls, "write", go_away)
            with pytest.raises(OutcomeUnknown):
                save(store, item)
        assert store.media.get(ME, item.id).title == item.title

    def test_what_was_never_sent_was_not_done(self, backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
        store = backend.open()

        def be_away(*args: Any) -> Any:
            raise StoreUnavailable("the line is dead")

        monkeypatch.setattr(calls, "read", be_away)
        with pytest.raises(StoreUnavailable) as refusal:
            save(store, make_item())
        assert not isinstance(refusal.value, OutcomeUnknown)

    def test_a_conflict_found_at_the_last_moment_is_a_conflict(
        self, backend: Backend, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store, other = backend.open(), backend.open()
        [item] = save(store, make_item())
        write = calls.write

        def be_overtaken(call: Any) -> Any:
            monkeypatch.setattr(calls, "write", write)
            save(other, item.model_copy(update={"title": "theirs"}))
            return write(call)

        monkeypatch.setattr(calls, "write", be_overtaken)
        with pytest.raises(Conflict):
            save(store, item.model_copy(update={"title": "mine"}))
        assert store.media.get(ME, item.id).title == "theirs"


class TestTombstones:
    def test_a_removal_leaves_the_bare_facts_with_the_time_when_they_expire(self, backend: Backend) -> None:
        store, client = backend.open(), backend.client()
        [item, run] = save(store, make_item(), make_run())
        remove(store, item)
        remove(store, run)
        for path, kind in ((f"media/{item.id}", "media"), (f"runs/{run.id}", "run")):
            document = client.document(path).get().to_dict()
            expires_at = document.pop("expires_at")
            assert set(document) == {"id", "kind", "project_id", "revision", "operation_id", "updated_at", "deleted"}
            assert (document["kind"], document["revision"], document["deleted"]) == (kind, 2, True)
            assert expires_at == backend.clock.now() + TOMBSTONE_LIFETIME + timedelta(days=1)

    def test_a_move_leaves_one_in_the_old_project_and_coming_back_takes_it_away(self, backend: Backend) -> None:
        store = backend.open()
        both = make_principal("ada", PROJECT, "other")
        [item] = save(store, make_item())
        [moved] = save(store, item.model_copy(update={"project_id": "other"}), principal=both)
        assert {snapshot.id for snapshot in backend.media_documents()} == {item.id, f"{item.id}@{PROJECT}"}
        save(store, moved.model_copy(update={"project_id": PROJECT}), principal=both)
        assert {snapshot.id for snapshot in backend.media_documents()} == {item.id, f"{item.id}@other"}
        assert [one.id for one in store.media.get_media_for_page(both, ALL).items] == [item.id]

    def test_a_record_made_again_is_no_tombstone_any_more(self, backend: Backend) -> None:
        store, client = backend.open(), backend.client()
        [item] = save(store, make_item())
        remove(store, item)
        save(store, item.model_copy(update={"revision": 0}))
        document = client.document(f"media/{item.id}").get().to_dict()
        assert not {"deleted", "expires_at", "kind"} & set(document)


class TestDecoding:
    def test_an_item_is_decoded_once_and_anew_when_it_has_changed(self, backend: Backend) -> None:
        """However it is read: by its id, on a page, or as a change."""
        store = backend.open()
        [item] = save(store, make_item(title="As it was"))
        begun = store.media.get_media_for_page(ME, ALL)
        assert store.media.get(ME, item.id) is begun.items[0]
        save(store, item.model_copy(update={"title": "As it is"}))
        (changed,) = store.media.changed_since(ME, PROJECT, begun.watermark).changed
        assert (changed.title, changed.revision) == ("As it is", 2)
        assert store.media.get(ME, item.id) is changed
        assert store.media.get_media_for_page(ME, ALL).items[0] is changed

    def test_what_went_into_the_trash_and_what_was_removed_is_told_as_a_change(self, backend: Backend) -> None:
        store = backend.open()
        [trashed, removed] = save(store, make_item(), make_item())
        begun = store.media.get_media_for_page(ME, ALL)
        save(store, trashed.model_copy(update={"deleted_at": backend.clock.now()}))
        remove(store, removed)
        changes = store.media.changed_since(ME, PROJECT, begun.watermark)
        assert [(one.id, one.created_at) for one in changes.changed if one.deleted_at] == [
            (trashed.id, trashed.created_at)
        ]
        assert [(one.id, one.revision) for one in changes.removed] == [(removed.id, 2)]
