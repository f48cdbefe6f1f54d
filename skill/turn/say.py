"""The runtime's own words in the user's language. Source of every sentence: messages/<language>.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ..value import value

FALLBACK = "en"
_FOLDER = Path(__file__).parent / "messages" / "compiled"

Entry = str | Mapping[str, str]


@cache
def _messages(language: str) -> Mapping[str, Entry]:
    path = _FOLDER / f"{language}.json"
    if not path.exists():
        return {}
    entries: Mapping[str, Entry] = json.loads(path.read_text(encoding="utf-8"))
    return entries


def languages() -> tuple[str, ...]:
    """The primary tags that have messages of their own."""
    return tuple(sorted(path.stem for path in _FOLDER.glob("*.json") if not path.stem.startswith("_")))


@value
class Messages:
    """Says things in one language; what that language lacks is said in English.

    language: a primary tag ("zh" for every kind of Chinese).
    """

    language: str = FALLBACK

    def __call__(self, key: str, /, **values: object) -> str:
        """The message `key`, filled in; `count` chooses between its `one` and `other` form.

        Raises: KeyError for a key that no language has.
        """
        entry = _messages(self.language).get(key)
        if entry is None:
            entry = _messages(FALLBACK)[key]
        if not isinstance(entry, str):
            entry = entry["one"] if values.get("count") == 1 and "one" in entry else entry["other"]
        return entry.format(**values)

    def knows(self, key: str) -> bool:
        """Whether some language has this message."""
        return key in _messages(self.language) or key in _messages(FALLBACK)

    def listed(self, items: Sequence[str], most: int = 12) -> str:
        """Items as a person lists them: "a, b and c", with "and 3 more" when there are too many."""
        shown = list(items[:most])
        if len(items) > most:
            shown.append(self("more_items", count=len(items) - most))
            return self("list_comma").join(shown)
        if len(shown) < 2:
            return "".join(shown)
        head = self("list_comma").join(shown[:-1])
        return self("list_and", head=head, last=shown[-1])

    def clauses(self, clauses: Sequence[str]) -> str:
        """Several things that happened, in one sentence."""
        return self("list_clause").join(clauses)


@cache
def words(kind: str) -> frozenset[str]:
    """Folded words of one kind ("affirmations") in all languages together. Source: messages/_words.yaml."""
    by_kind: Mapping[str, Sequence[str]] = json.loads((_FOLDER / "_words.json").read_text(encoding="utf-8"))
    return frozenset(by_kind[kind])
