"""One read of a project's changes for all views that ask for them at about the same time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from services.errors import WatermarkTooOld, twin
from services.models import Changes, MediaItem, Principal
from services.store.protocol import MediaRepository
from services.store.watermarks import further, is_at_least

Key = tuple[Principal, str]
"""Who asks, and for which project."""


class _Turnstile:
    """Lets one read of a key through at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


@dataclass(eq=False)
class _Read:
    """A read for all who asked before it began; from the watermark that reaches least far."""

    turnstile: _Turnstile
    since: str
    ended: threading.Event = field(default_factory=threading.Event)
    changes: Changes[MediaItem] | None = None
    error: BaseException | None = None


class SharedChanges:
    """`MediaRepository.changed_since`, shared.

    The changes are the project's, whichever view asks. So while one read of them runs, whoever asks waits, and the next
    one is for all of these together: it begins after each of them has asked, and whatever was committed before is in
    it. A page of seven lists costs two or three reads in place of seven; on a store that tells the latest changes over
    again each time (Firestore), that is most of what catching up costs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: dict[Key, _Read] = {}
        self._turnstiles: WeakValueDictionary[Key, _Turnstile] = WeakValueDictionary()

    def changed_since(
        self, media: MediaRepository, principal: Principal, project_id: str, watermark: str
    ) -> Changes[MediaItem]:
        """As the repository's. It may reach further back than `watermark`, and what it cost is told to one of those who
        share it.
        """
        key = principal, project_id
        with self._lock:
            read = self._coming.get(key)
            leads = read is None
            if read is None:
                turnstile = self._turnstiles.setdefault(key, _Turnstile())
                read = self._coming[key] = _Read(turnstile, watermark)
            elif is_at_least(read.since, watermark):
                read.since = watermark
            elif not is_at_least(watermark, read.since):  # of another database: the store will say so
                return media.changed_since(principal, project_id, watermark)
        if leads:
            self._perform(media, key, read)
        else:
            read.ended.wait()
        if isinstance(read.error, WatermarkTooOld) and watermark != read.since:
            return media.changed_since(principal, project_id, watermark)  # somebody else's was: this one may do
        if read.error is not None:
            raise read.error if leads else twin(read.error)
        assert read.changes is not None, "a read ends with changes or an error"
        documents = read.changes.documents_read if leads else 0
        # A read that finds nothing stays where it began, which is behind those who had more.
        return replace(read.changes, watermark=further(watermark, read.changes.watermark), documents_read=documents)

    def _perform(self, media: MediaRepository, key: Key, read: _Read) -> None:
        try:
            with read.turnstile.lock:
                with self._lock:
                    del self._coming[key]  # who asks from now on may know of more
                read.changes = media.changed_since(*key, read.since)
        except BaseException as error:  # noqa: BLE001 - raised by all who share it
            read.error = error
        finally:
            read.ended.set()
