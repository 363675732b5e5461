"""The page's eye on running work."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def run_watch(*, run_ids: list[str], on_complete: Handler, key: str = "run-watch") -> Any:
    """While the page is visible, asks `GET /api/runs/progress?ids=a,b` every 700 ms. Payload: {ids}.

    The answer is {"runs": {id: {"status": …, "progress": percent, "outputs": {media id: percent}}}}. Progress goes
    straight into the tiles of the run. `on_complete` hears once of each output that has reached 100 and of each run
    that succeeded, failed or was cancelled; `ids` are the runs that ended.
    """
    return insert("freshet-run-watch", key=key, events={"completeEvent": on_complete}, properties={"runIds": run_ids})
