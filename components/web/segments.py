"""One choice of a few: segments, tabs, or the shapes of a picture."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from components.web._face import Handler, element, insert


class SegmentOption(TypedDict):
    """For kind "aspects" the value is a ratio such as "4:3", which is drawn."""

    value: str
    label: str
    icon: NotRequired[str]


@element
def segments(
    *,
    label: str,
    options: list[SegmentOption],
    value: str,
    on_select: Handler,
    key: str,
    kind: str = "seg",
    show_label: bool | None = None,
    steps: bool = False,
) -> Any:
    """`kind`: "seg" or "aspects" (radio groups), or "tabs" (a tab list). Payload: {value}.

    The choice shows at once; if the server keeps its value, it goes back. `label` names the group; `show_label` puts it
    above (None: in a form, and for "aspects"). With `steps` a choice is a step in the history.
    """
    return insert(
        "freshet-segments",
        key=key,
        events={"selectEvent": on_select},
        properties={
            "label": label,
            "options": options,
            "value": value,
            "kind": kind,
            "showLabel": show_label,
            "steps": steps,
        },
    )
