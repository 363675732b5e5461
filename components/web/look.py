"""One item, close up."""

from __future__ import annotations

from typing import Any

from components.web._face import element, insert


@element
def look(
    *, kind: str, file_url: str, label: str, prompt: str, facts: str, key: str, size: int | None = None, note: str = ""
) -> Any:
    """The file, and below it `prompt`, `facts`, its `size` in bytes and its download; inside a box of class
    "look-closer".

    `kind`: "image", "video" or "audio"; or "failed" or "waiting" where there is no file (`file_url` ""), and `note`
    says why. Whatever is playing plays on until `kind` or `file_url` change.
    """
    return insert(
        "freshet-look",
        key=key,
        properties={
            "kind": kind,
            "fileUrl": file_url,
            "label": label,
            "prompt": prompt,
            "facts": facts,
            "fileSize": size,
            "note": note,
        },
    )
