"""The one settings object, read once from the environment. A wrong value stops the start with one clear line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast, get_args

from services.errors import SettingsError

StoreKind = Literal["sqlite", "firestore"]
LogFormat = Literal["text", "json"]
ProviderKind = Literal["local"]
AuthKind = Literal["local"]

SHORTEST_SECRET = 16
"""Characters."""
LONGEST_TTL = 30 * 24 * 3600
"""Seconds."""


@dataclass(frozen=True)
class Settings:
    """Everything an operator can choose. README.md describes each in words."""

    host: str
    port: int
    """TCP port; 0 lets the system choose a free one."""
    data_dir: Path
    store: StoreKind
    firestore_project: str | None
    """Google Cloud project of the Firestore database (GOOGLE_CLOUD_PROJECT)."""
    files_url: str
    provider: ProviderKind
    workflow_db: str
    """SQLAlchemy URL of the workflow engine's own database."""
    auth: AuthKind
    log: LogFormat
    secret: str | None
    """Signs cookies; machines that serve the same people share it. None: one is kept in the data directory."""
    ttls: Mapping[str, float]
    """Seconds for which an answer stays fresh, by kind of content; only those that differ from the defaults."""

    @property
    def sqlite_path(self) -> Path:
        return self.data_dir / "freshet.sqlite"


def load_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read `FRESHET_*`. Raises SettingsError naming the variable, its value and what is allowed."""
    data_dir = _folder("FRESHET_DATA_DIR", environ.get("FRESHET_DATA_DIR") or "data")
    return Settings(
        host=environ.get("FRESHET_HOST") or "127.0.0.1",
        port=_port(environ.get("FRESHET_PORT") or "8080"),
        data_dir=data_dir,
        store=cast(StoreKind, _choice(environ, "FRESHET_STORE", get_args(StoreKind))),
        firestore_project=environ.get("GOOGLE_CLOUD_PROJECT") or None,
        files_url=environ.get("FRESHET_FILES") or (data_dir / "files").as_uri(),
        provider=cast(ProviderKind, _choice(environ, "FRESHET_PROVIDER", get_args(ProviderKind))),
        workflow_db=environ.get("FRESHET_WORKFLOW_DB") or f"sqlite:///{data_dir / 'workflows.sqlite'}",
        auth=cast(AuthKind, _choice(environ, "FRESHET_AUTH", get_args(AuthKind))),
        log=cast(LogFormat, _choice(environ, "FRESHET_LOG", get_args(LogFormat))),
        secret=_secret(environ.get("FRESHET_SECRET")),
        ttls=_ttls(environ),
    )


CONTENT_KINDS = ("sections", "library", "item", "clips", "metadata")
SETTING_NAMES = tuple(
    f"FRESHET_{name}"
    for name in (
        *("HOST", "PORT", "DATA_DIR", "STORE", "FILES", "PROVIDER", "WORKFLOW_DB", "AUTH", "LOG", "SECRET"),
        *(f"TTL_{kind.upper()}" for kind in CONTENT_KINDS),
    )
)


def unknown_settings(environ: Mapping[str, str] = os.environ) -> list[str]:
    """`FRESHET_*` variables that mean nothing, most likely misspelt."""
    return sorted(name for name in environ if name.startswith("FRESHET_") and name not in SETTING_NAMES)


def _choice(environ: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    value = (environ.get(name) or allowed[0]).strip().lower()
    if value not in allowed:
        raise SettingsError(f"{name} is {value!r}, but must be one of: {', '.join(allowed)}")
    return value


def _folder(name: str, text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # of a person unknown to this machine
        raise SettingsError(f"{name} is {text!r}, but there is no such home folder") from error


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise SettingsError(f"FRESHET_PORT is {text!r}, but must be a number from 0 to 65535")
    return int(text)


def _secret(text: str | None) -> str | None:
    if text and len(text) < SHORTEST_SECRET:
        raise SettingsError(f"FRESHET_SECRET is shorter than {SHORTEST_SECRET} characters")
    return text or None


def _ttls(environ: Mapping[str, str]) -> dict[str, float]:
    found = {}
    for kind in CONTENT_KINDS:
        name = f"FRESHET_TTL_{kind.upper()}"
        text = environ.get(name)
        if not text:
            continue
        if not text.isdecimal() or not 0 < int(text) <= LONGEST_TTL:
            raise SettingsError(f"{name} is {text!r}, but must be a number of seconds from 1 to {LONGEST_TTL}")
        found[kind] = float(text)
    return found
