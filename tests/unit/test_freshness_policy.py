"""When the store is asked: pure functions, each side of each boundary."""

from __future__ import annotations

import doctest
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from services.errors import NotFound, SettingsError, StoreUnavailable
from services.freshness import policy
from services.freshness.policy import (
    ALWAYS,
    LONGEST_PAUSE,
    RETURNING,
    TTLS,
    ContentKind,
    FetchState,
    Reason,
    extended,
    failed,
    invalidated,
    is_due,
    is_stale,
    retry_pause,
    started,
    succeeded,
    with_ttls,
)
from services.settings import CONTENT_KINDS, load_settings

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
AWAY = StoreUnavailable("The database is away")


def held(at: datetime = NOON) -> FetchState:
    return succeeded(started(FetchState(), "open", at), at)


def failing(times: int, pause: float = 0.0) -> FetchState:
    state = held(NOON - timedelta(days=1))
    for _ in range(times):
        state = failed(started(state, "ttl", NOON), AWAY, NOON, pause)
    return state


def test_the_examples_in_the_policy_are_true() -> None:
    assert doctest.testmod(policy).failed == 0


class TestStale:
    @pytest.mark.parametrize(
        ("kind", "hours"), [("sections", 0.5), ("library", 1), ("item", 4), ("clips", 12), ("metadata", 24)]
    )
    def test_R2_02_each_kind_of_content_is_fresh_for_its_own_time(self, kind: ContentKind, hours: float) -> None:
        end = NOON + timedelta(hours=hours)
        assert not is_stale(kind, held(), end)
        assert is_stale(kind, held(), end + SECOND / 1000)

    @pytest.mark.parametrize("kind", get_args(ContentKind))
    def test_R2_02_the_times_are_configurable(self, kind: ContentKind) -> None:
        settings = load_settings({f"FRESHET_TTL_{kind.upper()}": "7"})
        ttls = with_ttls(settings.ttls)
        assert not is_stale(kind, held(), NOON + 7 * SECOND, ttls)
        assert is_stale(kind, held(), NOON + 8 * SECOND, ttls)
        assert {other: ttls[other] for other in TTLS if other != kind} == {
            other: TTLS[other] for other in TTLS if other != kind
        }

    @pytest.mark.parametrize("text", ["0", "-1", "1.5", "an hour", "99999999"])
    def test_R2_02_a_time_that_makes_no_sense_stops_the_start_with_one_line(self, text: str) -> None:
        with pytest.raises(SettingsError, match="FRESHET_TTL_ITEM is"):
            load_settings({"FRESHET_TTL_ITEM": text})

    def test_the_settings_know_every_kind(self) -> None:
        assert get_args(ContentKind) == CONTENT_KINDS

    def test_F06_what_was_never_fetched_is_stale(self) -> None:
        assert is_stale("metadata", FetchState(), NOON)

    def test_a_time_yet_to_come_is_stale_since_the_clock_was_put_back(self) -> None:
        assert is_stale("library", held(NOON + timedelta(hours=3)), NOON)


class TestDue:
    @pytest.mark.parametrize("reason", sorted(ALWAYS))
    @pytest.mark.parametrize("state", [held(), failing(5, pause=60)], ids=["fresh", "failing"])
    def test_R2_12_what_somebody_did_always_asks(self, reason: Reason, state: FetchState) -> None:
        assert is_due("library", state, reason, NOON, current=True)

    @pytest.mark.parametrize("reason", sorted(RETURNING))
    def test_B16_a_return_asks_once_in_five_seconds(self, reason: Reason) -> None:
        assert not is_due("library", held(), reason, NOON + 4.999 * SECOND)
        assert is_due("library", held(), reason, NOON + 5 * SECOND)

    def test_B16_a_fetch_that_began_just_now_counts_though_it_runs_still(self) -> None:
        state = started(held(NOON - timedelta(hours=1)), "focus", NOON)
        assert not is_due("library", state, "visibility", NOON + SECOND)

    def test_R2_03_a_ttl_asks_when_stale_and_once(self) -> None:
        later = NOON + timedelta(hours=1, seconds=1)
        assert not is_due("library", held(), "ttl", NOON + timedelta(hours=1))
        assert is_due("library", held(), "ttl", later)
        assert not is_due("library", started(held(), "ttl", later), "ttl", later)
        assert is_due("library", FetchState(), "ttl", NOON)

    def test_F11_a_push_asks_only_where_no_feed_keeps_the_view_current(self) -> None:
        assert not is_due("library", held(), "live", NOON, current=True)
        assert is_due("library", held(), "live", NOON, current=False)

    def test_a_push_asks_where_the_last_fetch_failed_or_what_is_held_is_invalid(self) -> None:
        assert is_due("library", failing(1), "live", NOON, current=True)
        assert is_due("library", invalidated(held()), "live", NOON, current=True)

    def test_every_reason_is_decided(self) -> None:
        assert set(get_args(Reason)) - ALWAYS - RETURNING == {"ttl", "live"}


class TestFailure:
    def test_R2_10_a_failure_ends_the_fetch_and_keeps_since_when_data_is_held(self) -> None:
        state = failed(started(held(), "manual", NOON + SECOND), AWAY, NOON + SECOND)
        assert (state.running, state.fetched_at, state.failures) == (None, NOON, 1)

    def test_F07_why_it_failed_is_told_and_whether_the_store_was_reached(self) -> None:
        away = failed(held(), AWAY, NOON).failure
        lost = failed(held(), NotFound("No project x"), NOON).failure
        assert (away, lost) == (policy.Failure("The database is away", True), policy.Failure("No project x", False))

    def test_R2_10_after_one_failure_the_background_may_ask_at_once(self) -> None:
        assert retry_pause(1, chance=1.0) == 0.0
        assert is_due("library", failing(1), "ttl", NOON)

    def test_R2_10_after_more_the_background_waits_and_people_do_not(self) -> None:
        state = failing(3, pause=2)
        for reason in ("focus", "ttl", "live"):
            assert not is_due("library", state, reason, NOON + 1.999 * SECOND)
        assert is_due("library", state, "ttl", NOON + 2 * SECOND)
        assert is_due("library", state, "manual", NOON)

    def test_the_pause_doubles_up_to_a_minute_and_half_of_it_is_left_to_chance(self) -> None:
        longest = [retry_pause(failures, 1.0) for failures in range(2, 10)]
        assert longest == [1, 2, 4, 8, 16, 32, LONGEST_PAUSE, LONGEST_PAUSE]
        assert [retry_pause(failures, 0.0) for failures in range(2, 10)] == [pause / 2 for pause in longest]
        assert retry_pause(10_000, 1.0) == LONGEST_PAUSE

    def test_a_success_ends_the_counting(self) -> None:
        state = succeeded(started(failing(5, pause=60), "manual", NOON), NOON)
        assert (state.failures, state.failure, state.retry_at) == (0, None, None)

    def test_another_page_says_nothing_of_the_age_of_what_is_above(self) -> None:
        state = extended(started(failing(1), "page", NOON))
        assert (state.running, state.failure, state.fetched_at) == (None, None, NOON - timedelta(days=1))


class TestInvalid:
    def test_an_answer_that_was_asked_for_afterwards_makes_it_valid(self) -> None:
        assert not is_stale("library", succeeded(started(invalidated(held()), "open", NOON), NOON), NOON)

    def test_B03_an_answer_that_was_asked_for_before_does_not(self) -> None:
        state = succeeded(invalidated(started(held(), "open", NOON)), NOON)
        assert is_stale("library", state, NOON)
        assert state.fetched_at == NOON

    @pytest.mark.parametrize("then", ["failure", "page"])
    def test_nor_does_a_failure_or_another_page(self, then: str) -> None:
        state = invalidated(started(held(), "open", NOON))
        assert (failed(state, AWAY, NOON) if then == "failure" else extended(state)).invalid
