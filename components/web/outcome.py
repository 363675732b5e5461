"""What a run makes, where it was ordered."""

from __future__ import annotations

from typing import Any

from components.web._face import element, insert


@element
def outcome(
    *, media_id: str, run_id: str, status: str, label: str, base_url: str, file_url: str, error: str, key: str
) -> Any:
    """`status`: "generating", and water rises over `base_url`, what the picture is made from; "ready", and `file_url`
    lies in the same place; or "failed", and `error` says why. A `run_watch` on the page tells how far it is."""
    return insert(
        "freshet-outcome",
        key=key,
        properties={
            "mediaId": media_id,
            "runId": run_id,
            "status": status,
            "label": label,
            "baseUrl": base_url,
            "fileUrl": file_url,
            "error": error,
        },
    )
