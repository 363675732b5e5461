"""No commit is lost to a reader, however long its writer dawdled between stamping and committing."""

from __future__ import annotations

import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

from services.clock import FakeClock
from services.models import MediaItem, MediaQuery, Page, Removal
from services.store.protocol import Store
from tests.support.dawdle import dawdling_commit, read_after_stamp, time_of
from tests.support.records import PROJECT, make_item, make_principal, remove, save
from tests.support.stores import Backend

ME = make_principal()
ALL = MediaQuery(project_id=PROJECT)


def dawdle(backend: Backend, store: Store, item: MediaItem) -> tuple[MediaItem, Page[MediaItem]]:
    """The new version of `item`, stamped before and visible after the page that is returned with it."""
    for attempt in itertools.count(1):
        with dawdling_commit(backend, item.model_copy(update={"title": f"Take {attempt}"})) as commit:
            page = read_after_stamp(backend, store)
            assert not commit.done()
        stored = store.media.get(ME, item.id)
        if stored.updated_at < time_of(backend, page):
            return stored, page
        item = stored  # the server was slow to take up the commit and stamped it after the read: once more
    raise AssertionError


class TestOneDawdlingWriter:
    def test_its_commit_is_delivered_after_a_watermark_taken_meanwhile(self, backend: Backend) -> None:
        store = backend.open()
        [item, _] = save(store, make_item(), make_item())
        late, page = dawdle(backend, store, item)
        assert late.title not in {shown.title for shown in page.items}
        changes = store.media.changed_since(ME, PROJECT, page.watermark)
        assert late in changes.changed

    def test_comparing_times_would_have_lost_it(self, backend: Backend) -> None:
        """The negative control: without this, the test above would prove nothing."""
        store = backend.open()
        [item, _] = save(store, make_item(), make_item())
        late, page = dawdle(backend, store, item)
        naive = [
            one for one in store.media.get_media_for_page(ME, ALL).items if one.updated_at > time_of(backend, page)
        ]
        assert late not in naive

    def test_it_is_delivered_by_a_chain_of_deltas_taken_meanwhile(self, backend: Backend) -> None:
        store = backend.open()
        [item, _] = save(store, make_item(), make_item())
        watermark = store.media.get_media_for_page(ME, ALL).watermark
        with dawdling_commit(backend, item.model_copy(update={"title": "late"})):
            for _ in range(3):
                watermark = store.media.changed_since(ME, PROJECT, watermark).watermark
        titles = {one.title for one in store.media.changed_since(ME, PROJECT, watermark).changed}
        assert "late" in titles


class TestManyWriters:
    WRITERS, COMMITS = 4, 12

    def test_a_reader_in_the_midst_of_them_is_delivered_every_revision(self, backend: Backend) -> None:
        store = backend.open()
        watermark = store.media.get_media_for_page(ME, ALL).watermark
        held: dict[str, int] = {}
        done = threading.Event()

        def follow(watermark: str) -> None:
            last_round = False
            while not last_round:
                last_round = done.is_set()
                changes = store.media.changed_since(ME, PROJECT, watermark)
                everything: list[MediaItem | Removal] = [*changes.changed, *changes.removed]
                for news in everything:
                    held[news.id] = max(held.get(news.id, 0), news.revision)
                watermark = changes.watermark

        with ThreadPoolExecutor(self.WRITERS + 1) as pool:
            reader = pool.submit(follow, watermark)
            writers = [pool.submit(self._write, backend.open(FakeClock())) for _ in range(self.WRITERS)]
            try:
                committed = dict(itertools.chain.from_iterable(writer.result(120) for writer in writers))
            finally:
                done.set()
            reader.result(120)
        assert len(committed) == self.WRITERS * self.COMMITS
        assert held == committed

    def _write(self, store: Store) -> list[tuple[str, int]]:
        """The last revision of each item that this writer made, changed and, every third one, removed."""
        last: list[tuple[str, int]] = []
        for number in range(self.COMMITS):
            [item] = save(store, make_item())
            if number % 3:
                [item] = save(store, item.model_copy(update={"title": "b"}))
                last.append((item.id, 2))
            else:
                remove(store, item)
                last.append((item.id, 2))
        return last
