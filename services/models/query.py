"""What a view asks of the library."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_validator

from services.models.media import MediaItem, MediaStatus, MediaType, Origin
from services.models.words import clean, one_line, tag_key, title_key, wanted_words, words_of

Sort = Literal["newest", "oldest", "title"]
EQUALITIES = ("project_id", "media_type", "status", "owner_id", "model", "origin")
"""Filters by the value of a field."""
TEXT_LENGTH = 200
"""Characters of a search that count."""
MOST_IDS = 24


class MediaQuery(BaseModel):
    """Filters of one view, and its order.

    The same object asks the store (`get_media_for_page`), filters deltas in process (`matches`), orders lists
    (`in_order`) and keys the snapshots (`key`), so a view cannot show what its query does not match, nor elsewhere.

    `favourite` False is what is none; `tag` is compared folded (`tag_key`). `text` searches title, tags and prompt:
    each of its words must begin a word there (`services.models.words` says what a word is, and how many count); a
    text without any word searches nothing. `since` and `until` are about `created_at`, the latter excluded.
    `source_id`: what was made from that item. `trash`: only what is in the trash, always newest first; else none of it.
    `ids`: these items and no others, in the trash or not.
    Each order has the id as tie-break: created_at and id descending, both ascending, `title_key` and id ascending.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_id: str
    media_type: MediaType | None = None
    status: MediaStatus | None = None
    owner_id: str | None = None
    model: str | None = None
    origin: Origin | None = None
    favourite: bool | None = None
    tag: str | None = None
    text: str = ""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    source_id: str | None = None
    ids: tuple[str, ...] | None = Field(default=None, max_length=MOST_IDS)
    sort: Sort = "newest"
    trash: bool = False

    @field_validator("text")
    @classmethod
    def _in_one_line(cls, text: str) -> str:
        return clean(text[: 2 * TEXT_LENGTH])[:TEXT_LENGTH].strip()

    @field_validator("tag")
    @classmethod
    def _tag_in_one_line(cls, tag: str | None) -> str | None:
        return one_line(tag) or None if tag is not None else None

    @field_validator("since", "until")
    @classmethod
    def _in_utc(cls, time: datetime | None) -> datetime | None:
        return time.astimezone(UTC) if time else None

    @property
    def key(self) -> str:
        """Stable text form: equal queries have equal keys."""
        return self.model_dump_json(exclude_defaults=True)

    @property
    def order(self) -> Sort:
        """The order that holds."""
        return "newest" if self.trash else self.sort

    @property
    def words(self) -> tuple[str, ...]:
        """What `text` asks for."""
        return wanted_words(self.text)

    def equalities(self) -> dict[str, str]:
        """The filters as field → value, as a store pushes them down; the project is among them."""
        return {field: value for field in EQUALITIES if (value := getattr(self, field)) is not None}

    def matches(self, item: MediaItem) -> bool:
        """Whether `item` belongs in this view, as far as the filters go (permissions are asked of `can`)."""
        return (
            (item.id in self.ids if self.ids is not None else (item.deleted_at is not None) == self.trash)
            and all(getattr(item, field) == value for field, value in self.equalities().items())
            and (self.favourite is None or item.favourite == self.favourite)
            and (self.since is None or self.since <= item.created_at)
            and (self.until is None or item.created_at < self.until)
            and (self.source_id is None or self.source_id in item.source_ids)
            and (self.tag is None or tag_key(self.tag) in map(tag_key, item.tags))
            and self._finds(item)
        )

    def sort_key(self, item: MediaItem) -> tuple[datetime | str, str]:
        """An item's place in the order, to be compared with those of the same query; see `descending`."""
        return sort_key(self.order, item)

    @property
    def descending(self) -> bool:
        return self.order == "newest"

    def in_order(self, items: Iterable[MediaItem]) -> tuple[MediaItem, ...]:
        return tuple(sorted(items, key=self.sort_key, reverse=self.descending))

    def _finds(self, item: MediaItem) -> bool:
        wanted = self.words
        if not wanted:
            return True
        there = words_of(item.title, item.tags, item.prompt)
        return all(any(word.startswith(one) for word in there) for one in wanted)


def sort_key(sort: Sort, item: MediaItem) -> tuple[datetime | str, str]:
    """What `sort` orders by: ascending, but for "newest"."""
    return (title_key(item.title) if sort == "title" else item.created_at, item.id)
