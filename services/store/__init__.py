"""The truth: one protocol, SQLite and Firestore behind it, one contract test class for both."""
