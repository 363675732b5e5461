"""A browserless Mesop client: page tests in milliseconds, over the protocol that the browser speaks.

Requests are base64 protobuf `UiRequest`s to `/__ui__`; answers are server-sent events with whole trees or differences
to apply, then the state or its difference (mesop/server/server.py and mesop/protos/ui.proto, Mesop 1.3.7).
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import mesop.protos.ui_pb2 as pb

from components.web.tile import ASSUMED


class PageError(AssertionError):
    """Mesop answered with an error instead of a page."""


class MesopClient:
    """One tab. `text` is what is on the page, `frames` the texts of each render of the last event."""

    def __init__(self, flask_app: Any, path: str, query: dict[str, str] | None = None) -> None:
        self._http = flask_app.test_client()
        self.path = path
        self.query: dict[str, list[str]] = {key: [value] for key, value in (query or {}).items()}
        self.root: Any = None
        self.states: Any = None
        self.frames: list[list[str]] = []
        self.request_bytes = self.response_bytes = 0
        self.whole_trees = 0
        self.messages: list[bytes] = []
        """What the last event was answered, decoded: trees, differences and states."""
        self._send(pb.UiRequest(path=path, init=pb.InitRequest(**self._environment())))

    # What is on the page

    @property
    def text(self) -> list[str]:
        """Every text on the page that is not an element's own, in order; for a time that the browser tells, "…"."""
        return [text for node in self._walk() if (text := self._words(node)) is not None]

    def _words(self, node: Any) -> str | None:
        if _name(node) == "text":
            return str(self._native(node).text)
        if _name(node) == "<web>freshet-ago":
            told = self._web(node)["properties"]
            return f"{told['prefix']}…{told['suffix']}"
        return None

    def elements(self, tag: str) -> list[dict[str, Any]]:
        """The properties of every web component `tag`, in order."""
        return [self._web(node)["properties"] for node in self._walk() if _name(node) == f"<web>{tag}"]

    def element(self, tag: str, **properties: Any) -> dict[str, Any]:
        """The properties of the one `tag` that has these."""
        return dict(self._web(self._find(tag, properties))["properties"])

    def tiles(self) -> list[dict[str, Any]]:
        return self.elements("freshet-tile")

    def drawn(self) -> bytes:
        """The whole tree, but for the age that it tells: what the browser has drawn."""
        root = pb.Component()
        root.CopyFrom(self.root)
        for node in self._walk(root):
            if _name(node) == "<web>freshet-status":
                component = pb.WebComponentType.FromString(node.type.value)
                component.properties_json = json.dumps(json.loads(component.properties_json) | {"asOfMs": 0})
                node.type.value = component.SerializeToString()
        return bytes(root.SerializeToString(deterministic=True))

    # What a person does

    def keep_cookie(self, name: str, value: str) -> None:
        """Every request from now on carries this cookie."""
        self._http.set_cookie(name, value)

    def fire(self, tag: str, event: str, payload: dict[str, Any] | None = None, **properties: Any) -> MesopClient:
        """Dispatch `event` of the one `tag` with these properties; a tile's is heard by its list."""
        node = self._find(tag, properties)
        if tag == "freshet-tile":
            node = self._ear(node)
        handler = self._web(node)["events"][event]
        self._event(node, handler, string_value=json.dumps(payload or {}))
        return self

    def press(self, label: str) -> MesopClient:
        """Press the button `label`; its token goes along, as in the browser."""
        token = self.element("freshet-button", label=label).get("token", "")
        return self.fire("freshet-button", "pressEvent", {"token": token}, label=label)

    def navigate(self, path: str, query: dict[str, str] | None = None) -> MesopClient:
        """Go to another page of the application, keeping the tab's state."""
        self.path, self.query = path, {key: [value] for key, value in (query or {}).items()}
        event = pb.UserEvent(states=self.states, navigation=pb.NavigationEvent(), **self._environment())
        self._send(pb.UiRequest(path=self.path, user_event=event))
        return self

    # Inside

    def _environment(self) -> dict[str, Any]:
        return {
            "viewport_size": pb.ViewportSize(width=1280, height=900),
            "theme_settings": pb.ThemeSettings(theme_mode=pb.THEME_MODE_LIGHT),
            "query_params": [pb.QueryParam(key=key, values=values) for key, values in self.query.items()],
        }

    def _event(self, node: Any, handler: str, **value: Any) -> None:
        event = pb.UserEvent(handler_id=handler, key=node.key, states=self.states, **value, **self._environment())
        self._send(pb.UiRequest(path=self.path, user_event=event))

    def _send(self, request: Any) -> None:
        body = base64.urlsafe_b64encode(request.SerializeToString())
        response = self._http.post("/__ui__", data=body, headers={"Origin": "http://localhost"}, buffered=False)
        assert response.status_code == 200, response.status_code
        self.request_bytes, self.response_bytes = len(body), 0
        self.frames, self.messages, self.whole_trees = [], [], 0
        for chunk in response.iter_encoded():  # each as the handler yields it
            self.response_bytes += len(chunk)
            for line in chunk.decode().split("\n\n"):
                data = line.removeprefix("data: ").strip()
                if data and data != "<stream_end>":
                    self.messages.append(base64.b64decode(data))
                    self._receive(pb.UiResponse.FromString(self.messages[-1]))
        response.close()

    def _receive(self, message: Any) -> None:
        kind = message.WhichOneof("type")
        if kind == "error":
            raise PageError(f"{message.error.exception}\n{message.error.traceback}")
        if kind == "render":
            self._render(message.render)
        elif kind == "update_state_event":
            event = message.update_state_event
            if event.WhichOneof("type") == "full_states":
                self.states = event.full_states
            else:
                for state, difference in zip(self.states.states, event.diff_states.states, strict=True):
                    state.data = json.dumps(_changed(json.loads(state.data), json.loads(difference.data)))

    def _render(self, render: Any) -> None:
        if render.HasField("component_diff"):
            _apply(self.root, render.component_diff)
        else:
            self.root = render.root_component
            self.whole_trees += 1
        self.frames.append(self.text)
        for command in render.commands:
            if command.HasField("navigate"):
                self.path = command.navigate.url.partition("?")[0]
                self.query = {param.key: list(param.values) for param in command.navigate.query_params}
            elif command.HasField("update_query_param"):
                param = command.update_query_param.query_param
                self.query[param.key] = list(param.values)
                if not param.values:
                    del self.query[param.key]

    def _walk(self, node: Any = None) -> Iterator[Any]:
        node = node or self.root
        yield node
        for child in node.children:
            yield from self._walk(child)

    def _find(self, tag: str, properties: dict[str, Any]) -> Any:
        for node in self._walk():
            if _name(node) == f"<web>{tag}":
                held = self._web(node)["properties"]
                if all(held.get(name) == value for name, value in properties.items()):
                    return node
        raise AssertionError(f"no <{tag}> with {properties}; there are: {self.elements(tag)}")

    def _ear(self, tile: Any) -> Any:
        """The element that hears for the tiles around `tile`, in the box around it or one further out."""
        around = [box for box in self._walk() if any(inner is tile for inner in self._walk(box))]
        return next(child for box in reversed(around) for child in box.children if _name(child) == "<web>freshet-tiles")

    def _web(self, node: Any) -> dict[str, Any]:
        component = pb.WebComponentType.FromString(node.type.value)
        properties, events = json.loads(component.properties_json), json.loads(component.events_json)
        if _name(node) == "<web>freshet-tile":
            properties = ASSUMED | properties["item"]
        return {"properties": properties, "events": events}

    def _native(self, node: Any) -> Any:
        from mesop.components.text import text_pb2

        return text_pb2.TextType.FromString(node.type.value)


def _name(node: Any) -> str:
    return str(node.type.name.fn_name)


def _apply(node: Any, difference: Any) -> None:
    """A tree difference, as the browser applies it."""
    for part in ("key", "type", "style"):
        if getattr(difference, f"update_strategy_{part}") == pb.ComponentDiff.UPDATE_STRATEGY_REPLACE:
            getattr(node, part).CopyFrom(getattr(difference, part))
    removed = []
    for child in difference.children:
        if child.diff_type == pb.ComponentDiff.DIFF_TYPE_DELETE:
            removed.append(child.index)
        elif child.diff_type == pb.ComponentDiff.DIFF_TYPE_ADD:
            node.children.append(child.component)
        else:
            _apply(node.children[child.index], child)
    for index in sorted(removed, reverse=True):
        del node.children[index]


def _changed(state: Any, actions: list[dict[str, Any]]) -> Any:
    """A state difference: what Mesop's web client does with it (web/src/utils/diff_state.ts)."""
    removed = [action for action in actions if action["action"] == "iterable_item_removed"]
    others = [action for action in actions if action["action"] != "iterable_item_removed"]
    for action in [*reversed(removed), *others]:  # the last first, so that no place moves
        target = state
        for step in action["path"][:-1]:
            target = target[step]
        last, kind = action["path"][-1], action["action"]
        if kind in ("iterable_item_removed", "dictionary_item_removed"):
            del target[last]
        elif kind == "iterable_item_added":
            target.insert(last, action["value"])
        else:
            target[last] = action["value"]
    return state
