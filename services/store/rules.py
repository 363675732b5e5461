"""Small rules that both stores keep: scope, percentages, the order of projects and templates."""

from __future__ import annotations

from services.errors import BadInput, Forbidden, NotFound
from services.models import Principal, Project, Template


def require_member(principal: Principal, project_id: str) -> None:
    """Raise NotFound unless `principal` is a member of the project or the system.

    Membership comes from the principal, so a foreign project and one that does not exist look the same.
    """
    if not principal.is_system and project_id not in principal.project_ids:
        raise NotFound(f"No project {project_id}")


def require_percent(progress: int) -> None:
    if not 0 <= progress <= 100:
        raise BadInput("progress", "Progress is a percentage")


def require_limit(limit: int | None) -> None:
    """Raise BadInput for a count that would end before it begins."""
    if limit is not None and limit < 1:
        raise BadInput("limit", "Counting ends at one item or later")


def by_name(record: Project | Template) -> tuple[str, str]:
    """Sort key of the lists of what has a name."""
    return (record.name.casefold(), record.id)


def require_system(principal: Principal) -> None:
    """Raise Forbidden to anybody but the system: what is asked is nobody's own business."""
    if not principal.is_system:
        raise Forbidden("Only the system may ask this")
