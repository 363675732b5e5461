"""Elements without a face of their own: keys, the guard of the connection, kept choices, roles, ages, symbols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.web._face import Handler, element, insert


@element
def keys(key: str = "keys") -> Any:
    """Keys that mean the same on every page: R refresh, N show new, C create, G then H, L, I, V or T. Once on each."""
    return insert("freshet-keys", key=key, properties={})


@element
def guard(key: str = "guard") -> Any:
    """Brings the tab back after the server went away. Once on every page."""
    return insert("freshet-guard", key=key, properties={})


@element
def keep(*, form_key: str, values: Mapping[str, str | float | bool], on_restore: Handler, key: str) -> Any:
    """Keeps `values`, what is chosen in a form by field, in this tab. Payload, once after a reload: {values}, as they
    were before it, without those of fields whose `draft_key` is `form_key`, a hyphen and their name.

    Put it before the form.
    """
    return insert(
        "freshet-keep",
        key=key,
        events={"restoreEvent": on_restore},
        properties={"formKey": form_key, "values": dict(values)},
    )


@element
def session(*, token: str, key: str = "session") -> Any:
    """Keeps `token`, what this session has written and seen, in its cookie; "" for nothing new. Once on every page."""
    return insert("freshet-session", key=key, properties={"token": token})


@element
def aria(
    *,
    role: str = "",
    label: str = "",
    level: int | None = None,
    live: str = "",
    busy: bool | None = None,
    current: str = "",
    key: str | None = None,
) -> Any:
    """Gives the box around it a role and a name. `level` is a heading's, `live` "polite" or "assertive".

    Role "presentation" marks a decoration: its content is hidden from assistive technology.
    """
    return insert(
        "freshet-aria",
        key=key,
        properties={
            "boxRole": role,
            "label": label,
            "level": level,
            "live": live,
            "busy": busy,
            "current": current,
        },
    )


@element
def ago(*, ms: int, prefix: str = "", suffix: str = "", way: str = "ago", key: str | None = None) -> Any:
    """ "4 min ago", counting in the browser, with the exact time on hover. `ms` is epoch milliseconds.

    `way` may be "clock", for the time of day, or "until", for a time to come ("in 12 days").
    """
    return insert("freshet-ago", key=key, properties={"ms": ms, "prefix": prefix, "suffix": suffix, "way": way})


@element
def size(*, amount: int, prefix: str = "", suffix: str = "", key: str | None = None) -> Any:
    """ "1.2 MB", or in the units that the reader has chosen. `amount` is bytes."""
    return insert("freshet-size", key=key, properties={"amount": amount, "prefix": prefix, "suffix": suffix})


@element
def symbol(*, name: str, look: str = "", key: str | None = None) -> Any:
    """A decorative symbol of the icon font. `look`: "s", "l", "xl", "fill", "bad", "warn", "acc", several by space."""
    return insert("freshet-symbol", key=key, properties={"name": name, "look": look})


@element
def key_help(key: str = "key-help") -> Any:
    """The keys and what they do, as a card with a heading. Hidden where there is no keyboard."""
    return insert("freshet-key-help", key=key, properties={})
