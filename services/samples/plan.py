"""What a made-up library holds, item after item, all of it from one seed."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from services.ids import ulid
from services.models import FileRef, MediaItem, MediaType, Variant
from services.samples.renders import CLIP_SECONDS, Sample
from services.samples.wanted import kind_of
from services.samples.words import DETAILS, ENDINGS, ERRORS, FILE_NAMES, SOUNDS, THEMES, USES

SPAN = timedelta(days=210)
"""Over which the items of a library are spread, denser towards today."""
_WORKING_DAY = timedelta(hours=12)
_SOURCES = 300
"""Of so many pictures, the latest, others may be derived."""

Files = Mapping[Variant, FileRef]


@dataclass(frozen=True)
class Rendered:
    sample: Sample
    files: Files


class Planner:
    """Makes the items of one library, oldest first, whose files are `rendered`."""

    def __init__(
        self, rendered: list[Rendered], count: int, seed: int, now: datetime, *, owner_id: str, project_id: str
    ) -> None:
        self._by_kind = {
            kind: [one for one in rendered if one.sample.kind == kind] for kind in ("image", "video", "audio")
        }
        self._count, self._now = count, now
        self._rng = random.Random(f"items {seed}")
        self._own = {"owner_id": owner_id, "project_id": project_id}
        self._decks: dict[str, list[Rendered]] = {kind: [] for kind in self._by_kind}
        self._pictures: deque[MediaItem] = deque(maxlen=_SOURCES)
        self._people: deque[MediaItem] = deque(maxlen=_SOURCES)
        self._products: deque[MediaItem] = deque(maxlen=_SOURCES)

    def items(self) -> Iterator[MediaItem]:
        """All of them. What others may be derived from is remembered, the latest of it."""
        for number in range(self._count):
            one = self._draw(kind_of(number))
            item = self._item(number, one)
            if item.media_type == "image" and item.status == "ready":
                self._pictures.append(item)
                if item.origin == "create-image":
                    tags = THEMES[one.sample.theme].tags
                    self._people.extend([item] if "people" in tags else ())
                    self._products.extend([item] if "fashion" in tags else ())
            yield item

    def _draw(self, kind: MediaType) -> Rendered:
        """As from a pack of cards, so that the same picture seldom comes twice in a row."""
        deck = self._decks[kind]
        if not deck:
            deck += self._rng.sample(self._by_kind[kind], len(self._by_kind[kind]))
        return deck.pop()

    def _item(self, number: int, one: Rendered) -> MediaItem:
        rng, kind = self._rng, kind_of(number)
        fields = {"image": self._picture, "video": self._clip, "audio": self._track}[kind](one.sample)
        made_at = self._time(number)
        files = {variant: file.model_copy(update={"updated_at": made_at}) for variant, file in one.files.items()}
        fails = number % 67 == 13 and fields["origin"] != "import"
        return MediaItem(
            id=ulid(made_at, rng.getrandbits(80)),
            created_at=made_at,
            updated_at=made_at,
            media_type=kind,
            status="failed" if fails else "ready",
            error=rng.choice(ERRORS) if fails else None,
            files={} if fails else files,
            favourite=not fails and rng.random() < 0.12,
            **self._own,
            **fields,
        )

    def _time(self, number: int) -> datetime:
        """Rising with the number, within the twelve hours of each day that end at this time of day."""
        behind: timedelta = SPAN * (1 - (number + self._rng.random()) / self._count) ** 1.6
        days, rest = divmod(behind, timedelta(days=1))
        return self._now - timedelta(days=days) - _WORKING_DAY * (rest / timedelta(days=1))

    def _picture(self, sample: Sample) -> dict[str, Any]:
        chance = self._rng.random()
        if chance < 0.14:
            return self._imported()
        if chance < 0.6 and "people" in THEMES[sample.theme].tags and self._people and self._products:
            return self._try_on()
        return self._prompted(sample, "create-image") | {"source_ids": self._sources(0.08)}

    def _clip(self, sample: Sample) -> dict[str, Any]:
        if self._rng.random() < 0.2:
            return self._imported()
        fields = self._prompted(sample, "create-video")
        fields["parameters"]["duration"] = CLIP_SECONDS
        return fields | {"source_ids": self._sources(0.4)}

    def _track(self, sample: Sample) -> dict[str, Any]:
        title = f"{self._rng.choice(SOUNDS)} {self._rng.randrange(1, 100)}{self._rng.choice(ENDINGS)}"
        return {"origin": "import", "title": title, "tags": self._tags("sound")}

    def _prompted(self, sample: Sample, origin: str) -> dict[str, Any]:
        rng, theme = self._rng, THEMES[sample.theme]
        details = ", ".join(rng.sample(DETAILS, rng.randrange(1, 4)))
        model = "local-image-1" if origin == "create-image" else "local-video-1"
        return {
            "origin": origin,
            "title": f"{theme.title} {sample.mood}{rng.choice(ENDINGS)}",
            "prompt": f"{theme.subject} {sample.mood}, {sample.style}, {details}",
            "model": model,
            "parameters": {"aspect": sample.aspect, "seed": sample.seed},
            "tags": self._tags(*theme.tags),
        }

    def _imported(self) -> dict[str, Any]:
        rng = self._rng
        return {
            "origin": "import",
            "title": f"{rng.choice(FILE_NAMES)}_{rng.randrange(10_000):04}",
            "tags": self._tags(),
        }

    def _try_on(self) -> dict[str, Any]:
        person, product = self._rng.choice(self._people), self._rng.choice(self._products)
        return {
            "origin": "try-on",
            "title": f"{product.title} on {person.title}"[:200],
            "model": "local-try-on-1",
            "parameters": {"x": 0.5, "y": 0.75, "scale": 0.8},
            "source_ids": (person.id, product.id),
            "tags": self._tags("try-on"),
        }

    def _sources(self, share: float) -> tuple[str, ...]:
        derived = self._pictures and self._rng.random() < share
        return (self._rng.choice(self._pictures).id,) if derived else ()

    def _tags(self, *likely: str) -> tuple[str, ...]:
        rng = self._rng
        kept = [tag for tag in likely if rng.random() < 0.7]
        return tuple(dict.fromkeys(kept + rng.sample(USES, rng.choice((0, 0, 0, 1, 1, 2)))))
