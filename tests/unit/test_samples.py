"""A made-up library: believable, the same for the same seed, and rendered in moderation."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from services.clock import FakeClock
from services.errors import BadInput
from services.files.derive import derive
from services.ids import is_id
from services.models import MediaItem
from services.models.tags import clean_tags
from services.samples.plan import SPAN, Planner, Rendered
from services.samples.renders import CLIP_SIZES, PICTURE_SIZES, Sample, render
from services.samples.seed import read_count, read_seed
from services.samples.wanted import CLIPS, PICTURES, TRACKS, kind_of, samples
from services.samples.words import THEMES
from tests.support.records import make_file


def planned(count: int, seed: int, clock: FakeClock) -> list[MediaItem]:
    rendered = [
        Rendered(sample, {"original": make_file(key=f"shared/b/{n}.webp")})
        for n, sample in enumerate(samples(count, seed))
    ]
    planner = Planner(rendered, count, seed, clock.now(), owner_id="ada", project_id="studio")
    return list(planner.items())


def test_equal_seeds_make_equal_libraries_and_others_do_not(clock: FakeClock) -> None:
    assert planned(300, 7, clock) == planned(300, 7, clock)
    assert [item.title for item in planned(300, 7, clock)] != [item.title for item in planned(300, 8, clock)]
    assert samples(300, 7) == samples(300, 7) != samples(300, 8)


def test_a_library_looks_as_if_people_had_worked_in_it(clock: FakeClock) -> None:
    items = planned(2_000, 7, clock)
    kinds, origins = Counter(item.media_type for item in items), Counter(item.origin for item in items)
    assert kinds["image"] > 1_600
    assert min(kinds["video"], kinds["audio"]) > 80
    assert set(origins) == {"create-image", "create-video", "import", "try-on"}
    failed = [item for item in items if item.status == "failed"]
    assert 10 < len(failed) < 60
    assert all(item.error and not item.files for item in failed)
    assert all(item.files and not item.error for item in items if item.status == "ready")
    assert 100 < sum(item.favourite for item in items) < 400
    assert len({item.title for item in items}) > 1_000
    assert len({item.prompt for item in items if item.prompt}) > 1_000
    tags = Counter(tag for item in items for tag in item.tags)
    assert len(tags) > 30
    assert all(item.tags == clean_tags(item.tags) for item in items)
    assert len({item.files["original"].key for item in items if item.files}) == len(samples(2_000, 7))


def test_times_spread_over_months_up_to_now_and_ids_follow_them(clock: FakeClock) -> None:
    items = planned(1_000, 7, clock)
    times = [item.created_at for item in items]
    assert times == sorted(times)
    assert clock.now() - SPAN - timedelta(days=1) < times[0] < clock.now() - timedelta(days=180)
    assert clock.now() - timedelta(days=1) < times[-1] <= clock.now()
    assert len({time.date() for time in times}) > 120
    assert [item.id[:10] for item in items] == sorted(item.id[:10] for item in items)
    assert all(is_id(item.id) for item in items)
    assert len({item.id for item in items}) == 1_000


def test_what_is_derived_comes_after_what_it_was_made_from(clock: FakeClock) -> None:
    items = planned(2_000, 7, clock)
    place = {item.id: number for number, item in enumerate(items)}
    derived = [item for item in items if item.source_ids]
    assert len(derived) > 100
    for item in derived:
        for source in item.source_ids:
            assert place[source] < place[item.id]
            assert (items[place[source]].media_type, items[place[source]].status) == ("image", "ready")
    assert {len(item.source_ids) for item in derived if item.origin == "try-on"} == {2}


@pytest.mark.parametrize("count", [1, 2, 6, 9, 24, 100, 1_000_000])
def test_no_more_is_rendered_than_is_used_and_never_more_than_a_few_dozen(count: int, clock: FakeClock) -> None:
    made = Counter(sample.kind for sample in samples(count, 1))
    used = {kind_of(number) for number in range(min(count, 300))}
    assert {kind for kind, number in made.items() if number} == used
    assert made["image"] <= min(PICTURES, count)
    assert (made["video"] <= CLIPS, made["audio"] <= TRACKS) == (True, True)
    if count < 1_000:
        assert len(planned(count, 1, clock)) == count


def test_a_large_library_has_every_theme_and_every_shape() -> None:
    pictures = [sample for sample in samples(10_000, 3) if sample.kind == "image"]
    assert {sample.theme for sample in pictures} == set(range(len(THEMES)))
    assert {sample.aspect for sample in pictures} == set(PICTURE_SIZES)


@pytest.mark.parametrize(
    ("sample", "size"),
    [
        (Sample("image", 0, "", "", "a lighthouse at dusk", 3, "9:16"), PICTURE_SIZES["9:16"]),
        (Sample("video", 3, "", "", "dunes at dawn", 3, "1:1"), CLIP_SIZES["1:1"]),
        (Sample("audio", 0, "", "", "", 4), None),
        (Sample("audio", 0, "", "", "", 5), None),
    ],
)
def test_a_sample_is_a_real_file_with_the_same_bytes_each_time(sample: Sample, size: tuple[int, int] | None) -> None:
    files = render(sample, lambda percent: None)
    derived = derive(files[0].data)
    assert (derived.media_type, derived.files) == (sample.kind, files)
    assert (files[0].width, files[0].height) == (size or (None, None))
    assert files == render(sample, lambda percent: None)


@pytest.mark.parametrize("text", ["0", "-5", "", "abc", "1.5", "1e3", "1_000_001", "1000001", "9" * 30, "٣", " 5"])
def test_bad_counts_and_seeds_are_named_with_what_is_allowed(text: str) -> None:
    with pytest.raises(BadInput, match="must be a whole number from 1 to 1,000,000"):
        read_count(text)
    if text not in ("0", "1000001"):
        with pytest.raises(BadInput, match="must be a whole number from 0 to 2,147,483,647"):
            read_seed(text)


def test_good_counts_and_seeds_are_numbers() -> None:
    assert (read_count("1"), read_count("1000000"), read_seed("0"), read_seed("2147483647")) == (
        1,
        1_000_000,
        0,
        2**31 - 1,
    )
