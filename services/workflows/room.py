"""Whether an error says that a disk is full, whichever library raised it."""

from __future__ import annotations

import errno

from services.errors import StorageFull

FULL = "There is no room left on the disk: free some space and try again."
_ERRNOS = (errno.ENOSPC, errno.EDQUOT)
_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR_SHMSIZE")
_POSTGRES = "53100"
"""disk_full (postgresql.org/docs/current/errcodes-appendix.html)."""


def is_out_of_room(error: BaseException | None) -> bool:
    """Whether `error`, or what it was raised from, or what SQLAlchemy wraps in it, is of a full disk.

    >>> is_out_of_room(OSError(errno.ENOSPC, "No space left on device")), is_out_of_room(OSError(errno.EIO, "Broken"))
    (True, False)
    """
    while error is not None:
        if _says_so(error) or _says_so(getattr(error, "orig", None)):
            return True
        error = error.__cause__
    return False


def _says_so(error: BaseException | None) -> bool:
    return (
        isinstance(error, StorageFull)
        or (isinstance(error, OSError) and error.errno in _ERRNOS)
        or getattr(error, "sqlite_errorname", "") in _SQLITE
        or getattr(error, "sqlstate", "") == _POSTGRES
    )
