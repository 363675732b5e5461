"""What a session has written and seen, kept from server to server: each is a process with a directory of its own."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

from services.freshness.session import COOKIE
from tests.browser.server import Server
from tests.fault.yard import serving
from tests.support.mesop_client import MesopClient
from tests.support.proxy import proxied
from tests.support.remote_app import RemoteApp


def settings(address: str, project: str) -> dict[str, str]:
    return {"FRESHET_STORE": "firestore", "FIRESTORE_EMULATOR_HOST": address, "GOOGLE_CLOUD_PROJECT": project}


def told(server: Server) -> str:
    """What a new tab at a server's library has its cookie know, signed."""
    token: str = MesopClient(RemoteApp(server.url), "/library").element("freshet-session")["token"]
    assert token
    return token


def kept(server: Server, token: str) -> str:
    """The cookie that a server makes of it, for a browser that has none: the same where it believes all of it."""
    headers = {"Content-Type": "application/json", "Origin": server.url}
    asked = Request(f"{server.url}/api/session", json.dumps({"token": token}).encode(), headers)
    with urlopen(asked, timeout=60) as answer:
        name, _, value = str(answer.headers["Set-Cookie"]).partition(";")[0].partition("=")
    assert name == COOKIE
    return value


def test_F10_servers_on_one_database_believe_each_others_cookies_without_being_told_a_secret(
    firestore_emulator: str, tmp_path: Path
) -> None:
    choices = settings(firestore_emulator, f"sessions-{uuid4().hex[:12]}")
    with serving(Server(tmp_path / "one", **choices)) as one, serving(Server(tmp_path / "two", **choices)) as two:
        token = told(one)
        assert kept(one, token) == kept(two, token) == token
        assert kept(two, f"{token}x") != token
    secrets = [(tmp_path / name / "secret") for name in ("one", "two")]
    assert secrets[0].read_text() == secrets[1].read_text()
    assert [secret.stat().st_mode & 0o777 for secret in secrets] == [0o600, 0o600]


def test_F10_a_server_that_started_while_the_database_was_away_believes_the_others_once_it_is_there(
    firestore_emulator: str, tmp_path: Path
) -> None:
    project = f"sessions-{uuid4().hex[:12]}"
    with (
        proxied(firestore_emulator) as proxy,
        serving(Server(tmp_path / "one", **settings(firestore_emulator, project))) as one,
    ):
        proxy.cut()
        with serving(Server(tmp_path / "two", **settings(proxy.address, project))) as two:
            proxy.resume()
            two.wait_logged("store.reached")
            token = told(one)
            assert kept(two, token) == token
