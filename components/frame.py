"""The frame around every page: navigation, sheet, head with the freshness capsule, messages."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any
from urllib.parse import parse_qsl

import mesop as me

from components.web import NavItem, ago, aria, button, drop, guard, keys, nav, status_capsule, symbol, toast, upload
from services.files.urls import media_url
from services.models import MediaItem
from state.handlers import Handler, NoticeState, handler
from state.limits import upload_limits
from state.loading import is_awaited
from state.projects import ask_for_projects, choices, make_project, project_names
from state.session import (
    PROJECT,
    SessionState,
    asks_for_lost_project,
    home_project,
    learn_all,
    principal,
    project_id,
)
from state.unheard import is_unheard
from state.view import ViewState, new_items

PAGES: tuple[NavItem, ...] = (
    {"url": "/home", "label": "Home", "icon": "home", "group": ""},
    {"url": "/library", "label": "Library", "icon": "photo_library", "group": ""},
    {"url": "/create/image", "label": "Image", "icon": "image", "group": "Create"},
    {"url": "/create/video", "label": "Video", "icon": "movie", "group": "Create"},
    {"url": "/try-on", "label": "Try-on", "icon": "checkroom", "group": "Create"},
    {"url": "/account", "label": "Account", "icon": "tune", "group": "You"},
)
ITEM_PAGE = "/media-item"


DROP_WORDS = "Drop files to add them to the library"


def frame(*, current: str, head: Callable[[], None], body: Callable[[], None], takes_files: bool = True) -> None:
    """The whole window: `head` draws into the sticky page head, `body` below it.

    Files that are dropped on the page or pasted go into the library, unless the page has a button of its own that
    `takes_files` (components.web.upload).
    """
    with me.box(classes="app", key="app"):
        nav(
            items=list(PAGES),
            current=current,
            user_name=principal().name,
            project="" if project_id() == home_project() else project_id(),
            projects=choices(),
            on_navigate=on_navigate,
            on_choose=on_project_menu,
            on_create=on_project_create,
        )
        with me.box(classes="sheet", key="sheet"):
            aria(role="main")
            with me.box(classes="head", key="head"):
                head()
            if current != "/library":  # which tells of all that its address asks for in vain
                _lost_project()
            body()
    if takes_files:
        _files()
    _messages(above_form=current.startswith("/create/"))
    keys()
    guard()


def _files() -> None:
    with me.box(classes="unseen", key="files"):
        upload(
            project=project_id(), limits=upload_limits(), drop_words=DROP_WORDS, on_uploaded=on_uploaded, key="upload"
        )


def _lost_project() -> None:
    """Where a page works whose address names a project that this person does not have, or not as far as is known."""
    if not asks_for_lost_project():
        return
    unsure = me.state(SessionState).unsure
    why = "cannot be looked up now: the database does not answer" if unsure else "is not there, or not yours"
    with me.box(classes="notice info in-sheet", key="lost-project"):
        aria(role="status")
        symbol(name="info")
        me.text(f"The project of this address {why}. You are in {project_names()[project_id()]}.")


def head_bar(
    title: str, *, meta: str = "", note: Callable[[], None] | None = None, actions: Callable[[], None] | None = None
) -> None:
    """First row of a page head: its title, a quiet `meta` and what belongs to that, and what can be done."""
    with me.box(classes="bar", key="bar"):
        with me.box(classes="h1", key="title"):
            me.text(title)
            aria(role="heading", label=title, level=1)
        with me.box(classes="meta", key="meta"):
            me.text(meta)
        if note is not None:
            note()
        with me.box(classes="grow", key="space"):
            pass
        if actions is not None:
            actions()


def freshness(view: ViewState, on_refresh: Handler, *, pushed: bool = True) -> None:
    """The capsule: since when the screen holds what it shows, and the Refresh button.

    Of what no feed tells (not `pushed`) it says its age alone: how the page hears of changes does not concern that.
    """
    mode = _mode(view, pushed)
    status_capsule(as_of_ms=view.as_of_ms or None, mode=mode, refreshing=is_awaited(view), on_refresh=on_refresh)


def waterline(view: ViewState, *, pushed: bool = True) -> None:
    """The line under the page head that says at a glance how fresh the page is."""
    with me.box(classes=f"waterline {_mode(view, pushed)}", key="waterline"):
        pass


def new_drop(view: ViewState, on_show: Handler) -> None:
    """How much has arrived above what is being looked at, hanging from the waterline."""
    arrived_drop(new_items(view), on_show)


def arrived_drop(arrived: Sequence[MediaItem], on_show: Handler) -> None:
    """As `new_drop`, of items that the page names itself."""
    thumbs = [url for item in arrived[:3] if (url := media_url(item, "thumb"))]
    drop(count=len(arrived), thumbs=thumbs, on_show=on_show)


def scrolled(event: me.WebEvent) -> bool:
    """Whether the browser said that something new at the top would move what is being looked at."""
    return bool(event.value.get("scrolled"))


def failed_notice(view: ViewState, on_retry: Handler, *, first: bool = False) -> None:
    """A bar above held items when the last refresh failed; with `first` also where nothing is held yet."""
    if not view.error or not (view.version or first):
        return
    with me.box(classes="notice offline" if view.offline else "notice failed", key="failed"):
        aria(role="alert")
        symbol(name="cloud_off" if view.offline else "sync_problem")
        with me.box(classes="grow"):
            _why_old(view)
        button(label="Retry", on_press=on_retry, busy=view.fetching == "manual", key="retry")


def _why_old(view: ViewState) -> None:
    """Since when what is shown is all there is, and why."""
    kept = "You can look and play; saving works again when the store answers."
    error = view.error if view.error.endswith((".", "!", "?")) else f"{view.error}."
    if not view.version:
        me.text(f"Offline. {error} {kept}" if view.offline else f"Refresh failed. {error}")
    elif view.offline:
        ago(ms=view.as_of_ms, prefix="Offline, as of ", suffix=f". {error} {kept}", way="clock")
    else:
        ago(ms=view.as_of_ms, prefix="Refresh failed, showing ", suffix=f". {error}", way="clock")


def _mode(view: ViewState, pushed: bool) -> str:
    if view.error and view.version:
        return "offline" if view.offline else "failed"
    if view.error:
        return "failed"
    if view.version and (view.catching_up or is_unheard()):
        return "catching"
    if view.version:
        return "plain" if pushed else "asked"
    return "loading"


def _messages(*, above_form: bool) -> None:
    """`above_form`: at the foot of the page stands the button that sends its form."""
    state = me.state(NoticeState)
    with me.box(classes="above-form" if above_form else "", key="messages"):
        toast(message=state.message, token=str(state.token), tone=state.tone, undo=state.undo)


@handler
def on_navigate(event: me.WebEvent) -> Generator[None, None, None] | None:
    """Go to one of our own pages."""
    url: Any = event.value.get("url")
    path, _, query = url.partition("?") if isinstance(url, str) else ("", "", "")
    if path in {ITEM_PAGE, *(item["url"] for item in PAGES)}:
        me.navigate(path, query_params=dict(parse_qsl(query)))
    return None


@handler
def on_uploaded(event: me.WebEvent) -> None:
    """Files are in the library, by way of a page that need not show them. The session has to find them there."""
    learn_all(event.value.get("known"))


@handler
def on_project_menu(event: me.WebEvent) -> None:
    """The menu of projects has been opened: another process may have made one."""
    ask_for_projects()


@handler
def on_project_create(event: me.WebEvent) -> None:
    """Make a project, and go on in it, at the same kind of page: {name, url}."""
    made = make_project(str(event.value.get("name", "")))
    url = str(event.value.get("url", ""))
    me.navigate(url if url in {item["url"] for item in PAGES} else PAGES[0]["url"], query_params={PROJECT: made.id})
