"""Studies: each file here is one, and its first line is its question."""
