"""Files: blobs, what is derived from them, and their addresses."""
