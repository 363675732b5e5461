"""Files that were chosen together stand together, in the order in which they were chosen, whichever is there first."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from services.files.spool import LIFETIME
from services.ids import is_id, moment_of

_TOLD = re.compile(r"([0-9A-Z]{26}) ([0-9]{1,5})")


def place_in_time(told: str, now: datetime) -> datetime | None:
    """The time under which a file is listed that was chosen with others; None where that is not told.

    `told` comes from a browser: the id of whichever of these uploads was begun first, which says when that was, and
    the file's place among them, from 0. Each place is a microsecond, so that nothing else comes in between, and the
    file that was chosen first lies lowest, as if they had been imported one after the other. A time to come, or one
    before any upload that can still be finished, is nobody's.
    """
    found = _TOLD.fullmatch(told)
    if found is None or not is_id(found[1]):
        return None
    began = moment_of(found[1])
    if not now - LIFETIME <= began <= now:
        return None
    return began + timedelta(microseconds=int(found[2]))
