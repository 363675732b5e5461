"""Google's own Firestore emulator: found, started for a test session, and stopped again."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
MISSING = "Google's Firestore emulator was not found"
_HOW_TO_GET_IT = (
    f"{MISSING}. Get it with `gcloud components install cloud-firestore-emulator` or "
    "`npm install -g firebase-tools && firebase setup:emulators:firestore` (needs Java), or name its jar in "
    "FIRESTORE_EMULATOR_JAR, or a running one in FIRESTORE_EMULATOR_HOST."
)
_WATCHER = '"$@" </dev/null & child=$!; read -r _; kill "$child"; wait "$child"'
"""A shell that ends the emulator when its own standard input closes, so none is left behind by a killed test run."""


class EmulatorMissing(Exception):
    """`str(error)` says how to get it."""


def find_jar() -> Path:
    """The emulator's jar. Raises EmulatorMissing."""
    named = os.environ.get("FIRESTORE_EMULATOR_JAR")
    candidates = [Path(named)] if named else [*_in_cloud_sdk(), *_in_firebase_cache()]
    for candidate in candidates:
        if candidate.is_file() and shutil.which("java"):
            return candidate
    raise EmulatorMissing(_HOW_TO_GET_IT)


def _in_cloud_sdk() -> Iterator[Path]:
    gcloud = shutil.which("gcloud")
    beside = [Path(gcloud).resolve().parent.parent] if gcloud else []
    for folder in [*beside, Path("/usr/lib/google-cloud-sdk"), Path.home() / "google-cloud-sdk"]:
        yield folder / "platform" / "cloud-firestore-emulator" / "cloud-firestore-emulator.jar"


def _in_firebase_cache() -> list[Path]:
    return sorted(
        (Path.home() / ".cache" / "firebase" / "emulators").glob("cloud-firestore-emulator*.jar"), reverse=True
    )


@contextlib.contextmanager
def running_emulator(megabytes: int = 512) -> Iterator[str]:
    """`host:port` of an emulator, one that runs already or one of our own, with that heap. Raises EmulatorMissing."""
    already = os.environ.get("FIRESTORE_EMULATOR_HOST")
    if already:
        yield already
        return
    jar = find_jar()
    port = free_port()
    java = ["java", f"-Xmx{megabytes}m", "-XX:+UseSerialGC", "-Duser.language=en", "-cp", str(jar), _MAIN]
    process = subprocess.Popen(
        ["sh", "-c", _WATCHER, "sh", *java, "--host", "127.0.0.1", "--port", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/")
        _warm_up(f"127.0.0.1:{port}")
        yield f"127.0.0.1:{port}"
    finally:
        process.communicate()  # closes its standard input, upon which the watcher ends


def _wait_until_ready(url: str, patience: float = 60.0) -> None:
    give_up = time.monotonic() + patience
    while True:
        try:
            with urlopen(url, timeout=5):
                return
        except (URLError, OSError) as error:
            if time.monotonic() > give_up:
                raise RuntimeError(f"The Firestore emulator did not answer within {patience:.0f} s") from error
            time.sleep(0.05)


def _warm_up(host: str, patience: float = 120.0) -> None:
    """Make the emulator load what it loads on first use.

    It says that it is ready long before: on a busy machine the first query of a fresh one takes longer than the
    product waits for any answer.
    """
    from google.auth.credentials import AnonymousCredentials
    from google.cloud import firestore

    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FIRESTORE_EMULATOR_HOST", host)
        client = firestore.Client(project="warm-up", credentials=AnonymousCredentials())
        warm = client.collection("warm")
        batch = client.batch()
        batch.set(warm.document("a"), {"at": firestore.SERVER_TIMESTAMP, "n": 1})
        batch.commit(timeout=patience)
        list(warm.where(filter=firestore.FieldFilter("n", "==", 1)).order_by("at").limit(1).stream(timeout=patience))
        list(client.get_all([warm.document("a"), warm.document("b")], timeout=patience))
        client.close()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
