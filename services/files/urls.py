"""Addresses of files. Each carries the version of the bytes behind it, so it may be cached for ever."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import get_args
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from services.files.sniff import EXTENSIONS
from services.ids import is_id
from services.models import MediaItem, Variant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"([0-9A-Z]{26})\.([a-z]+)\.([a-z0-9]+)")


@lru_cache(16_384)  # each frame of a page names the files of all its tiles again
def build_asset_url(base: str, file_updated_at: datetime | None, preview_token: str | None = None) -> str:
    """`base` with the version of its bytes: `?preview=<token>` while under review, else `?v=<microseconds>`.

    Other query parameters and a fragment stay; an earlier version is replaced. With neither, `base` as it is.

    >>> build_asset_url("/media/a.png?w=1#top", datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    '/media/a.png?w=1&v=1000000#top'
    """
    if preview_token:
        version = ("preview", preview_token)
    elif file_updated_at is not None:
        version = ("v", str(_microseconds(file_updated_at)))
    else:
        return base
    parts = urlsplit(base)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in {"v", "preview"}]
    return urlunsplit(parts._replace(query=urlencode([*query, version])))


def media_url(item: MediaItem, variant: Variant) -> str | None:
    """`/media/{media id}.{variant}.{extension}?v=…`, or None while the item has no such file."""
    file = item.file(variant)
    if file is None:
        return None
    extension = file.key.rpartition(".")[2]
    return build_asset_url(f"/media/{item.id}.{variant}.{extension}", file.updated_at)


def parse_media_name(name: str) -> tuple[str, Variant] | None:
    """Media id and variant from the last segment of a media URL; None for anything that `media_url` never makes."""
    match = _NAME.fullmatch(name)
    if match is None or not is_id(match[1]) or match[3] not in EXTENSIONS:
        return None
    variant = next((known for known in get_args(Variant) if known == match[2]), None)
    return None if variant is None else (match[1], variant)


def _microseconds(moment: datetime) -> int:
    """Since 1970, exactly: a float of seconds would lose the last digits. Times without a zone are taken as UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return (aware - _EPOCH) // timedelta(microseconds=1)
