"""Uploads on their way: pieces of files, until those are whole.

All that is known of an upload stands in the blob store, and nothing in memory: every web process that shares the store
goes on with it, and so does the next one after a restart. A listing tells everything but the name:

    uploads/{id}/{expires}-{length}-{owner}.json    the ticket, written once: seconds since 1970, bytes, a digest of the
                                                    owner's id; it holds what the finished file is to be called
    uploads/{id}/{offset}.part                      the bytes from `offset` on

A piece is written only where there is none: of two senders at one offset, one is told that it is late. The upload's id
becomes the id of the item, so that finishing one twice is finishing it once.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.clock import Clock
from services.errors import BadInput, Busy, Conflict, FileMissing, NotFound
from services.files.blobs import Blobs
from services.files.derive import HEAD_BYTES, recognise
from services.files.importer import about, clean_name
from services.ids import Ids, is_id
from services.models import Principal
from services.settings import UploadLimits

FOLDER = "uploads"
PIECE_BYTES = 4 << 20
"""Most bytes in one piece."""
MOST_PIECES = 2_000
"""Of one upload: somebody who sends byte by byte is told to stop."""
LIFETIME = timedelta(hours=24)
"""After it was begun, an upload that is not finished is removed."""
GRACE = timedelta(hours=1)
"""After it has expired: whoever had begun to finish it is through by then."""
LONGEST_NAME = 1_000
"""Characters of a file's name that are kept; titles are shorter still."""
_TICKET = re.compile(rf"{FOLDER}/([0-9A-Z]{{26}})/([0-9]{{1,12}})-([0-9]{{1,12}})-([0-9a-f]{{64}})\.json")
_PIECE = re.compile(rf"{FOLDER}/([0-9A-Z]{{26}})/([0-9]{{12}})\.part")

Wanted = Literal["", "image", "video", "audio"]


class Ticket(BaseModel):
    """What an upload is to become."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    project_id: str
    name: str
    wanted: Wanted = ""
    """The one type that is of use where it was asked for; "" for any."""


@dataclass(frozen=True)
class Upload:
    """As far as it has come. `offset` is how many of its `length` bytes are here."""

    id: str
    length: int
    owner: str
    expires_at: datetime
    ticket_key: str
    pieces: tuple[str, ...] = ()
    """Blob keys, in order."""
    offset: int = 0

    @property
    def whole(self) -> bool:
        return self.offset == self.length


class Spool:
    """See the module. Safe to use from several threads and processes."""

    def __init__(self, blobs: Blobs, clock: Clock, ids: Ids, limits: UploadLimits) -> None:
        self._blobs = blobs
        self._clock = clock
        self._ids = ids
        self.limits = limits

    @property
    def longest(self) -> int:
        """Bytes that a file may have at most, whatever it is."""
        return max(self.limits.image_bytes, self.limits.clip_bytes)

    def create(self, principal: Principal, ticket: Ticket, length: int) -> Upload:
        """Begin an upload of `length` bytes. Raises BadInput, NotFound (the project), Busy, FileError, StorageFull."""
        if ticket.project_id not in principal.project_ids:
            raise NotFound(f"No project {ticket.project_id}")
        if length <= 0:
            raise about(ticket.name, BadInput("file", "is empty"))
        if length > self.longest:
            limit = f"{self.longest // 1_000_000} MB is the most"
            raise about(ticket.name, BadInput("file", f"has {length / 1e6:,.0f} MB; {limit}"))
        owner = _digest(principal)
        self._find_room(owner, length)
        expires_at = self._clock.now() + LIFETIME
        upload_id = self._ids.new()
        key = f"{FOLDER}/{upload_id}/{int(expires_at.timestamp())}-{length}-{owner}.json"
        self._blobs.put(key, ticket.model_dump_json().encode())
        return Upload(upload_id, length, owner, expires_at, key)

    def find(self, principal: Principal, upload_id: str) -> Upload:
        """The principal's own upload. Raises NotFound, also where it has expired, FileError."""
        if is_id(upload_id):
            found = _uploads(self._blobs.sizes(f"{FOLDER}/{upload_id}"))
            if found and found[0].owner == _digest(principal) and found[0].expires_at > self._clock.now():
                return found[0]
        raise NotFound("There is no such upload: it was finished, cancelled or too old. Send the file again.")

    def ticket(self, upload: Upload) -> Ticket:
        """Raises NotFound where it was removed meanwhile, FileError."""
        try:
            return Ticket.model_validate_json(self._blobs.get(upload.ticket_key))
        except FileMissing as error:
            raise NotFound("The upload was cancelled") from error

    def append(self, upload: Upload, data: bytes) -> Upload:
        """`upload` with `data`, PIECE_BYTES at most, at its end.

        Raises BadInput for what is too long or, by its beginning, no file of ours; Conflict where another sender was
        quicker; NotFound where the upload was removed meanwhile; FileError, StorageFull.
        """
        if upload.offset + len(data) > upload.length:
            raise BadInput("file", f"is longer than the {upload.length:,} bytes that were announced")
        if len(upload.pieces) >= MOST_PIECES:
            raise BadInput("file", "comes in too many pieces: send larger ones")
        if upload.offset == 0 and (len(data) >= HEAD_BYTES or len(data) == upload.length):
            self._check_beginning(upload, data)
        key = f"{FOLDER}/{upload.id}/{upload.offset:012}.part"
        if not self._blobs.put_if_absent(key, data):
            raise Conflict("Another piece has come to this place: ask for the offset")
        return replace(upload, pieces=(*upload.pieces, key), offset=upload.offset + len(data))

    def read(self, upload: Upload) -> Iterator[bytes]:
        """The bytes that are here, piece by piece. Raises NotFound where it was removed meanwhile, FileError."""
        for key in upload.pieces:
            try:
                yield self._blobs.get(key)
            except FileMissing as error:
                raise NotFound("The upload was cancelled") from error

    def remove(self, upload: Upload) -> None:
        """Forget an upload; twice is harmless. Its pieces go last: those without a ticket are found by `sweep`."""
        self._blobs.delete([upload.ticket_key, *self._blobs.list(f"{FOLDER}/{upload.id}")])

    def expired(self) -> list[Upload]:
        """What nobody finishes any more. Raises FileError."""
        now = self._clock.now()
        return [upload for upload in _uploads(self._blobs.sizes(FOLDER)) if upload.expires_at + GRACE <= now]

    def _find_room(self, owner: str, length: int) -> None:
        now = self._clock.now()
        waiting = [upload for upload in _uploads(self._blobs.sizes(FOLDER)) if upload.expires_at > now]
        mine = sum(upload.owner == owner for upload in waiting)
        if mine >= self.limits.at_once:
            raise Busy(f"{mine} uploads are on their way already. Let some of them finish first.")
        if sum(upload.length for upload in waiting) + length > self.limits.spool_bytes:
            raise Busy("There is no room for another upload at the moment. Try again once others have finished.")

    def _check_beginning(self, upload: Upload, data: bytes) -> None:
        limits = self.limits
        recognise(data[:HEAD_BYTES], upload.length, image_bytes=limits.image_bytes, clip_bytes=limits.clip_bytes)


def _digest(principal: Principal) -> str:
    """Stands for the owner in a key: user ids need not be fit for one."""
    return hashlib.sha256(principal.user_id.encode()).hexdigest()


def _uploads(sizes: dict[str, int]) -> list[Upload]:
    """The uploads in a listing. Pieces without a ticket are of one that was removed: it expired long ago."""
    found: dict[str, Upload] = {}
    for key in sizes:
        if ticket := _TICKET.fullmatch(key):
            upload_id, expires, length, owner = ticket.groups()
            found[upload_id] = Upload(upload_id, int(length), owner, datetime.fromtimestamp(int(expires), UTC), key)
    for key, size in sorted(sizes.items()):
        piece = _PIECE.fullmatch(key)
        if piece is None:
            continue
        upload = found.setdefault(piece[1], Upload(piece[1], 0, "", datetime.fromtimestamp(0, UTC), key))
        if int(piece[2]) == upload.offset:
            found[piece[1]] = replace(upload, pieces=(*upload.pieces, key), offset=upload.offset + size)
    return list(found.values())


def shown_name(name: str) -> str:
    """A file's name as it is kept: as an importer would clean it, and never longer than is of use."""
    return clean_name(name)[:LONGEST_NAME]
