"""Who is behind the event being handled."""

from __future__ import annotations

import flask

from services.container import services
from services.models import Principal


def principal() -> Principal:
    """The principal of the current request, resolved by the server from its headers, never from state."""
    return services().principals.resolve(dict(flask.request.headers))


def project_id() -> str:
    """The project that this session works in."""
    return services().project.id
