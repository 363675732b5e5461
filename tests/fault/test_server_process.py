"""A real server that is stopped, killed, and started again in the middle of its work."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from services.files.urls import media_url
from services.identity import SYSTEM
from services.models import MediaQuery, Run
from tests.browser.server import ROOT, Server
from tests.fault.yard import ScriptedServer, Yard, serving
from tests.support.processes import children


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    yard = Yard(tmp_path / "data")
    yield yard
    yard.store.close()


def in_the_middle(yard: Yard, run: Run) -> None:
    """Wait until two outputs are published and the third is being rendered."""
    yard.wait_for(lambda: yard.rendered() == [0, 1, 2])
    assert yard.statuses(run) == ["ready", "ready", "generating", "generating"]


class TestCrash:
    def test_R1_21_after_kill_9_a_run_is_finished_once_and_nothing_published_is_made_again(self, yard: Yard) -> None:
        run = yard.order(4)
        with serving(ScriptedServer(yard.data_dir)) as server:
            in_the_middle(yard, run)
            published = yard.outputs(run)[:2]
            renderers = children(server.process.pid)
            server.kill()
            yard.wait_for(lambda: yard.gone(renderers))
            assert yard.rendered() == [0, 1, 2]
            yard.hold.touch()
            server.start()
            assert yard.finished(run).status == "succeeded"
        assert yard.statuses(run) == ["ready"] * 4
        assert yard.outputs(run)[:2] == published
        assert yard.rendered() == [0, 1, 2, 2, 3]
        query = MediaQuery(project_id=yard.project.id)
        assert len(yard.store.media.get_media_for_page(SYSTEM, query).items) == 4

    def test_a_run_that_was_committed_but_never_begun_is_made_at_the_next_start(self, yard: Yard) -> None:
        """With the real renderer, at the real size."""
        run = yard.order(2, prompt="A lighthouse at dusk")
        with serving(Server(yard.data_dir)) as server:
            assert yard.finished(run).status == "succeeded"
            for item in yard.outputs(run):
                with urlopen(f"{server.url}{media_url(item, 'original')}") as answer:
                    assert answer.headers["Content-Type"] == "image/webp"
                    picture = answer.read()
                assert (picture[:4], picture[8:12]) == (b"RIFF", b"WEBP")
                original = item.file("original")
                assert original is not None
                assert (original.width, original.height, original.size) == (1024, 1024, len(picture))


class TestStop:
    @pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
    def test_it_stops_within_five_seconds_in_the_middle_of_a_run(self, yard: Yard, how: signal.Signals) -> None:
        run = yard.order(4)
        with serving(ScriptedServer(yard.data_dir)) as server:
            in_the_middle(yard, run)
            renderers = children(server.process.pid)
            asked = time.monotonic()
            server.stop(how)
            assert time.monotonic() - asked < 5
            assert server.process.returncode == 0
            assert yard.gone(renderers)
            assert server.logged("server.stopping")
            assert server.logged("Traceback") == []
            assert yard.statuses(run) == ["ready", "ready", "generating", "generating"]
            yard.hold.touch()
            server.start()
            assert yard.finished(run).status == "succeeded"
        assert yard.rendered() == [0, 1, 2, 2, 3]

    def test_open_streams_of_changes_end_by_themselves(self, yard: Yard) -> None:
        views = quote(json.dumps([{"query": {"project_id": yard.project.id}}]))
        with serving(ScriptedServer(yard.data_dir)) as server, urlopen(f"{server.url}/events?views={views}") as stream:
            assert b"retry" in stream.readline()
            server.stop()
            assert b"event: hello" in stream.read()
            assert server.wait_logged("server.stopping")
            assert server.logged("error") == []

    def test_it_stops_although_a_write_waits_for_another_program(self, yard: Yard) -> None:
        run = yard.order(4)
        with serving(ScriptedServer(yard.data_dir)) as server:
            in_the_middle(yard, run)
            with closing(sqlite3.connect(yard.data_dir / "freshet.sqlite", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                yard.hold.touch()
                yard.wait_for(lambda: len(yard.rendered()) == 3)
                asked = time.monotonic()
                server.stop()
                assert time.monotonic() - asked < 5
            server.start()
            assert yard.finished(run).status == "succeeded"
        assert yard.statuses(run) == ["ready"] * 4

    def test_a_client_that_hangs_up_in_the_middle_of_a_file_ends_nothing(self, yard: Yard, tmp_path: Path) -> None:
        sound = tmp_path / "long.wav"
        with wave.open(str(sound), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(48_000)
            file.writeframes(bytes(20_000_000))
        with serving(Server(yard.data_dir)) as server:
            media_id = server.run("import", str(sound)).stdout.split()[0]
            port = int(server.url.rpartition(":")[2])
            for _ in range(5):
                with socket.create_connection(("127.0.0.1", port)) as client:
                    # No lingering: closing resets the connection, and the server's next write meets a broken pipe.
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    client.sendall(f"GET /media/{media_id}.original.wav HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
                    assert b"200 OK" in client.recv(1000)
                    client.shutdown(socket.SHUT_WR)
                    time.sleep(0.1)
            with urlopen(f"{server.url}/healthz") as answer:
                assert json.load(answer) == {"status": "ok", "store": "ok"}
            assert server.process.poll() is None
            assert server.logged("Traceback") == []


class TestTwoProcesses:
    def test_a_second_server_on_the_same_data_directory_is_refused_and_the_first_goes_on(self, yard: Yard) -> None:
        with serving(Server(yard.data_dir)) as server:
            second = subprocess.run(
                [sys.executable, "main.py"],
                cwd=ROOT,
                env={**server.environment, "FRESHET_PORT": "0"},
                text=True,
                capture_output=True,
                timeout=60,
                check=False,
            )
            assert (second.returncode, second.stdout) == (2, "")
            assert second.stderr == (
                f"freshet: FRESHET_DATA_DIR {yard.data_dir} is in use by another Freshet server "
                f"(process {server.process.pid}). Stop it, or give this one a directory of its own.\n"
            )
            with urlopen(f"{server.url}/healthz") as answer:
                assert answer.status == 200

    def test_files_are_imported_while_a_server_runs_and_shown_by_it(self, yard: Yard, tmp_path: Path) -> None:
        picture = tmp_path / "tiny.png"
        picture.write_bytes(PNG)
        with serving(Server(yard.data_dir)) as server:
            imported = server.run("import", str(picture), str(tmp_path / "missing.png"))
            assert imported.returncode == 1
            assert "missing.png cannot be read" in imported.stderr
            media_id = imported.stdout.split()[0]
            item = yard.store.media.get(SYSTEM, media_id)
            with urlopen(f"{server.url}{media_url(item, 'original')}") as answer:
                assert answer.read() == PNG


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060"
    "000000050001a5f645400000000049454e44ae426082"
)
"""One pixel."""
