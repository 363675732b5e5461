"""What may be uploaded, in words."""

from __future__ import annotations

from services.container import services
from services.settings import MB

_NAMES = {"video": "Videos", "audio": "Sounds"}


def upload_limits(wanted: str = "") -> str:
    """How large files may be; of the type `wanted` alone where that is all that is of use."""
    limits = services().settings.uploads
    pictures = f"Pictures up to {limits.image_bytes // MB} MB"
    clips = f"up to {limits.clip_bytes // MB} MB"
    if wanted == "image":
        return f"{pictures}."
    return f"{_NAMES[wanted]} {clips}." if wanted in _NAMES else f"{pictures}, videos and sounds {clips}."
