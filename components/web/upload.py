"""Files from a person's disk."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def upload(
    *,
    on_uploaded: Handler,
    project: str,
    key: str,
    label: str = "Upload",
    wanted: str = "",
    limits: str = "",
    drop_words: str = "",
) -> Any:
    """A button for files, which go to /upload by themselves; dropped on the page or pasted they are taken, too.

    They go into `project`, an id. `wanted`: "image", "video" or "audio", where nothing else is of use; `limits`: how
    large they may be, in words. `drop_words` stand over the page while files are dragged. Payload, once some are in the
    library: {known, scrolled}; `known` are signed notes of what was written (state/session.py, `learn_all`). How each
    file does, and what is wrong with it, the browser shows.
    """
    return insert(
        "freshet-upload",
        key=key,
        events={"uploadedEvent": on_uploaded},
        properties={"label": label, "wanted": wanted, "project": project, "limits": limits, "dropWords": drop_words},
    )
