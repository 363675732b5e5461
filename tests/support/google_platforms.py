"""Google as it is asked by key and by project, with its real SDK, at the stub."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import google.auth
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from google.oauth2.credentials import Credentials

from services.generation.google.client import Google
from services.settings import load_settings
from tests.support.google_stub import TOKEN, TOKENS, GoogleStub

TIMEOUT = 60
"""Seconds."""
VERTEX = {"GOOGLE_CLOUD_PROJECT": "studio", "GOOGLE_GENAI_USE_VERTEXAI": "true"}


def with_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let Google's credentials be there."""

    def found(**options: Any) -> tuple[Credentials, str]:
        return Credentials(token=TOKEN), "other"

    monkeypatch.setattr(google.auth, "default", found)


def by_key(stub: GoogleStub, *, timeout: float = TIMEOUT) -> Google:
    return Google(load_settings(stub.environment).google, timeout=timeout)


def by_project(
    stub: GoogleStub, monkeypatch: pytest.MonkeyPatch, *, timeout: float = TIMEOUT, location: str = ""
) -> Google:
    with_credentials(monkeypatch)
    settings = stub.environment | VERTEX | ({"GOOGLE_CLOUD_LOCATION": location} if location else {})
    return Google(load_settings(settings).google, timeout=timeout)


def service_account(stub: GoogleStub, folder: Path) -> dict[str, str]:
    """Settings by which a process of its own finds credentials, which the stub exchanges for a token."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path = folder / "account.json"
    account = {
        "type": "service_account",
        "project_id": "studio",
        "client_email": "freshet@studio.example",
        "private_key": key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "token_uri": f"{stub.url}{TOKENS}",
    }
    path.write_text(json.dumps(account))
    return {"GOOGLE_APPLICATION_CREDENTIALS": str(path)}
