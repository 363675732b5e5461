"""One item, close up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from components.web._face import element, insert


@element
def look(
    *,
    kind: str,
    file_url: str,
    prompt: str,
    facts: list[str],
    key: str,
    made_ms: int,
    size: int | None = None,
    note: str = "",
    media_id: str = "",
    tags: Sequence[str] = (),
    tag_error: str = "",
    titled: bool = False,
    sources: int = 0,
    usable: bool = False,
    again: str = "",
) -> Any:
    """The file, and below it `prompt`, `facts`, its `size` in bytes, when it was made (epoch milliseconds), its
    download, and what can be done with the item `media_id`; inside a box of class "look-closer".

    `kind`: "image", "video" or "audio"; or "failed" or "waiting" where there is no file (`file_url` ""), and `note`
    says why. Whatever is playing plays on until `kind` or `file_url` change.
    `tags` and `tag_error` as of `tags`. The prompt can be copied; `titled`: it is the title, and not told twice. The
    item was made from so many `sources`; where it is `usable`, there are the forms that begin with it (see `uses`), and
    where it was made here the form that made it: `again`, "image", "video" or "try-on" (see `again`).
    """
    more = {
        "id": media_id, "note": note, "tags": list(tags), "error": tag_error, "titled": titled,
        "sources": sources, "usable": usable,
    }  # fmt: skip
    told = {name: value for name, value in more.items() if value}  # each opening is sent
    if again != (kind if kind in ("image", "video") else ""):  # what is shown was mostly made by the form for it
        told["again"] = again
    return insert(
        "freshet-look",
        key=key,
        properties={
            "kind": kind,
            "fileUrl": file_url,
            "prompt": prompt,
            "facts": [size, made_ms, *facts],  # without names, and the rest if there is any: each opening is sent
            "more": told,
        },
    )
