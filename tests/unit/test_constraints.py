"""What is installed is what was tested, to the last dependency."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOUCHED = {"flask", "werkzeug", "starlette", "grpcio", "google-auth", "google-api-core", "itsdangerous", "protobuf"}
"""Packages that come with others and whose inside we use or replace."""


def pins(name: str) -> dict[str, str]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    found = [line for line in lines if line and not line.startswith("-r ")]
    matches = [re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[[a-z0-9,]+\])?==([0-9A-Za-z.]+)", line) for line in found]
    assert all(matches), [line for line, match in zip(found, matches, strict=True) if match is None]
    return {re.sub(r"[-_.]+", "-", match[1]).lower(): match[2] for match in matches if match}


def test_every_requirement_and_what_we_reach_into_is_pinned() -> None:
    pinned = pins("constraints.txt")
    for name in ("requirements.txt", "requirements-dev.txt"):
        assert pins(name).items() <= pinned.items()
    assert pinned.keys() >= TOUCHED


def test_these_tests_run_with_those_versions() -> None:
    different = {}
    for name, pinned in pins("constraints.txt").items():
        try:
            installed = version(name)
        except PackageNotFoundError:  # not needed on this system
            continue
        if installed != pinned:
            different[name] = (installed, pinned)
    assert different == {}


def test_the_makefile_installs_nothing_else() -> None:
    lines = (ROOT / "Makefile").read_text().splitlines()
    assert [line for line in lines if "pip install" in line and "-c constraints.txt" not in line] == [
        "\t.pins/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt"
    ]
