"""Forgetting what the workflow engine remembers of finished runs: the run records are the truth about those.

Once a run has ended, its workflow is good for one thing: that enqueueing it again changes nothing. A week is more than
anybody who does that may be late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from dbos import DBOS

from services.log import log_event

KEPT = timedelta(days=7)
"""After a workflow's end."""
PORTION = 100
"""Workflows that are forgotten in one transaction: others write in between."""
_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]


def prune(now: datetime) -> int:
    """Forget the workflows that ended before KEPT; how many. The engine must be running."""
    before, forgotten = (now - KEPT).isoformat(), 0
    while True:
        ended = DBOS.list_workflows(
            status=_ENDED, completed_before=before, limit=PORTION, load_input=False, load_output=False
        )
        if ended:
            DBOS.delete_workflows([workflow.workflow_id for workflow in ended])
        forgotten += len(ended)
        if len(ended) < PORTION:
            break
    if forgotten:
        log_event("workflows.pruned", forgotten=forgotten)
    return forgotten
