"""The store for several machines: Cloud Firestore, or its emulator through FIRESTORE_EMULATOR_HOST.

The only place that imports google.cloud.firestore.
"""

from services.store.firestore.connect import connect
from services.store.firestore.store import FirestoreStore

__all__ = ["FirestoreStore", "connect"]
