"""The secret that all servers on a database share: one document, made by whoever comes first and never changed.

Clients of the database cannot read it (firestore.rules denies them everything), nor does any export of ours hold it.
"""

from __future__ import annotations

from google.api_core.exceptions import AlreadyExists, GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from services.errors import StoreUnavailable
from services.models import Principal
from services.store.firestore import calls
from services.store.rules import require_system

COLLECTION, NAME, FIELD = "secrets", "session", "value"
_ATTEMPTS = 5


def shared_secret(client: firestore.Client, principal: Principal, proposed: str) -> str:
    """See `Store.shared_secret`: one read, and for the first server a write and one read more."""
    require_system(principal)
    document = client.collection(COLLECTION).document(NAME)
    for _ in range(_ATTEMPTS):
        (snapshot,) = calls.read(lambda **options: list(client.get_all([document], **options)))
        if snapshot.exists:
            return str(snapshot.get(FIELD))
        try:
            calls.write(lambda **options: document.create({FIELD: proposed}, **options))
        except (AlreadyExists, *calls.ANSWER_LOST):
            pass  # another server was faster, or we were; the next look tells
        except (GoogleAPIError, GoogleAuthError) as error:
            raise calls.translate(error) from error
    raise StoreUnavailable("Firestore did not keep the secret that its servers share")
