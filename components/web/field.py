"""A text field with its label, counter, hint and error."""

from __future__ import annotations

from typing import Any

from components.web._face import Handler, element, insert


@element
def field(
    *,
    field_id: str,
    label: str,
    value: str,
    on_change: Handler,
    key: str,
    multiline: bool = False,
    rows: int = 3,
    limit: int | None = None,
    placeholder: str = "",
    hint: str = "",
    submit_hint: str = "",
    error: str = "",
    numeric: bool = False,
    action_icon: str = "",
    action_label: str = "",
    draft_key: str = "",
    token: str = "",
    given: bool = False,
    on_submit: Handler | None = None,
    on_action: Handler | None = None,
) -> Any:
    """`field_id` is unique on the page. Payload of all handlers: {value}; of `on_submit` also {token}.

    `on_change` hears of new text when the field is left, and before `on_submit` (Ctrl Enter, or Enter in one line).
    `submit_hint` is what those keys do ("generates"), told where there is a keyboard, with the keys' names there.
    What is being typed is never overwritten by its own echo; any other new `value` is shown. With `draft_key`, text
    survives a reload in this tab: it comes back and is sent to `on_change`, unless this visit has `given` a `value`.
    `limit` counts characters and says when there are too many; it cuts nothing off. `action_icon` puts a button into
    the field.
    """
    return insert(
        "freshet-field",
        key=key,
        events={"changeEvent": on_change, "submitEvent": on_submit, "actionEvent": on_action},
        properties={
            "fieldId": field_id,
            "label": label,
            "value": value,
            "multiline": multiline,
            "rows": rows,
            "limit": limit,
            "placeholder": placeholder,
            "hint": hint,
            "submitHint": submit_hint,
            "error": error,
            "numeric": numeric,
            "actionIcon": action_icon,
            "actionLabel": action_label,
            "draftKey": draft_key,
            "token": token,
            "given": given,
        },
    )
