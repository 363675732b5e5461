"""The house keeps its shape: imports point one way, and a few libraries are named in one room only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["services", "state", "components", "pages", "main"]
"""From the ground up: a room imports itself and what stands before it."""
SERVICES = [
    "models",
    "identity",
    "store",
    "files",
    "freshness",
    "generation",
    "prompts",
    "keeping",
    "samples",
    "workflows",
    "http",
]
"""Packages inside services, likewise. Modules directly in services are the shared floor and the roof."""
FLOOR = {"clock", "credentials", "ids", "errors", "settings", "log"}
ROOF = {"container", "library", "arrival", "projects", "routine", "signing"}
"""What puts the others together: a room below imports none of it."""
FOR_EVERYBODY = {"has_all_filters", "watch", "upgrade", "ping", "close"}
"""What a store does for no one in particular (services/store/protocol.py says what follows): it tells what it can do,
delivers what is for everybody, and is looked after."""


def sources() -> list[Path]:
    found = [ROOT / "main.py"]
    for room in ROOMS[:-1]:
        found += sorted((ROOT / room).rglob("*.py"))
    return found


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down_the_house(path: Path) -> None:
    height = ROOMS.index(room(path))
    for name in imports(path):
        target = name.partition(".")[0]
        if target in ROOMS:
            assert ROOMS.index(target) <= height, f"{path.name} imports {name} from a room above"


@pytest.mark.parametrize(
    "path", [path for path in sources() if room(path) == "services"], ids=lambda path: str(path.relative_to(ROOT))
)
def test_imports_point_down_inside_services(path: Path) -> None:
    own = path.relative_to(ROOT / "services").parts[0].removesuffix(".py")
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "services" or len(parts) < 2:
            continue
        target = parts[1]
        if own in FLOOR:
            assert target in FLOOR, f"{path} is on the floor but imports {name}"
        elif own in SERVICES and target in SERVICES:
            assert SERVICES.index(target) <= SERVICES.index(own), f"{path} imports {name} from above"
        elif own in SERVICES[:-1]:
            assert target not in ROOF, f"{path} imports {name} from the roof"


def test_whatever_stands_in_services_has_its_place_there() -> None:
    entries = (ROOT / "services").iterdir()
    names = {path.stem for path in entries if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert names - {"__init__"} == FLOOR | ROOF | set(SERVICES)


def test_every_method_of_a_store_takes_a_principal_but_for_those_that_are_for_everybody() -> None:
    protocol = ast.parse((ROOT / "services" / "store" / "protocol.py").read_text())
    for told in protocol.body:
        if not isinstance(told, ast.ClassDef) or told.name == "Watch":  # what a watch delivers is for everybody
            continue
        for method in told.body:
            if isinstance(method, ast.FunctionDef):
                first = [argument.arg for argument in method.args.args[1:2]]
                takes = first == ["principal"] and ast.unparse(method.args.args[1].annotation or method) == "Principal"
                assert takes != (method.name in FOR_EVERYBODY), f"{told.name}.{method.name}"


def test_a_library_is_named_in_its_own_room_only() -> None:
    homes = {
        "google.cloud": ("services/store/firestore",),
        "google.genai": ("services/generation/google",),
        "httpx2": ("services/generation/google",),
        "dbos": ("services/workflows",),
        "obstore": ("services/files/blobs",),
        "fastapi": ("services/http",),
        "sqlite3": ("services/store/sqlite", "services/workflows/engine", "services/freshness/disk"),
    }
    for path in sources():
        where = str(path.relative_to(ROOT))
        for name in imports(path):
            for library, home in homes.items():
                if (name == library or name.startswith(library + ".")) and where != "main.py":
                    assert where.startswith(home), f"{where} imports {name}"
            if name.partition(".")[0] == "mesop":
                assert not where.startswith("services"), f"{where} knows Mesop"


def test_the_time_is_read_in_one_place() -> None:
    for path in sources():
        if path.name == "clock.py":
            continue
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        read = calls & {"datetime.now", "datetime.utcnow", "time.time", "time.monotonic", "time.perf_counter"}
        assert not read, f"{path} reads the time itself: {read}"
