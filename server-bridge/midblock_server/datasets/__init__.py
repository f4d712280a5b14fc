"""Data sets kept on disk under the hash of their bytes."""
