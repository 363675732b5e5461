"""Google's credentials on this machine, as far as they can be told of."""

from __future__ import annotations

import os
from pathlib import PurePath

from google.auth.environment_vars import CREDENTIALS
from google.auth.exceptions import GoogleAuthError

__all__ = ["CREDENTIALS", "why_none"]

LONGEST = 300
"""Characters of what is told."""


def why_none(error: Exception) -> str:
    """Why they cannot be had, in one line; without what was set if that is no path, since it may be the key itself."""
    said = str(error.args[0] if isinstance(error, GoogleAuthError) and error.args else error)
    named = os.environ.get(CREDENTIALS, "")
    is_path = PurePath(named).is_absolute() or named.endswith(".json")
    told = said.replace(named, "…") if named and not is_path else said
    return " ".join(told.split())[:LONGEST].removesuffix(".")
