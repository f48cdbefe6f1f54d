"""A request in plain words becomes an edit of a draft, and a reply that says what changed."""

from .planner import respond

__all__ = ["respond"]
