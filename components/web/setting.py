"""Settings that are remembered in this browser."""

from __future__ import annotations

from typing import Any

from components.web._face import element, insert


@element
def setting(*, name: str, label: str, hint: str, key: str) -> Any:
    """One of this browser's settings. `name`: "live" (a switch for live updates) or "theme" (light, dark or system)."""
    return insert("freshet-setting", key=key, properties={"name": name, "label": label, "hint": hint})
