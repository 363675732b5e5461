"""Names for files that people save, from titles that may be anything."""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f"*/:<>?\\|\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]+')
"""What no file's name may hold: controls, what file systems refuse, and what turns the direction of writing."""
_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, with any extension (learn.microsoft.com, "Naming Files")."""
_LONGEST = 120
"""Bytes of UTF-8, far below the 255 that file systems take: room for a number and the extension."""


def file_name(title: str) -> str:
    """A name without extension that every file system takes; never empty, never hidden, no path.

    >>> file_name("../../etc/passwd"), file_name("a: b?"), file_name("nul"), file_name("…"), file_name(" \\0 ")
    ('etc_passwd', 'a_ b', '_nul', '…', 'freshet')
    """
    name = _shortened(_UNSAFE.sub("_", unicodedata.normalize("NFC", title))).strip(" ._")
    if _DEVICES.fullmatch(name):
        return f"_{name}"
    return name or "freshet"


class Names:
    """Names of files in one folder, each given once. On some systems names that differ in case alone are the same."""

    def __init__(self) -> None:
        self._taken: dict[str, int] = {}
        """Folded name → the last number tried for it."""

    def take(self, title: str, extension: str) -> str:
        """`title.extension`, numbered where that is taken: "Harbour (2).webp". `extension` without the dot."""
        stem = file_name(title)
        name = f"{stem}.{extension}"
        while (key := _folded(name)) in self._taken:
            number = self._taken[_folded(f"{stem}.{extension}")] = self._taken[_folded(f"{stem}.{extension}")] + 1
            name = f"{stem} ({number}).{extension}"
        self._taken[key] = 1
        return name


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()


def _shortened(name: str) -> str:
    """At most _LONGEST bytes, and no half of a character at the end."""
    return name.encode()[:_LONGEST].decode(errors="ignore")
