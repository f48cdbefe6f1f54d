"""The rules of this folder's data files, ready to match: family defaults and the words documents use."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "rules" / "compiled"


@dataclass(frozen=True, slots=True)
class Role:
    """A name and the pattern of the words that stand for it."""

    name: str
    pattern: re.Pattern[str]


@cache
def family() -> Mapping[str, Any]:
    """What a silent document gets (rules/family.yaml)."""
    return _load("family")


@cache
def words() -> Mapping[str, Any]:
    """How documents say things (rules/words.yaml)."""
    return _load("words")


@cache
def pattern(*path: str) -> re.Pattern[str]:
    """The pattern at a path of words.yaml."""
    value: Any = words()
    for key in path:
        value = value[key]
    return pattern_of(str(value))


@cache
def pattern_of(source: str) -> re.Pattern[str]:
    """A pattern of the data files, compiled once."""
    amount = str(words()["amount"]) if "<amount>" in source else ""
    return re.compile(source.replace("<amount>", amount), re.IGNORECASE)


@cache
def roles(name: str, key: str = "role") -> tuple[Role, ...]:
    """The roles of one list of words.yaml, in its order."""
    return tuple(Role(entry[key], pattern_of(entry["match"])) for entry in words()[name])


def first_listed(text: str, candidates: Sequence[Role]) -> str | None:
    """The first role, in the list's order, whose words occur."""
    return next((role.name for role in candidates if role.pattern.search(text)), None)


def first_said(text: str, candidates: Sequence[Role]) -> str | None:
    """The role whose words come first in the text; the list's order breaks a tie."""
    found = [
        (match.start(), order, role.name)
        for order, role in enumerate(candidates)
        if (match := role.pattern.search(text))
    ]
    return min(found)[2] if found else None


def _load(stem: str) -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = json.loads((_FOLDER / f"{stem}.json").read_text(encoding="utf-8"))
    return loaded
