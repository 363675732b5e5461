"""What a view asks of the library."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from services.models.media import MediaItem, MediaStatus, MediaType, Origin


class MediaQuery(BaseModel):
    """Filters of one view, newest first (created_at descending, id descending).

    The same object asks the store (`get_media_for_page`), filters deltas in process (`matches`) and keys the
    snapshots (`key`), so a view cannot show what its query does not match. None matches what is in the trash.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_id: str
    media_type: MediaType | None = None
    status: MediaStatus | None = None
    owner_id: str | None = None
    model: str | None = None
    origin: Origin | None = None

    @property
    def key(self) -> str:
        """Stable text form: equal queries have equal keys."""
        return self.model_dump_json(exclude_none=True)

    def equalities(self) -> dict[str, str]:
        """The filters as field → value, as a store pushes them down; the project is among them."""
        return self.model_dump(exclude_none=True)

    def matches(self, item: MediaItem) -> bool:
        """Whether `item` belongs in this view, as far as the filters go (permissions are asked of `can`)."""
        return item.deleted_at is None and all(
            getattr(item, field) == value for field, value in self.equalities().items()
        )


def newest_first(item: MediaItem) -> tuple[float, str]:
    """Sort key; use with `reverse=True`."""
    return (item.created_at.timestamp(), item.id)
