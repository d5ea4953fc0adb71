"""Where tables live: each back-end reads a snapshot and applies a plan. See ``sync.books.book``."""
