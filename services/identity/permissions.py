"""The one place that decides who may do what."""

from __future__ import annotations

from typing import Literal

from services.errors import Forbidden, NotFound
from services.models import MediaItem, Principal, Project, Record

Action = Literal["read", "create", "edit", "delete"]


def can(principal: Principal, action: Action, record: Record) -> bool:
    """Whether `principal` may do `action` to `record`.

    Reading follows visibility: public records are everybody's, a project's are its members', private ones their
    owner's, and so is what they put into the trash. Creating needs membership and one's own name as owner. Editing and
    deleting are the owner's.
    A project is read by its members and changed by its owner.
    """
    if principal.is_system:
        return True
    owns = record.owner_id == principal.user_id
    member = record.project_id in principal.project_ids
    if isinstance(record, Project):
        return owns or (action == "read" and principal.user_id in record.member_ids)
    if action == "read" and not (isinstance(record, MediaItem) and record.deleted_at):
        return record.visibility == "public" or (member and (owns or record.visibility == "project"))
    return owns and member


def require(principal: Principal, action: Action, record: Record) -> None:
    """Raise unless allowed: `NotFound` where the principal may not even know of the record, else `Forbidden`."""
    if can(principal, action, record):
        return
    if action != "create" and not can(principal, "read", record):
        raise NotFound(f"No {record.kind} {record.id}")
    raise Forbidden(f"You may not {action} this {record.kind}")
