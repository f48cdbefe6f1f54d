"""How backends word their instructions, per language. Source: lexicon/replies/<language>.yaml."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "lexicon" / "replies" / "compiled"

# which languages a sentence may be in, by its script; the first whose verbs occur and give an instruction decides
_LATIN = ("en", "es", "fr", "de", "pt")
_BY_SCRIPT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("[\u3040-\u30ff]", ("ja",)),
    ("[\uac00-\ud7af]", ("ko",)),
    ("[\u4e00-\u9fff]", ("zh",)),
)
_SCRIPTS = tuple((re.compile(pattern), languages) for pattern, languages in _BY_SCRIPT)

VERBS = ("press", "press_weakly", "open", "drag", "look", "account")


@dataclass(frozen=True, slots=True)
class ReplyLexicon:
    """One language's wording. The patterns match folded text at a position.

    first: verbs precede their object. tails: single words behind a verb that make it optional.
    verb_of: every verb form -> the roles it can play (press, open, drag, look, account …).
    """

    language: str
    first: bool
    spaced: bool
    tails: frozenset[str]
    phrases: Mapping[str, re.Pattern[str]]
    verb_of: Mapping[str, frozenset[str]]

    def at(self, kind: str, text: str, position: int, end: int) -> int:
        """Where the longest `kind` phrase that starts at position ends, or position when there is none."""
        match = self.phrases[kind].match(text, position, end)
        return match.end() if match else position

    def find(self, kind: str, text: str, start: int, end: int) -> re.Match[str] | None:
        """The first `kind` phrase within [start, end)."""
        return self.phrases[kind].search(text, start, end)


def _alternation(phrases: Iterable[str], spaced: bool) -> re.Pattern[str]:
    """Literals only, longest first: such a pattern cannot backtrack."""
    ordered = sorted({phrase.lower() for phrase in phrases}, key=lambda phrase: (-len(phrase), phrase))
    body = "|".join(re.escape(phrase).replace(r"\ ", " ") for phrase in ordered)
    if not body:
        return re.compile(r"(?!)")
    return re.compile(rf"(?<![\w])(?:{body})(?![\w])" if spaced else f"(?:{body})")


@cache
def reply_lexicon(language: str) -> ReplyLexicon:
    """The lexicon of one language. Raises FileNotFoundError for a language without one."""
    data = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    spaced = data["spaced"]
    phrases = {kind: _alternation(words, spaced) for kind, words in data.items() if isinstance(words, list)}
    verbs: dict[str, set[str]] = {}
    for role in (*VERBS, "drag_surely", "look_surely"):
        for form in data[role]:
            verbs.setdefault(form.lower(), set()).add(role)
    phrases["not_behind"] = _alternation(data["not_behind"], spaced=False)
    phrases["verb"] = _alternation(verbs, spaced)
    return ReplyLexicon(
        language=language,
        tails=frozenset(data["tails"]),
        first=data["order"] == "first",
        spaced=spaced,
        phrases=phrases,
        verb_of={form: frozenset(roles) for form, roles in verbs.items()},
    )


def all_lexicons(folded: str) -> tuple[ReplyLexicon, ...]:
    """The lexicons of the languages a folded sentence may be in, by its script."""
    languages = next((languages for script, languages in _SCRIPTS if script.search(folded)), _LATIN)
    return tuple(reply_lexicon(language) for language in languages)


def candidates(folded: str) -> tuple[ReplyLexicon, ...]:
    """Those whose verbs occur in the sentence, likeliest first; () when it cannot instruct at all."""
    return tuple(lexicon for lexicon in all_lexicons(folded) if lexicon.phrases["verb"].search(folded))
