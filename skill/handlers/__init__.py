"""One handler per action; what each gets and may do is in contract.py."""

from .registry import handler_for

__all__ = ["handler_for"]
