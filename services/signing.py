"""The secret that signs cookies: the setting, or one that is made once and, on a shared database, shared with it.

Servers that serve the same people have to sign with the same, else each takes the other's cookie for forged, and what
a session has written and seen is forgotten whenever another server answers. So the first server on a Firestore database
leaves its secret there, and all others take it. It is kept in the data directory too, for a start without the database.
"""

from __future__ import annotations

import logging
import os
import secrets
from contextlib import suppress
from pathlib import Path

from services.errors import SettingsError
from services.identity import SYSTEM
from services.log import log_event
from services.settings import Settings
from services.store.protocol import Store


def own_secret(settings: Settings) -> bytes:
    """The setting, else what this data directory keeps, which its owner alone can read. Raises SettingsError."""
    if settings.secret is not None:
        return settings.secret.encode()
    path, fresh = _path(settings), _fresh(settings)
    try:
        if not path.exists():
            _write(fresh, secrets.token_hex(32))
            with suppress(FileExistsError):  # another process was first; the name appears with the content
                os.link(fresh, path)
            fresh.unlink()
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"FRESHET_DATA_DIR {path} cannot be made or read: {error.strerror}") from error


def shared_secret(settings: Settings, store: Store) -> bytes:
    """What all servers on the database sign with: the setting where there is one. Raises SettingsError, StoreError."""
    own = own_secret(settings)
    if settings.secret is not None or settings.store != "firestore":
        return own
    shared = store.shared_secret(SYSTEM, own.decode())
    if shared != own.decode():
        fresh = _fresh(settings)
        try:
            _write(fresh, shared)
            fresh.replace(_path(settings))
        except OSError as error:  # it is in the database as well
            log_event("secret.not_kept", logging.WARNING, why=str(error))
    return shared.encode()


def _path(settings: Settings) -> Path:
    return settings.data_dir / "secret"


def _fresh(settings: Settings) -> Path:
    return settings.data_dir / f"secret-{secrets.token_hex(8)}"


def _write(path: Path, secret: str) -> None:
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(secret)
