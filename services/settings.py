"""The one settings object, read once from the environment. A wrong value stops the start with one clear line."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast, get_args

from services.errors import SettingsError

StoreKind = Literal["sqlite", "firestore"]
LogFormat = Literal["text", "json"]
ProviderKind = Literal["local", "google"]
AuthKind = Literal["local"]

SHORTEST_SECRET = 16
"""Characters."""
LONGEST_TTL = 30 * 24 * 3600
"""Seconds."""
MB = 1_000_000


@dataclass(frozen=True)
class UploadLimits:
    """How much may come over HTTP. The defaults of the two sizes are also what the importer takes at most."""

    image_bytes: int = 50 * MB
    clip_bytes: int = 500 * MB
    """A video or a sound."""
    spool_bytes: int = 4_000 * MB
    """All uploads on their way together, as announced."""
    at_once: int = 60
    """Uploads that one person may have begun and not finished."""


@dataclass(frozen=True)
class GoogleAccess:
    """How Google's models are reached: with a key, or as a project of Google Cloud."""

    api_key: str | None = field(repr=False)
    key_setting: str
    """The variable that the key came from."""
    project: str | None
    location: str
    url: str | None
    """Where to, if not to Google itself."""


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
    google: GoogleAccess
    workflow_db: str
    """SQLAlchemy URL of the workflow engine's own database."""
    auth: AuthKind
    allowed_hosts: tuple[str, ...]
    """Names by which the server may be called, besides localhost and addresses."""
    log: LogFormat
    secret: str | None
    """Signs cookies; machines that serve the same people share it. None: one is kept in the data directory."""
    ttls: Mapping[str, float]
    """Seconds for which an answer stays fresh, by kind of content; only those that differ from the defaults."""
    uploads: UploadLimits

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
        google=_google(environ),
        workflow_db=environ.get("FRESHET_WORKFLOW_DB") or f"sqlite:///{data_dir / 'workflows.sqlite'}",
        auth=cast(AuthKind, _choice(environ, "FRESHET_AUTH", get_args(AuthKind))),
        allowed_hosts=_names(environ.get("FRESHET_ALLOWED_HOSTS") or ""),
        log=cast(LogFormat, _choice(environ, "FRESHET_LOG", get_args(LogFormat))),
        secret=_secret(environ.get("FRESHET_SECRET")),
        ttls=_ttls(environ),
        uploads=_uploads(environ),
    )


CONTENT_KINDS = ("sections", "library", "item", "clips", "metadata")
SETTING_NAMES = tuple(
    f"FRESHET_{name}"
    for name in (
        *("HOST", "PORT", "DATA_DIR", "STORE", "FILES", "PROVIDER", "GOOGLE_URL", "WORKFLOW_DB", "LOG"),
        *("AUTH", "ALLOWED_HOSTS", "SECRET"),
        *(f"TTL_{kind.upper()}" for kind in CONTENT_KINDS),
        *("UPLOAD_IMAGE_MB", "UPLOAD_CLIP_MB", "UPLOAD_SPOOL_MB", "UPLOAD_AT_ONCE"),
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


def _google(environ: Mapping[str, str]) -> GoogleAccess:
    """By the variables that Google's own programs read. With a project asked for, the key is left alone."""
    project, asked = environ.get("GOOGLE_CLOUD_PROJECT") or None, environ.get("GOOGLE_GENAI_USE_VERTEXAI") or ""
    key_setting = "GOOGLE_API_KEY" if environ.get("GOOGLE_API_KEY") else "GEMINI_API_KEY"
    key = environ.get(key_setting) or None
    return GoogleAccess(
        api_key=None if asked.lower() in ("true", "1") else key,
        key_setting=key_setting,
        project=project,
        location=environ.get("GOOGLE_CLOUD_LOCATION") or "global",
        url=_url("FRESHET_GOOGLE_URL", environ.get("FRESHET_GOOGLE_URL")),
    )


def _url(name: str, text: str | None) -> str | None:
    if text and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", text):
        raise SettingsError(f"{name} is {text!r}, but must be an address like https://models.example")
    return text or None


def _folder(name: str, text: str) -> Path:
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:  # of a person unknown to this machine
        raise SettingsError(f"{name} is {text!r}, but there is no such home folder") from error


def _port(text: str) -> int:
    if not re.fullmatch("[0-9]{1,5}", text) or int(text) > 65535:
        raise SettingsError(f"FRESHET_PORT is {text!r}, but must be a number from 0 to 65535")
    return int(text)


def _names(text: str) -> tuple[str, ...]:
    found = tuple(name.strip() for name in text.split(",") if name.strip())
    if not all(re.fullmatch(r"[\w-]+(\.[\w-]+)*", name) for name in found):
        raise SettingsError(f"FRESHET_ALLOWED_HOSTS is {text!r}, but must be names like studio.example, by commas")
    return found


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
        found[kind] = float(_whole_number(name, text, 1, LONGEST_TTL, "a number of seconds"))
    return found


def _uploads(environ: Mapping[str, str]) -> UploadLimits:
    usual = UploadLimits()
    image = _megabytes(environ, "FRESHET_UPLOAD_IMAGE_MB", usual.image_bytes, most=usual.image_bytes)
    clip = _megabytes(environ, "FRESHET_UPLOAD_CLIP_MB", usual.clip_bytes, most=usual.clip_bytes)
    largest = max(image, clip)
    spool = _megabytes(environ, "FRESHET_UPLOAD_SPOOL_MB", usual.spool_bytes, least=largest, most=10_000_000 * MB)
    text = environ.get("FRESHET_UPLOAD_AT_ONCE") or str(usual.at_once)
    return UploadLimits(image, clip, spool, _whole_number("FRESHET_UPLOAD_AT_ONCE", text, 1, 1_000))


def _megabytes(environ: Mapping[str, str], name: str, usual: int, *, least: int = MB, most: int) -> int:
    """Bytes, of a setting in whole megabytes (a million bytes each)."""
    text = environ.get(name)
    return _whole_number(name, text, least // MB, most // MB, "a number of megabytes") * MB if text else usual


def _whole_number(name: str, text: str, least: int, most: int, what: str = "a number") -> int:
    if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise SettingsError(f"{name} is {text!r}, but must be {what} from {least} to {most}")
    return int(text)
