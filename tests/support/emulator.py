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

_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"
_HOW_TO_GET_IT = (
    "Google's Firestore emulator was not found. Get it with `gcloud components install cloud-firestore-emulator` or "
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
def running_emulator() -> Iterator[str]:
    """`host:port` of an emulator, one that runs already or one of our own. Raises EmulatorMissing."""
    already = os.environ.get("FIRESTORE_EMULATOR_HOST")
    if already:
        yield already
        return
    jar = find_jar()
    port = free_port()
    java = ["java", "-Xmx512m", "-XX:+UseSerialGC", "-Duser.language=en", "-cp", str(jar), _MAIN]
    process = subprocess.Popen(
        ["sh", "-c", _WATCHER, "sh", *java, "--host", "127.0.0.1", "--port", str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/")
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


def warm_up() -> None:
    """Use the emulator in FIRESTORE_EMULATOR_HOST once: its first answers can take longer than a store waits."""
    from google.cloud import firestore  # takes a second to load, which tests without it need not pay

    client = firestore.Client(project="warm-up")
    document = client.document("warm/up")
    document.set({"updated_at": firestore.SERVER_TIMESTAMP}, timeout=60)
    document.get(timeout=60)
    list(client.collection("warm").order_by("updated_at").stream(timeout=60))
    client.close()
    client._firestore_api.transport.close()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
