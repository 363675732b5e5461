"""Google, as far as its SDK can tell: a server on this machine that answers as a test says."""

from __future__ import annotations

import base64
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from tests.support.media import clip, picture

KEY = "AIza-planted-key-0123456789"
TOKEN = "ya29.planted-token-0123456789"
"""What a project's credentials are exchanged for. Both must appear nowhere."""
USAGE = {
    "promptTokenCount": 10,
    "candidatesTokenCount": 1140,
    "candidatesTokensDetails": [{"modality": "IMAGE", "tokenCount": 1120}],
    "thoughtsTokenCount": 100,
    "totalTokenCount": 1250,
}
COST = 10 * 1_500 + 20 * 7_500 + 100 * 7_500 + 1120 * 30_000
"""Of that usage, for gemini-nano-banana-2.1, in nano-dollars."""

MODELS = "projects/studio/locations/us-central1/publishers/google/models"
"""Where those are that a project of no particular location asks for, but cannot have globally."""
OPERATION = f"{MODELS}/veo-3.1-generate-001/operations/op-1"
INTERACTION = "v1_interaction-1"
FILE = "https://generativelanguage.googleapis.com/v1beta/files/clip1:download?alt=media"
"""Where Google leaves a clip; the SDK fetches it from the address it was given."""
TOKENS = "/token"
"""Where credentials are exchanged for a token: by the side, since that is part of no test's script."""

Reply = Callable[["_Handler"], None]


def made(data: bytes | None = None, *, usage: Any = USAGE, words: str = "Here it is", **fields: Any) -> Reply:
    """A picture, after a few words and an early draft of it."""
    image = {"mimeType": "image/png", "data": base64.b64encode(picture() if data is None else data).decode()}
    draft = {"thought": True, "inlineData": {"mimeType": "image/png", "data": base64.b64encode(b"draft").decode()}}
    parts = [{"text": words}, draft, {"inlineData": image}]
    return answered([{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", **fields}], usage=usage)


def answered(candidates: list[Any] | None, *, usage: Any = USAGE, **fields: Any) -> Reply:
    body = {"modelVersion": "stub", **({"candidates": candidates} if candidates is not None else {}), **fields}
    return sent(200, json.dumps(body | ({"usageMetadata": usage} if usage else {})).encode())


def held_back(reason: str, **fields: Any) -> Reply:
    """A candidate without content."""
    return answered([{"finishReason": reason, **fields}])


def blocked(reason: str, **fields: Any) -> Reply:
    """A prompt that is not even tried: there are no candidates."""
    usage = {"promptTokenCount": 10, "totalTokenCount": 10}
    return answered(None, usage=usage, promptFeedback={"blockReason": reason, **fields})


def said(words: str, *, usage: Any = USAGE, **fields: Any) -> Reply:
    """An answer in words."""
    parts = [{"thought": True, "text": "Let me see"}, {"text": words}]
    return answered([{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", **fields}], usage=usage)


def told(body: Any) -> Reply:
    """Any JSON."""
    return sent(200, json.dumps(body).encode())


def began(name: str | None = OPERATION) -> Reply:
    """An operation of Veo's that was taken on."""
    return told({"name": name} if name else {})


def finished(*clips: bytes, name: str = OPERATION, error: Any = None, **response: Any) -> Reply:
    """An operation that has come to its end: with these clips, or with an error."""
    videos = [{"mimeType": "video/mp4", "bytesBase64Encoded": base64.b64encode(one).decode()} for one in clips]
    outcome = {"error": error} if error else {"response": ({"videos": videos} if videos else {}) | response}
    return told({"name": name, "done": True, **outcome})


def interaction(status: str, *content: Any, **fields: Any) -> Reply:
    """How far an interaction is, with what the model has put out."""
    steps = [
        {"type": "user_input", "content": [{"type": "text", "text": "dunes"}]},
        {"type": "model_output", "content": list(content)},
    ]
    return told({"id": INTERACTION, "object": "interaction", "status": status, "steps": steps, **fields})


def filed(uri: str = FILE) -> dict[str, Any]:
    """A clip of an interaction, to be fetched."""
    return {"type": "video", "mime_type": "video/mp4", "uri": uri}


def file_is(state: str, **fields: Any) -> Reply:
    """What Google tells of the file of a clip."""
    return told({"name": "files/clip1", "state": state, **fields})


def tried_on(data: bytes | None = None, **fields: Any) -> Reply:
    encoded = base64.b64encode(picture() if data is None else data).decode()
    return told({"predictions": [fields or {"mimeType": "image/png", "bytesBase64Encoded": encoded}]})


@cache
def a_clip() -> bytes:
    return clip()


def failed(code: int, status: str = "", message: str = "Something", **fields: Any) -> Reply:
    error = {"code": code, "message": message, "status": status, **fields}
    return sent(code, json.dumps({"error": error}).encode())


def sent(code: int, body: bytes, content_type: str = "application/json", length: int | None = None) -> Reply:
    """With another `length` than it has, it breaks off."""

    def reply(handler: _Handler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Type", content_type)
        handler.send_header("Content-Length", str(len(body) if length is None else length))
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = length is not None

    return reply


def reset(handler: _Handler) -> None:
    """The connection breaks without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.shutdown(socket.SHUT_RD)
    handler.close_connection = True
    handler.connection.close()


def usual(path: str) -> Reply:
    """What Google answers where nothing goes wrong; a clip is there with the first question."""
    if path.endswith(":predictLongRunning"):
        return began()
    if path.endswith(":fetchPredictOperation"):
        return finished(a_clip())
    if path.endswith(":predict"):
        return tried_on()
    if path.endswith("/interactions"):
        return interaction("in_progress")
    if "/interactions/" in path:
        return interaction("cancelled" if path.endswith("/cancel") else "completed", filed())
    if path.endswith(":download"):
        return sent(200, a_clip(), "video/mp4")
    if "/files/" in path:
        return file_is("ACTIVE")
    return made()


class GoogleStub:
    """Answers each request with what is next in the script, and as usual once that is used up."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.script: deque[Reply] = deque()
        self.go_on = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.daemon_threads = True
        self._server.stub = self  # type: ignore[attr-defined]
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()

    def will(self, *replies: Reply) -> None:
        self.script.extend(replies)

    def hang(self, handler: _Handler) -> None:
        """Nothing comes until `go_on` is set; then a picture, if anybody still listens."""
        self.go_on.wait(60)
        made()(handler)

    def paid(self) -> list[dict[str, Any]]:
        """The requests that cost something."""
        free = (":fetchPredictOperation", "/cancel")
        return [one for one in self.requests if one["method"] == "POST" and not one["path"].endswith(free)]

    @property
    def environment(self) -> dict[str, str]:
        """Settings that have Freshet ask here."""
        return {"FRESHET_PROVIDER": "google", "FRESHET_GOOGLE_URL": self.url, "GOOGLE_API_KEY": KEY}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.go_on.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        stub: GoogleStub = self.server.stub  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path == TOKENS:
            told({"access_token": TOKEN, "expires_in": 3600, "token_type": "Bearer"})(self)
            return
        asked = {
            "method": self.command,
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "body": json.loads(body or b"{}"),
        }
        stub.requests.append(asked)
        reply = stub.script.popleft() if stub.script else usual(self.path.partition("?")[0])
        try:
            reply(self)
        except OSError:
            self.close_connection = True  # who asked has gone

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: tests read `requests`."""
