"""Settings that are remembered in this browser, the button that has it save what is one's own, and a form's switch."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def setting(*, name: str, label: str, hint: str, key: str) -> Any:
    """One of this browser's settings.

    `name`: "live" (a switch for live updates), "theme" (light, dark or system), "zone" (a time zone, or the system's),
    "clock" (24 or 12 hours), "units" (of sizes: MB or MiB) or "keys" (a switch for what a letter does by itself).
    """
    return insert("freshet-setting", key=key, properties={"name": name, "label": label, "hint": hint})


@element
def export(*, url: str, label: str, key: str = "export") -> Any:
    """A button that fetches `url`, JSON lines of which the last one is {"type": "end", "records": …}, and saves them.

    It tells how much has come, and saves nothing that broke off, but says why.
    """
    return insert("freshet-export", key=key, properties={"url": url, "label": label})


@element
def toggle(*, label: str, active: bool, on_toggle: Handler, key: str, hint: str = "") -> Any:
    """A switch in a form. Payload: {active}. It shows a press at once; if the server keeps its value, it goes back."""
    return insert(
        "freshet-toggle",
        key=key,
        events={"toggleEvent": on_toggle},
        properties={"label": label, "hint": hint, "active": active},
    )
