"""Switches that are remembered in this browser."""

from __future__ import annotations

from typing import Any

import mesop as me

from components.web._face import insert


@me.web_component(path="./setting.js", skip_validation=True)
def setting(*, name: str, label: str, hint: str, key: str) -> Any:
    """A switch for one of this browser's settings. `name`: "live" (live updates) or "dark" (the theme)."""
    return insert("freshet-setting", key=key, properties={"name": name, "label": label, "hint": hint})
