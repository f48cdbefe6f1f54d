"""What somebody calls a photo that no file is called: the cake; the cat one."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .clauses import Clause


def stranger(clause: Clause) -> str:
    """What a clause calls a photo that has no such name; a blank where it is only a word for who is in it."""
    if clause.picks or not clause.has("one", "clip", "that_one"):
        return ""
    return clause.unknown_name or (" " if clause.has("one", "clip") and clause.has("person") else "")


def strange_thing(clause: Clause) -> str:
    """What a photo may be called where no noun says that it is one: zoom in on the cake; "" for more than one word."""
    named = [noun for before, noun in pairwise(clause.tags) if "definite" in before and "word" in noun]
    if len(named) != 1 or any("word" in tag and tag.start > named[0].start for tag in clause.tags):
        return ""
    return named[0].text("word")
