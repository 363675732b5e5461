"""What a session has written and seen: a token that a signed cookie carries from tab to tab and process to process.

A token holds, for each project, a watermark: everything that the session wrote or was shown is at or before it. Before
a process presents something it holds as current, it compares: what does not reach the token is older than what the
session knows, and is labelled "Catching up" until a read that began after the token has answered. Read your writes and
monotonic reads (Terry et al., "Session guarantees for weakly consistent replicated data", 1994) follow.

An edit that is stored in the background is known by itself (`OWN`): what a process holds has it as soon as it is
stored there, long before everything else up to its place has come. Such a snapshot satisfies a session that knows of
this edit and of nothing else that is missing; it says nothing to one that has seen more by then. Each edit is known
until everything up to its place has been seen: two tabs may make theirs at once, by way of two processes, and neither
process has the other's.

The watermarks are no secret, but a forged one would label screens for ever, so the cookie is signed: HMAC-SHA-256,
with the user's id in its salt, by itsdangerous.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import datetime

from itsdangerous import BadData, URLSafeSerializer

from services.freshness.snapshots import MOST_OWN, Key, Snapshot
from services.models import Commit, Principal, Project, Put, Write
from services.store.protocol import OnBatch, OnState, Store, Watch
from services.store.watermarks import is_at_least, position_of

COOKIE = "freshet_session"
OWN = "+"
"""After a project's id: where the session's edits there are that were stored in the background, parted by spaces."""
MOST_ENTRIES = 16
MOST_LETTERS = 1_500
"""Entries and letters of a token, which has to fit into a cookie; what moved longest ago goes first."""
MOST_PROOFS = 2_000

Token = Mapping[str, str]
"""Project id → watermark, and that and OWN → watermarks. Empty for a session that has written and seen nothing."""


def moved(token: Token, project_id: str, watermark: str) -> Token:
    """`token` after something at `watermark` was written or seen; the very same where it knows that already.

    >>> moved({"p": "a-5-0"}, "p", "a-7-0"), moved({"p": "a-5-0"}, "p", "a-4-0")
    ({'p': 'a-7-0'}, {'p': 'a-5-0'})
    >>> moved({"p": "a-5-0"}, "p", "b-1-0")  # the database is another one now
    {'p': 'b-1-0'}
    >>> moved({"p": "a-5-0", "p+": "a-6-0 a-8-0"}, "p", "a-7-0"), moved({"p": "a-5-0", "p+": "a-7-0"}, "p", "b-1-0")
    ({'p': 'a-7-0', 'p+': 'a-8-0'}, {'p': 'b-1-0'})
    """
    known = token.get(project_id)
    if not watermark or (known is not None and is_at_least(known, watermark)):
        return token
    later = [mark for mark in own_of(token, project_id) if is_at_least(mark, watermark)]
    own = [mark for mark in later if not is_at_least(watermark, mark)]
    return _with(token, {project_id: watermark, project_id + OWN: " ".join(own)})


def wrote_own(token: Token, project_id: str, watermark: str) -> Token:
    """`token` after an edit at `watermark` was stored in the background; the very same where it knows that already.

    >>> wrote_own({"p": "a-5-0", "p+": "a-7-0"}, "p", "a-6-0")
    {'p': 'a-5-0', 'p+': 'a-6-0 a-7-0'}
    >>> wrote_own({"p": "a-5-0"}, "p", "a-4-0"), wrote_own({"p+": "b-9-0"}, "p", "a-4-0")
    ({'p': 'a-5-0'}, {'p+': 'a-4-0'})
    """
    own, seen = own_of(token, project_id), token.get(project_id)
    if not watermark or watermark in own or (seen is not None and is_at_least(seen, watermark)):
        return token
    alike = [mark for mark in own if is_at_least(mark, watermark) or is_at_least(watermark, mark)]
    *before, last = sorted([*alike, watermark], key=position_of)
    # Of too many, the first ones count as seen: that asks for more than is known, never for less.
    for mark in [*before, last][:-MOST_OWN]:
        token = moved(token, project_id, mark)
    own = [*before, last][-MOST_OWN:]
    return _with(token, {project_id: token.get(project_id, ""), project_id + OWN: " ".join(own)})


def own_of(token: Token, project_id: str) -> list[str]:
    """The edits that `token` knows by themselves."""
    return token.get(project_id + OWN, "").split()


def _with(token: Token, known: Token) -> Token:
    others = [(key, marks) for key, marks in token.items() if key not in known]
    entries = dict([*others, *((key, marks) for key, marks in known.items() if marks)])
    while len(entries) > MOST_ENTRIES or sum(len(key) + len(marks) for key, marks in entries.items()) > MOST_LETTERS:
        oldest = next(iter(entries)).removesuffix(OWN)
        for key in (oldest, oldest + OWN):  # what is known of a project goes as a whole
            entries.pop(key, None)
    return entries


def merged(token: Token, other: Token) -> Token:
    """What two tabs know together; where they are of different databases, `other` is taken to know better.

    >>> merged({"p": "a-5-0", "q": "a-2-0"}, {"p": "a-3-0", "q": "a-4-0"})
    {'p': 'a-5-0', 'q': 'a-4-0'}
    >>> merged({"p": "a-5-0", "p+": "a-6-0 a-8-0"}, {"p": "a-7-0", "p+": "a-9-0"})
    {'p': 'a-7-0', 'p+': 'a-8-0 a-9-0'}
    """
    for key, marks in other.items():
        if not key.endswith(OWN):
            token = moved(token, key, marks)
    for key in other:
        if key.endswith(OWN):
            project_id = key.removesuffix(OWN)
            for mark in own_of(other, project_id):
                token = wrote_own(token, project_id, mark)
    return token


class Sessions:
    """Signs and reads tokens, and knows which held snapshots reach them."""

    def __init__(self, secret: bytes) -> None:
        self._secrets: list[bytes] = []
        self.sign_with(secret)
        self._lock = threading.Lock()
        self._proofs: OrderedDict[Key, tuple[str, datetime]] = OrderedDict()

    def sign_with(self, secret: bytes) -> None:
        """Sign with this from now on; what was signed before is still believed."""
        self._secrets = [*(one for one in self._secrets if one != secret), secret]  # the last one signs
        signing = {"digest_method": hashlib.sha256, "key_derivation": "hmac"}
        self._serializer = URLSafeSerializer(self._secrets, signer_kwargs=signing)

    def sign(self, token: Token, principal: Principal) -> str:
        """The cookie's text; the same for the same token."""
        return str(self._serializer.dumps(dict(token), salt=_salt(principal)))

    def read(self, text: str | None, principal: Principal) -> Token:
        """The token in a cookie; empty where there is none, it was tampered with or is another user's."""
        try:
            token = self._serializer.loads(text or "", salt=_salt(principal))
        except BadData:
            return {}
        sound = isinstance(token, dict) and all(isinstance(mark, str) for mark in token.values())
        return token if sound else {}

    def covers(self, snapshot: Snapshot, token: Token) -> bool:
        """Whether `snapshot` holds everything that a session with `token` has written and seen of its project."""
        seen, own = token.get(snapshot.query.project_id), own_of(token, snapshot.query.project_id)
        if seen is not None and not self._reaches(snapshot, seen):
            return False
        return all(mark in snapshot.own or self._reaches(snapshot, mark) for mark in own)

    def _reaches(self, snapshot: Snapshot, watermark: str) -> bool:
        if is_at_least(snapshot.watermark, watermark):
            return True
        with self._lock:
            proven, since = self._proofs.get(snapshot.key, ("", snapshot.as_of))
        return is_at_least(proven, watermark) and snapshot.as_of >= since

    def answered(self, snapshot: Snapshot, token: Token) -> None:
        """The store gave `snapshot` in answer to a question put after `token` was known: it holds all of that.

        Its watermark need not tell: a read that finds nothing new leaves it where it was.
        """
        project_id, watermark = snapshot.query.project_id, ""
        for mark in [*filter(None, [token.get(project_id)]), *own_of(token, project_id)]:
            watermark = watermark if is_at_least(watermark, mark) else mark
        if watermark and not is_at_least(snapshot.watermark, watermark):
            with self._lock:
                self._proofs[snapshot.key] = watermark, snapshot.as_of
                self._proofs.move_to_end(snapshot.key)
                while len(self._proofs) > MOST_PROOFS:
                    self._proofs.popitem(last=False)


def _salt(principal: Principal) -> str:
    return f"{COOKIE}:{principal.user_id}"


_written: ContextVar[Token] = ContextVar("written")


def begin_noting() -> None:
    """From now on, what is committed in this request (this context) is noted."""
    _written.set({})


def noted() -> Token:
    """What was committed since. Under "" is what the project that is worked in has to reach, wherever it was."""
    return _written.get({})


class NotingStore:
    """`store`, and what is committed through it is noted for the request that is being handled."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.media, self.runs, self.projects = store.media, store.runs, store.projects
        self.templates, self.upkeep, self.commit_size = store.templates, store.upkeep, store.commit_size

    def commit(self, principal: Principal, writes: Sequence[Write], *, operation_id: str) -> Commit:
        commit = self._store.commit(principal, writes, operation_id=operation_id)
        if not any(map(_is_fed, writes)):
            return commit
        written = noted()
        touched = {record.project_id for record in commit.records}
        if not all(isinstance(write, Put) and isinstance(write.record, Project) for write in writes):
            touched.add("")  # an item may have been elsewhere before, or be gone
        for project_id in sorted(touched):
            written = moved(written, project_id, commit.watermark)
        _written.set(written)
        return commit

    def watch(self, project_id: str, on_batch: OnBatch, on_state: OnState) -> Watch:
        return self._store.watch(project_id, on_batch, on_state)

    def upgrade(self) -> int:
        return self._store.upgrade()

    def shared_secret(self, principal: Principal, proposed: str) -> str:
        return self._store.shared_secret(principal, proposed)

    def ping(self) -> None:
        self._store.ping()

    def close(self) -> None:
        self._store.close()


def _is_fed(write: Write) -> bool:
    """Whether what is written may be in a snapshot. Of a template no feed tells, so that no view would ever reach the
    commit, and would be labelled for it until it is read anew."""
    return (write.record.kind if isinstance(write, Put) else write.kind) != "template"
