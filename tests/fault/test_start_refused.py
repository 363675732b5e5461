"""Starting where something is wrong: one line on standard error, exit status 2, never a trace."""

from __future__ import annotations

import json
import socket
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

import main
from services import container
from services.settings import SETTING_NAMES
from services.store.sqlite.errors import PUT_BACK
from services.workflows.lock import DataDirLock
from tests.support.logs import logging_kept

Refusal = Callable[..., str]


@pytest.fixture
def refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[..., str]]:
    """Starts with these settings, which must fail, and returns the one line that says why."""

    def start(*arguments: str, **settings: str) -> str:
        for name in SETTING_NAMES:
            monkeypatch.delenv(name, raising=False)
        for name, value in {"FRESHET_DATA_DIR": str(tmp_path), "FRESHET_PORT": "0", **settings}.items():
            monkeypatch.setenv(name, value)
        assert main.main(list(arguments)) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("freshet: ")
        assert err.count("\n") == 1, err
        return err.strip()

    with logging_kept():
        yield start
    container.install(None)


class TestSettings:
    @pytest.mark.parametrize("command", [(), ("serve",), ("import", "x.png")])
    def test_a_wrong_value_stops_every_command(self, refusal: Refusal, command: tuple[str, ...]) -> None:
        line = refusal(*command, FRESHET_STORE="mysql")
        assert line == "freshet: FRESHET_STORE is 'mysql', but must be one of: sqlite, firestore"

    @pytest.mark.parametrize(
        ("name", "near"),
        [("FRESHET_PROT", "PORT"), ("FRESHET_DATADIR", "DATA_DIR"), ("FRESHET_WORKFLOWDB", "WORKFLOW_DB")],
    )
    def test_a_misspelt_setting_is_told_the_right_one(self, refusal: Refusal, name: str, near: str) -> None:
        assert refusal(**{name: "x"}) == f"freshet: There is no setting {name}. Did you mean FRESHET_{near}?"

    def test_a_setting_like_none_is_told_all_of_them(self, refusal: Refusal) -> None:
        line = refusal(FRESHET_ZZZ="x")
        assert "Did you mean" not in line
        assert all(name in line for name in SETTING_NAMES)


class TestAddress:
    def test_a_port_in_use(self, refusal: Refusal) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            line = refusal(FRESHET_PORT=str(port))
        assert line == (
            f"freshet: FRESHET_HOST 127.0.0.1 and FRESHET_PORT {port} cannot be listened on: Address already in use"
        )

    @pytest.mark.parametrize("host", ["999.1.1.1", "::g", "192.0.2.1", "ü..x", "x" * 64])
    def test_a_host_that_is_not_this_machine(self, refusal: Refusal, host: str) -> None:
        assert f"FRESHET_HOST {host} and FRESHET_PORT 0 cannot be listened on" in refusal(FRESHET_HOST=host)

    def test_nothing_is_opened_before_the_address_is_ours(self, refusal: Refusal, tmp_path: Path) -> None:
        refusal(FRESHET_HOST="192.0.2.1", FRESHET_DATA_DIR=str(tmp_path / "data"))
        assert not (tmp_path / "data").exists()


class TestDataDirectory:
    def test_one_that_cannot_be_made(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        line = refusal(FRESHET_DATA_DIR=str(tmp_path / "file" / "data"))
        assert line == f"freshet: FRESHET_DATA_DIR {tmp_path}/file/data cannot be created: Not a directory"

    @pytest.mark.parametrize("name", ["engine-id", "server.lock"])
    def test_one_that_cannot_be_written(self, refusal: Refusal, tmp_path: Path, name: str) -> None:
        """Folders stand where files should be: permissions would not stop a superuser."""
        (tmp_path / name).mkdir()
        assert refusal() == f"freshet: FRESHET_DATA_DIR {tmp_path} cannot be used: Is a directory"

    def test_one_whose_name_for_the_engine_is_damaged(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "engine-id").write_bytes(b"\xff\xfe")
        line = refusal()
        assert line == f"freshet: {tmp_path}/engine-id is damaged: remove it, and this server gets another name"

    def test_one_that_another_server_uses(self, refusal: Refusal, tmp_path: Path) -> None:
        other = DataDirLock(tmp_path)
        other.acquire()
        try:
            assert f"FRESHET_DATA_DIR {tmp_path} is in use by another Freshet server (process " in refusal()
        finally:
            other.release()

    def test_a_refused_start_keeps_nothing_locked(self, refusal: Refusal, tmp_path: Path) -> None:
        refusal(FRESHET_WORKFLOW_DB="nonsense")
        lock = DataDirLock(tmp_path)
        lock.acquire()
        lock.release()


class TestDatabase:
    def test_a_damaged_file(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "freshet.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
        assert str(tmp_path / "freshet.sqlite") in refusal()

    def test_a_file_that_is_none(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "freshet.sqlite").write_bytes(b"These are my holiday notes.\n" * 200)
        before = (tmp_path / "freshet.sqlite").read_bytes()
        line = refusal()
        assert line == f"freshet: The database file {tmp_path}/freshet.sqlite is damaged or no database: {PUT_BACK}"
        assert (tmp_path / "freshet.sqlite").read_bytes() == before

    def test_one_of_another_program(self, refusal: Refusal, tmp_path: Path) -> None:
        with closing(sqlite3.connect(tmp_path / "freshet.sqlite")) as connection:
            connection.execute("CREATE TABLE songs (title TEXT)")
        assert "belongs to another program" in refusal()

    def test_one_that_another_program_has_locked(
        self, refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _wait_no_longer_than(monkeypatch, 0.05)
        with closing(sqlite3.connect(tmp_path / "freshet.sqlite", isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            line = refusal()
        locked = "is locked by another program: end that, or wait for it"
        assert line == f"freshet: The database file {tmp_path}/freshet.sqlite {locked}"

    def test_one_that_cannot_grow_because_the_disk_is_full(
        self, refusal: Refusal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        connect = sqlite3.connect

        def on_a_full_disk(*args: Any, **options: Any) -> sqlite3.Connection:
            connection = connect(*args, **options)
            connection.execute("PRAGMA max_page_count = 3")
            return connection

        monkeypatch.setattr(sqlite3, "connect", on_a_full_disk)
        line = refusal()
        full = "cannot grow: the disk is full. Free some space and try again"
        assert line == f"freshet: The database file {tmp_path}/freshet.sqlite {full}"

    def test_one_beside_which_no_file_can_be_made_because_the_disk_is_full(
        self, refusal: Refusal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """In WAL mode SQLite begins by making one, of fixed size."""

        def on_a_full_disk(*args: Any, **options: Any) -> sqlite3.Connection:
            full = sqlite3.OperationalError("disk I/O error")
            full.sqlite_errorcode, full.sqlite_errorname = sqlite3.SQLITE_IOERR_SHMSIZE, "SQLITE_IOERR_SHMSIZE"
            raise full

        monkeypatch.setattr(sqlite3, "connect", on_a_full_disk)
        assert refusal().endswith("cannot grow: the disk is full. Free some space and try again")


class TestFirestore:
    """One that is out of reach is waited for by a server (test_start_away.py), but not what is wrong by intention."""

    def test_one_out_of_reach_ends_a_command(self, refusal: Refusal) -> None:
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{closed.getsockname()[1]}"
            line = refusal("import", "x.png", **firestore(address))
        assert "Firestore cannot be reached" in line
        assert address in line

    def test_one_that_denies_permission(self, refusal: Refusal) -> None:
        with denying_firestore() as address:
            line = refusal(**firestore(address))
        assert line == "freshet: Firestore refuses this account: 403 Missing or insufficient permissions."

    def test_no_project(self, refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("FIRESTORE_EMULATOR_HOST", "GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT"):
            monkeypatch.delenv(name, raising=False)
        account = tmp_path / "account.json"
        names = ("client_id", "client_secret", "refresh_token")
        account.write_text(json.dumps({"type": "authorized_user", **dict.fromkeys(names, "x")}))
        line = refusal(FRESHET_STORE="firestore", GOOGLE_APPLICATION_CREDENTIALS=str(account))
        assert line.startswith("freshet: Firestore needs a project (GOOGLE_CLOUD_PROJECT) and credentials: ")

    @pytest.mark.parametrize("text", ['{"private_key": "' + "s3cret" * 100 + '"}', "[1]"], ids=["itself", "no-object"])
    def test_credentials_that_are_none_are_told_without_their_text(
        self, refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
    ) -> None:
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        named = text
        if text == "[1]":
            named = str(tmp_path / "list.json")
            Path(named).write_text(text)
        line = refusal(FRESHET_STORE="firestore", GOOGLE_CLOUD_PROJECT="p", GOOGLE_APPLICATION_CREDENTIALS=named)
        assert line.startswith("freshet: Firestore needs a project (GOOGLE_CLOUD_PROJECT) and credentials: ")
        assert "s3cret" not in line

    def test_no_credentials(self, refusal: Refusal, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("FIRESTORE_EMULATOR_HOST", raising=False)
        line = refusal(
            FRESHET_STORE="firestore", GOOGLE_CLOUD_PROJECT="p", GOOGLE_APPLICATION_CREDENTIALS="missing.json"
        )
        assert line.startswith("freshet: Firestore needs a project (GOOGLE_CLOUD_PROJECT) and credentials: ")


class TestFiles:
    @pytest.mark.parametrize(
        "url",
        [
            "ftp://x",
            "relative/folder",
            "file://host/folder",
            "s3://",
            "C:\\files",
            "s3://[x",
            "file://[d",
            "file:///a%00b",
        ],
    )
    def test_an_address_where_none_can_be_kept(self, refusal: Refusal, url: str) -> None:
        line = refusal(FRESHET_FILES=url)
        assert line.startswith("freshet: FRESHET_FILES: ")
        assert repr(url) in line

    def test_a_folder_that_cannot_be_made(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        assert "cannot be kept" in refusal(FRESHET_FILES=(tmp_path / "file" / "x").as_uri())


class TestWorkflowDatabase:
    def test_an_address_that_is_none(self, refusal: Refusal) -> None:
        assert refusal(FRESHET_WORKFLOW_DB="nonsense").startswith("freshet: FRESHET_WORKFLOW_DB nonsense cannot be")

    def test_a_file_that_is_no_database(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "workflows.sqlite").write_bytes(b"These are my holiday notes.\n" * 200)
        line = refusal()
        assert (
            line
            == f"freshet: The workflow database {tmp_path}/workflows.sqlite is damaged: move it away. No run is lost"
        )

    def test_a_file_that_cannot_be_opened(self, refusal: Refusal, tmp_path: Path) -> None:
        (tmp_path / "workflows.sqlite").mkdir()
        assert refusal().endswith("cannot be used: unable to open database file")

    def test_one_that_another_program_has_locked(
        self, refusal: Refusal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        _wait_no_longer_than(monkeypatch, 0.05)
        with closing(sqlite3.connect(tmp_path / "workflows.sqlite", isolation_level=None)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            line = refusal()
        assert line.endswith("cannot be used: database is locked")

    def test_a_password_is_never_shown(self, refusal: Refusal) -> None:
        line = refusal(FRESHET_WORKFLOW_DB="oracle://ada:secret@127.0.0.1:1/x")
        assert "secret" not in line


def _wait_no_longer_than(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """For a locked database, as the servers of this test do by default."""
    connect = sqlite3.connect

    def impatient(*args: Any, **options: Any) -> sqlite3.Connection:
        return connect(*args, **{**options, "timeout": seconds})

    monkeypatch.setattr(sqlite3, "connect", impatient)


def firestore(address: str) -> dict[str, str]:
    return {"FRESHET_STORE": "firestore", "FIRESTORE_EMULATOR_HOST": address, "GOOGLE_CLOUD_PROJECT": "nowhere"}


@contextmanager
def denying_firestore() -> Iterator[str]:
    """`host:port` of a server that answers every call as Firestore does to an account without rights."""

    def deny(request: bytes, context: grpc.ServicerContext) -> None:
        context.abort(grpc.StatusCode.PERMISSION_DENIED, "Missing or insufficient permissions.")

    class Denial(grpc.GenericRpcHandler):
        def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
            return grpc.unary_stream_rpc_method_handler(deny)

    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers([Denial()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()
