"""Blobs: bytes under a key, in a folder, in memory, on S3 or on Google Cloud Storage.

One class over obstore, which speaks all four. Keys are made by Freshet from ids and fixed words, and checked
here again, so nothing a person typed ever becomes a path.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncGenerator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import GCSStore, LocalStore, MemoryStore, S3Store

from services.errors import FileError, FileMissing, SettingsError, StorageFull

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

CHUNK = 1 << 20
"""Most bytes in one piece of a stream."""
_LISTED = 1_000
"""Entries in one page of a listing, which is what buckets give at most."""
_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}(/[A-Za-z0-9_-]{1,128}){0,7}(\.[a-z0-9]{1,5})?")
_PREFIX = re.compile(r"([A-Za-z0-9_-]{1,128}/?){0,8}")
_HALF_WRITTEN = re.compile(r".+#[0-9]+|\.freshet-probe-[0-9]+")
"""What ends with its process in the middle of a write to a folder: obstore's file under another name, and our probe."""
# obstore hands on the operating system's errors as text alone: 28 is ENOSPC, 122 EDQUOT.
_FULL = re.compile(r"os error (28|122)\b")
# A person waits for the answer, so give up after seconds; obstore's own default is three minutes.
_RETRY: RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=20)}
_CLIENT: ClientConfig = {"timeout": timedelta(seconds=300), "connect_timeout": timedelta(seconds=5)}


@dataclass(frozen=True)
class Entry:
    """A blob as a listing tells of it."""

    key: str
    """Whatever lies there: it may be none of Freshet's keys."""
    size: int
    """Bytes."""
    modified: datetime
    """When it was last written, by the clock of the store."""


class Blobs:
    """Blobs in one place. Safe to use from several threads."""

    def __init__(self, store: ObjectStore, url: str) -> None:
        self._store = store
        self.url = url
        """Where the blobs are, as given to `open`."""
        self._folder = Path(unquote(urlsplit(url).path)) if isinstance(store, LocalStore) else None

    @classmethod
    def open(cls, url: str) -> Blobs:
        """Blobs at `file:///absolute/folder`, `memory://`, `s3://bucket/prefix` or `gs://bucket/prefix`.

        In memory they last as long as the process. A folder is made when absent and must be writable. Buckets take
        credentials and endpoints from the usual environment (AWS_…, GOOGLE_…, STORAGE_EMULATOR_HOST) and are first
        reached by the first call. Raises SettingsError.
        """
        with suppress(ValueError):  # half a host in brackets, say
            scheme = urlsplit(url).scheme
            if scheme == "file":
                return cls(_open_folder(url), url)
            if scheme == "memory":
                return cls(MemoryStore(), url)
            if scheme in {"s3", "gs"}:
                return cls(_open_bucket(url), url)
        raise SettingsError(f"Files cannot be kept at {url!r}: use file:///folder, s3://bucket or gs://bucket")

    def put(self, key: str, data: bytes) -> None:
        """Write a blob whole, replacing any other. Readers see all of it or none. Raises FileError, StorageFull."""
        with _errors("written", _checked(key)):
            obstore.put(self._store, key, data, use_multipart=False)

    def put_file(self, key: str, path: Path) -> None:
        """As `put`, of a file on this machine, which never stands in memory whole. Raises FileError, StorageFull."""
        with _errors("written", _checked(key)):
            obstore.put(self._store, key, path)

    def put_if_absent(self, key: str, data: bytes) -> bool:
        """Write a blob unless the key is taken; whether it was written. Raises FileError, StorageFull."""
        with _errors("written", _checked(key)):
            try:
                obstore.put(self._store, key, data, mode="create", use_multipart=False)
            except AlreadyExistsError:
                return False
        return True

    def get(self, key: str) -> bytes:
        """The whole blob. Raises FileMissing, FileError."""
        with _errors("read", _checked(key)):
            return bytes(obstore.get(self._store, key).bytes())

    async def stream(self, key: str, start: int, end: int) -> AsyncGenerator[bytes, None]:
        """Bytes `start` up to and without `end`, in pieces of at most CHUNK bytes. Raises FileMissing, FileError."""
        with _errors("read", _checked(key)):
            if start >= end:
                await obstore.head_async(self._store, key)
                return
            result = await obstore.get_async(self._store, key, options={"range": (start, end)})
            async for piece in result.stream(min_chunk_size=CHUNK):
                view = memoryview(piece)
                for offset in range(0, len(view), CHUNK):
                    yield bytes(view[offset : offset + CHUNK])

    def size(self, key: str) -> int:
        """Bytes in the blob. Raises FileMissing, FileError."""
        with _errors("read", _checked(key)):
            return obstore.head(self._store, key)["size"]

    def entry(self, key: str) -> Entry:
        """What a listing would tell of a blob. Raises FileMissing, FileError."""
        with _errors("read", _checked(key)):
            meta = obstore.head(self._store, key)
            return Entry(key, meta["size"], meta["last_modified"])

    def delete(self, keys: Iterable[str]) -> None:
        """Remove blobs; those already gone are no error. Raises FileError."""
        for key in keys:
            with suppress(FileMissing), _errors("deleted", _checked(key)):
                obstore.delete(self._store, key)

    def list(self, prefix: str = "") -> list[str]:
        """The keys in the folder `prefix` and below it, sorted. Raises FileError."""
        return list(self.sizes(prefix))

    def sizes(self, prefix: str = "") -> dict[str, int]:
        """As `list`, with each blob's bytes. Raises FileError."""
        if not _PREFIX.fullmatch(prefix):
            raise FileError(f"Not a folder of blobs: {prefix!r}")
        with _errors("listed", prefix):
            found = [meta for batch in obstore.list(self._store, prefix or None) for meta in batch]
        return {meta["path"]: meta["size"] for meta in sorted(found, key=lambda meta: meta["path"])}

    def entries(self, prefix: str = "") -> Iterator[Entry]:
        """Everything in the folder `prefix` and below it, in no order, a page of the store at a time.

        What is written or deleted meanwhile may be among them or not. Raises FileError, also on the way.
        """
        if not _PREFIX.fullmatch(prefix):
            raise FileError(f"Not a folder of blobs: {prefix!r}")
        with _errors("listed", prefix):
            for batch in obstore.list(self._store, prefix or None, chunk_size=_LISTED):
                for meta in batch:
                    yield Entry(meta["path"], meta["size"], meta["last_modified"])

    def half_written(self) -> Iterator[Entry]:
        """Files that writes into a folder left behind when their process ended; buckets leave none that take room.

        Those being written now are among them: only their age tells. Raises FileError.
        """
        for folder, _, names in os.walk(self._folder) if self._folder else ():
            for name in names:
                path = Path(folder, name)
                if _HALF_WRITTEN.fullmatch(name) and (status := _status(path)):
                    modified = datetime.fromtimestamp(status.st_mtime, UTC)
                    yield Entry(str(path.relative_to(self._folder or folder)), status.st_size, modified)

    def discard_half_written(self, entry: Entry) -> None:
        """Remove one of `half_written`. Raises FileError."""
        path = Path(self._folder or "", entry.key)
        if self._folder is None or not _HALF_WRITTEN.fullmatch(path.name) or ".." in path.parts:
            raise FileError(f"Not a half-written file: {entry.key!r}")
        with _errors("deleted", entry.key):
            path.unlink(missing_ok=True)


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:  # it has got its name, or was removed, since it was listed
        return None


def is_blob_key(text: str) -> bool:
    """Whether Freshet may have made this key."""
    return _KEY.fullmatch(text) is not None


def _checked(key: str) -> str:
    if not is_blob_key(key):
        raise FileError(f"Not a blob key: {key!r}")
    return key


@contextmanager
def _errors(done: str, key: str) -> Iterator[None]:
    """The one place where obstore's and the operating system's errors become Freshet's."""
    try:
        yield
    except FileNotFoundError as error:
        raise FileMissing(f"There is no file {key}") from error
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        if _FULL.search(str(error)):
            raise StorageFull("There is no room left for files: free some space and try again") from error
        raise FileError(f"The file {key} could not be {done}: {reason}") from error


def _open_folder(url: str) -> LocalStore:
    parts = urlsplit(url)
    folder = Path(unquote(parts.path))
    if parts.netloc or not parts.path.startswith("/"):
        raise SettingsError(f"{url!r} is not an absolute folder: write file:///folder with three slashes")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".freshet-probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsError(f"Files cannot be kept in {folder}: {reason.lower()}") from error
    return LocalStore(folder)


def _open_bucket(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if not parts.netloc:
        raise SettingsError(f"{url!r} names no bucket")
    bucket, prefix = parts.netloc, parts.path.strip("/") or None
    try:
        if parts.scheme == "gs":
            return _open_google(bucket, prefix)
        endpoint = os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        return S3Store(bucket, prefix=prefix, retry_config=_RETRY, client_options=_client(endpoint))
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise SettingsError(f"Files cannot be kept at {url!r}: {reason}") from error


def _open_google(bucket: str, prefix: str | None) -> ObjectStore:
    emulator = os.environ.get("STORAGE_EMULATOR_HOST")
    if not emulator:
        return GCSStore(bucket, prefix=prefix, retry_config=_RETRY, client_options=_CLIENT)
    # As with Google's own clients an emulator gets no credentials. This key says so: without it obstore would still
    # ask the machine's metadata service for a token, even with signing turned off.
    no_key = {"gcs_base_url": emulator, "disable_oauth": True, "client_email": "", "private_key": ""}
    key = json.dumps({**no_key, "private_key_id": ""})
    options = _client(emulator)
    return GCSStore(bucket, prefix=prefix, service_account_key=key, retry_config=_RETRY, client_options=options)


def _client(endpoint: str) -> ClientConfig:
    """Plain HTTP is for an endpoint that was named with it, nothing else."""
    return {**_CLIENT, "allow_http": True} if endpoint.startswith("http://") else _CLIENT
