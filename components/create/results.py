"""What was made on a Create page: one set per run, newest first."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace
from functools import partial

import mesop as me

from components.create.form import EXAMPLES
from components.frame import failed_notice, scrolled
from components.library.asked import asked
from components.library.finding import cut_off_note
from components.library.looking import Row, look_through, on_look_end, row_of
from components.library.media_tile import media_tiles, running
from components.library.preview import preview
from components.web import ago, aria, button, run_watch, sentinel, symbol
from services.container import services
from services.freshness import Reason
from services.generation.prices import cost_words
from services.models import MediaItem
from state.bound import bound
from state.catalog import cost_of_set, model_name, was_made
from state.create import results_query, title_from, view_of
from state.handlers import notify
from state.loading import is_undecided, load_view
from state.preview import PreviewState, previewed, refresh_previewed
from state.remix import fill_from
from state.retry import retry
from state.session import principal
from state.view import cursor, has_more, held_items


def create_results(kind: str) -> None:
    """Run sets, or the first step for somebody who has made nothing yet."""
    view = view_of(kind)
    items = held_items(view)
    with me.box(classes="results", key="results"):
        failed_notice(view, bound(on_refresh, kind))
        sets = _run_sets(items)
        for set_id, outputs in sets:
            cut_off = has_more(view) and set_id == sets[-1][0]  # the rest of it may come with the next page
            _run_set(kind, set_id, outputs, whole=not cut_off)
        if not items:
            _nothing(kind)
        sentinel(cursor=cursor(view), done=not has_more(view), on_more=bound(on_more, kind), key="more")
        cut_off_note(view, "The library has the others.")
    run_watch(run_ids=running(items), on_complete=bound(on_complete, kind))
    preview(previewed(items), me.state(PreviewState), partial(_row, kind), on_close=on_look_end)


def _run_sets(items: Iterable[MediaItem]) -> list[tuple[str, list[MediaItem]]]:
    """What was asked for together, also where some of it was retried and has a run of its own since."""
    sets: dict[str, list[MediaItem]] = {}
    for item in items:
        sets.setdefault(item.first_run_id or item.run_id or item.id, []).append(item)  # samples are of no run
    return [(set_id, sorted(outputs, key=lambda item: item.run_index)) for set_id, outputs in sets.items()]


def _row(kind: str) -> Row:
    """All results, set by set."""
    row = row_of(view_of(kind), results_query(kind))
    return replace(row, items=tuple(item for _, outputs in _run_sets(row.items) for item in outputs))


def _run_set(kind: str, set_id: str, outputs: list[MediaItem], *, whole: bool) -> None:
    first = outputs[0]
    asked_for = title_from(first.prompt)  # one picture of several may have got another title
    waiting = any(item.status == "generating" for item in outputs)
    with me.box(classes="runset", key=f"run-{set_id}"):
        with me.box(classes="runhead", key=f"head-{set_id}"):
            with me.box(classes="col grow"):
                with me.box(classes="h2 cut"):
                    me.text(asked_for)
                    aria(role="heading", label=asked_for, level=2)
                with me.box(classes="meta row"):
                    me.text(" · ".join(_facts(outputs, whole)))
                    ago(ms=int(first.created_at.timestamp() * 1000), prefix=" · ", key=f"ago-{set_id}")
            if waiting:
                ready, failed = (sum(item.status == status for item in outputs) for status in ("ready", "failed"))
                with me.box(classes="state run"):
                    me.text(f"{ready} of {len(outputs)}" + (f", {failed} failed" if failed else ""))
                button(
                    label="Cancel", icon="close", token=" ".join(running(outputs)), on_press=bound(on_cancel, kind),
                    key=f"cancel-{set_id}",
                )  # fmt: skip
            else:
                button(
                    label="Remix", icon="tune", variant="ghost", hint="Use these settings again",
                    token=first.id, on_press=bound(on_remix, kind), key=f"remix-{set_id}",
                )  # fmt: skip
        with me.box(classes="quad", key=f"quad-{set_id}"):
            media_tiles(outputs, label=asked_for, on_activate=bound(on_look, kind), on_retry=bound(on_tile_retry, kind))


def _facts(outputs: Sequence[MediaItem], whole: bool) -> list[str]:
    """What a set was made with, and what it cost once all of it is here and nothing on its way."""
    first, given = outputs[0], outputs[0].parameters
    seconds, seed = given.get("duration"), given.get("seed")
    parts = [
        model_name(first.model),
        str(given.get("aspect", "")),
        str(given.get("resolution", "")),
        f"{seconds} s" if seconds else "",
        *asked(first),
        "" if seed is None else f"seed {seed}",
        cost_words(cost_of_set(outputs)) if whole and all(map(was_made, outputs)) else "",
    ]
    return [part for part in parts if part]


def _nothing(kind: str) -> None:
    view = view_of(kind)
    with me.box(classes="blank", key="nothing"):
        if view.error:
            aria(role="alert")
            symbol(name="cloud_off", look="xl")
            with me.box(classes="h2"):
                me.text(f"Your {kind}s could not be read")
            me.text(view.error)
            button(label="Retry", on_press=bound(on_refresh, kind), key="retry-first")
        elif is_undecided(view):
            me.text("Loading…")
        else:
            symbol(name="image" if kind == "image" else "movie", look="xl")
            with me.box(classes="h2"):
                me.text(f"Your {kind}s stand here")
            me.text(f"Describe one on the left, for example “{EXAMPLES[kind]}”.")


def load(kind: str, reason: Reason, until: str = "", hold: bool = False) -> Generator[None, None, None]:
    """The page's shared load-and-update function."""
    yield from load_view(view_of(kind), results_query(kind), reason, scope=f"create.{kind}", until=until, hold=hold)


def on_refresh(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    yield from load(kind, "manual", hold=scrolled(event))
    yield from refresh_previewed(held_items(view_of(kind)))


def on_complete(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    yield from load(kind, "complete", hold=scrolled(event))


def on_more(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    yield from load(kind, "page", str(event.value.get("cursor", "")))


def on_look(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    yield from look_through(event, _row(kind), lambda end: load(kind, "page", end))


def on_cancel(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    for run_id in str(event.value.get("token", "")).split():
        services().studio.cancel(principal(), run_id)
    notify("Cancelled. What was finished stays.")
    yield from load(kind, "complete")


def on_tile_retry(kind: str, event: me.WebEvent) -> Generator[None, None, None]:
    retry(event)
    yield from load(kind, "complete", hold=scrolled(event))


def on_remix(kind: str, event: me.WebEvent) -> None:
    """Fill the form with what made this item, seed and sources included."""
    media_id = event.value.get("token")
    item = next((item for item in held_items(view_of(kind)) if item.id == media_id), None)
    if item is not None:
        fill_from(kind, item)
