"""GET /events: a stream says which views changed, to whom it may concern, and harms nobody."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from services.clock import FakeClock
from services.freshness.live import LIVE_COOKIE
from services.freshness.subscriber import Subscriber
from services.http import events as route
from services.models import MediaQuery, Principal, Put
from services.store.protocol import Store
from tests.support.events import EventStream, events, views
from tests.support.records import make_item, operation
from tests.support.web import Web, running_web


@pytest.fixture
def web(sqlite_store: Store, clock: FakeClock, tmp_path: Path) -> Iterator[Web]:
    with running_web(sqlite_store, clock, tmp_path / "data") as web:
        yield web


@pytest.fixture
def everything(web: Web) -> MediaQuery:
    return MediaQuery(project_id=web.studio.services.project.id)


async def listening(stream: EventStream) -> EventStream:
    """The stream, once its feed is live and nothing more is said of the time before."""
    hello = await stream.next("hello")
    if hello["feed"] != "live":
        assert (await stream.until("state"))["feed"] == "live"
    return stream


class TestTelling:
    def test_F08_a_commit_is_told_to_the_views_it_belongs_to(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            videos = everything.model_copy(update={"media_type": "video"})
            tab = web.studio.open("/library")
            held = tab.element("freshet-live")["versions"][0]
            question = views(everything, version=held)
            async with events(web.app, question) as stream, events(web.app, views(videos)) as other:
                await listening(stream)
                await listening(other)
                await asyncio.to_thread(web.studio.add, media_type="image")
                told = await stream.until("change")
                assert told["views"] == [0]
                assert told["versions"] != [held]
                await asyncio.to_thread(web.studio.add, media_type="video")
                await other.until("change")

        asyncio.run(scene())

    def test_a_stream_carries_no_content(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            web.studio.open("/library")
            async with events(web.app, views(everything)) as stream:
                await listening(stream)
                await asyncio.to_thread(web.studio.add, title="A secret garden", prompt="secret words")
                await stream.until("change")
                assert b"secret" not in stream.body

        asyncio.run(scene())

    def test_what_others_keep_private_wakes_nobody_else(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            tab = web.studio.open("/library")
            held = tab.element("freshet-live")["versions"][0]
            async with events(web.app, views(everything, version=held)) as stream:
                await listening(stream)
                await asyncio.to_thread(commit_private, web)
                await asyncio.to_thread(web.studio.add)
                assert (await stream.until("change"))["views"] == [0]
                assert stream.silent

        asyncio.run(scene())
        assert len(web.studio.open("/library").tiles()) == 1

    def test_a_page_that_shows_an_older_version_is_told_at_once(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            tab = web.studio.open("/library")
            old = tab.element("freshet-live")["versions"][0]
            web.studio.add()
            web.studio.open("/library")
            async with events(web.app, views(everything, version=old)) as stream:
                assert (await stream.until("change"))["views"] == [0]

        asyncio.run(scene())

    def test_B18_a_stream_that_goes_on_from_an_earlier_one_asks_once(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            async with events(web.app, views(everything), last_event_id="other-7") as stream:
                await stream.next("hello")
                await stream.next("resync")
            async with events(web.app, views(everything)) as stream:
                await listening(stream)
                await asyncio.to_thread(web.studio.add)
                await stream.until("change")
                assert b"resync" not in stream.body

        asyncio.run(scene())

    def test_F14_whoever_turned_live_updates_off_gets_no_stream_and_costs_nothing(
        self, web: Web, everything: MediaQuery
    ) -> None:
        held = web.studio.open("/library").element("freshet-live")["versions"][0]
        before = web.studio.store.reads
        off = f"{LIVE_COOKIE}=off"
        assert asyncio.run(status_of(web, views(everything, version=held), cookie=off)) == 204
        assert asyncio.run(status_of(web, views(everything), cookie=off)) == 204
        assert web.studio.services.hub.state(everything.project_id) == ("down", 0.0)
        assert web.studio.store.reads == before

    def test_no_proxy_may_keep_or_hold_back_a_stream(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            async with events(web.app, views(everything)) as stream:
                assert stream.headers["content-type"].startswith("text/event-stream")
                assert stream.headers["cache-control"] == "no-store"
                assert stream.headers["x-accel-buffering"] == "no"

        asyncio.run(scene())

    def test_B19_a_stream_of_which_there_is_nothing_to_tell_gives_signs_of_life(
        self, web: Web, everything: MediaQuery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert route.BEAT == 15.0, "a page takes a stream without two of them for dead (DEAD_MS in live.js)"
        monkeypatch.setattr(route, "BEAT", 0.01)

        async def scene() -> None:
            async with events(web.app, views(everything)) as stream:
                await listening(stream)
                for _ in range(3):
                    assert await stream.until("beat") == {}

        asyncio.run(scene())


class TestRefusing:
    @pytest.mark.parametrize(
        "question",
        ["", "[]", "{}", "no json", '[{"query": {}}]', '[{"query": {"project_id": "p", "extra": 1}}]', "[[1]]"],
    )
    def test_what_is_no_list_of_views_is_refused(self, web: Web, question: str) -> None:
        assert asyncio.run(status_of(web, question)) == 400

    def test_too_many_views_are_refused(self, web: Web, everything: MediaQuery) -> None:
        assert asyncio.run(status_of(web, views(*[everything] * route.MOST_VIEWS))) == 200
        assert asyncio.run(status_of(web, views(*[everything] * (route.MOST_VIEWS + 1)))) == 400

    def test_a_project_of_others_looks_like_none(self, web: Web) -> None:
        assert asyncio.run(status_of(web, views(MediaQuery(project_id="somebody-elses")))) == 404

    def test_a_client_with_a_thousand_streams_gets_half_of_them_and_others_theirs(
        self, web: Web, everything: MediaQuery
    ) -> None:
        async def scene() -> None:
            async with AsyncExitStack() as stack:
                greedy = [
                    await stack.enter_async_context(events(web.app, views(everything), client="10.0.0.1"))
                    for _ in range(route.MOST_PER_ADDRESS + 10)
                ]
                assert [each.status for each in greedy[-10:]] == [503] * 10
                assert {each.status for each in greedy[:-10]} == {200}
                assert await status_of(web, views(everything), client="10.0.0.2") == 200

        asyncio.run(scene())
        assert web.studio.services.hub.subscribers() == 0
        assert not route._open  # an address that left is not remembered
        assert asyncio.run(status_of(web, views(everything), client="10.0.0.1")) == 200

    def test_a_person_who_comes_from_many_addresses_counts_as_one(
        self, web: Web, everything: MediaQuery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(route, "MOST_PER_PERSON", 3)

        async def scene() -> None:
            async with AsyncExitStack() as stack:
                streams = [
                    await stack.enter_async_context(events(web.app, views(everything), client=f"10.0.0.{number}"))
                    for number in range(5)
                ]
                assert [each.status for each in streams] == [200, 200, 200, 503, 503]

        asyncio.run(scene())
        assert not route._open

    def test_a_project_that_there_is_no_room_to_listen_to_is_asked_about_every_few_seconds(
        self, web: Web, everything: MediaQuery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web.studio.services.hub, "_most", 0)
        monkeypatch.setattr(route, "ASK", 0.01)

        async def scene() -> None:
            async with events(web.app, views(everything)) as stream:
                assert await stream.next("hello") == {"feed": "polling"}
                for _ in range(3):
                    await stream.next("resync")

        asyncio.run(scene())


class TestLeaving:
    def test_R4_02_a_closed_stream_leaves_no_subscriber(self, web: Web, everything: MediaQuery) -> None:
        async def scene() -> None:
            async with events(web.app, views(everything)) as stream:
                await stream.next("hello")
                assert web.studio.services.hub.subscribers() == 1
            assert web.studio.services.hub.subscribers() == 0

        asyncio.run(scene())

    def test_a_client_that_never_reads_costs_a_few_flags_and_holds_up_nobody(
        self, web: Web, everything: MediaQuery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        subscribers: list[Subscriber] = []

        def subscribe(*args: Any) -> Subscriber:
            subscribers.append(Subscriber(*args))
            return subscribers[-1]

        monkeypatch.setattr(route, "Subscriber", subscribe)

        async def scene() -> None:
            web.studio.open("/library")
            async with events(web.app, views(everything)) as deaf, events(web.app, views(everything)) as other:
                await listening(deaf)
                await listening(other)
                deaf.reads.clear()
                for _ in range(30):
                    await asyncio.to_thread(web.studio.add)
                    await other.until("change")
                assert subscribers[0].changed <= {0}

        asyncio.run(scene())

    def test_a_crowd_is_woken_over_a_while_and_a_few_at_once(
        self, web: Web, everything: MediaQuery, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        spread: list[float] = []

        def chance(low: float, high: float) -> float:
            spread.append(high)
            return low

        monkeypatch.setattr(random, "uniform", chance)
        for crowd, expected in ((2, 0), (route.CROWD + 1, route.CROWD + 1)):
            spread.clear()
            asyncio.run(wake(web, everything, crowd))
            assert len([each for each in spread if each == route.SPREAD]) >= expected
            assert expected or not spread


async def wake(web: Web, query: MediaQuery, crowd: int) -> None:
    """Open `crowd` streams and commit something that all of them hear of."""
    held = web.studio.open("/library").element("freshet-live")["versions"][0]
    async with AsyncExitStack() as stack:
        question = views(query, version=held)
        streams = [await stack.enter_async_context(events(web.app, question)) for _ in range(crowd)]
        for stream in streams:
            await listening(stream)
        await asyncio.to_thread(web.studio.add)
        for stream in streams:
            await stream.until("change")


async def status_of(web: Web, question: str, **options: str) -> int:
    async with events(web.app, question, **options) as stream:
        return stream.status


def commit_private(web: Web) -> None:
    """Somebody else of the project makes something that is for their own eyes."""
    services = web.studio.services
    somebody = Principal(user_id="somebody", name="Somebody", project_ids=frozenset({services.project.id}))
    item = make_item(
        id=services.ids.new(),
        project_id=services.project.id,
        owner_id=somebody.user_id,
        created_at=services.clock.now(),
        visibility="private",
    )
    web.studio.store._store.commit(somebody, [Put(item, expect=0)], operation_id=operation())
