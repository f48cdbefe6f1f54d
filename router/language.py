"""Which language somebody writes: the script first, then the small words that hold its sentences together."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from .normalise import fold, without_marks
from .quotation import quotes
from .remembered import CHARACTERS, WORDS, Remembered, within

UNSURE = "en"
_CLEAR = 0.3
"""A lead in score below which the request lexicons are asked as well."""
_ONE_WITNESS = 1.0
"""The score of one word that only one language has."""
_ENOUGH_WORDS = 40
_SHORT = 60
"""Characters; a longer text has function words enough."""
_DATA = Path(__file__).parent / "lexicon" / "compiled"
_LOOKED_AT = 2000  # characters; the language of a long text shows long before that

# plain letters are found in half the time it takes to ask of each character what it is
_PLAIN_WORD = re.compile(r"[a-z]+(?:'[a-z]+)*'?")
# only a text that may hold such content needs these, so they are compiled at first use
_ANY_WORD = r"[^\W\d_]+(?:'[^\W\d_]+)*'?"
_NOT_WORDS = r"https?://\S+|www\.\S+|\S+\.(?:[a-z][a-z0-9]{2,3})\b|[@#]\w+"
_RANGES = {
    "kana": (("\u3041", "\u309f"), ("\u30a1", "\u30fa"), ("\uff66", "\uff9f")),
    "hangul": (("\uac00", "\ud7a3"), ("\u1100", "\u11ff"), ("\u3131", "\u318e")),
    "han": (("\u4e00", "\u9fff"), ("\u3400", "\u4dbf"), ("\uf900", "\ufaff"), ("\U00020000", "\U0003134f")),
    "thai": (("\u0e01", "\u0e5b"),),
    "devanagari": (("\u0900", "\u097f"),),
    "arabic": (("\u0600", "\u06ff"), ("\u0750", "\u077f"), ("\ufb50", "\ufdff"), ("\ufe70", "\ufeff")),
    "cyrillic": (("\u0400", "\u04ff"),),
    "latin": (("A", "Z"), ("a", "z"), ("\u00c0", "\u024f"), ("\u1e00", "\u1eff")),
}
_LETTER_OF_SCRIPT = {name: chr(ord("a") + place) for place, name in enumerate(_RANGES)}
_LATIN, _NO_SCRIPT = _LETTER_OF_SCRIPT["latin"], "-"
_TAG_OF_SCRIPT = {
    "kana": "ja",
    "hangul": "ko",
    "han": "zh",
    "thai": "th",
    "devanagari": "hi",
    "arabic": "ar",
    "cyrillic": "ru",
}


def _script_of(code: int) -> str:
    """The letter that stands for a character's script."""
    char = chr(code)
    found = (letter for name, letter in _LETTER_OF_SCRIPT.items() if within(char, _RANGES[name]))
    return next(found, _NO_SCRIPT)


_SCRIPTS: Remembered[int, str] = Remembered(_script_of, CHARACTERS)


class _Languages(NamedTuple):
    """languages.yaml, compiled: what tells Latin languages apart, and the signs that make Han text Japanese."""

    latin: tuple[str, ...]
    words: dict[str, str]
    letters: dict[str, str]
    kana: str


@lru_cache(maxsize=1)
def _languages() -> _Languages:
    data = json.loads((_DATA / "languages.json").read_text(encoding="utf-8"))
    return _Languages(tuple(data["latin"]), data["words"], data["letters"], data["kana"])


@lru_cache(maxsize=1)
def _witnesses() -> dict[str, str]:
    """First two letters -> lines of the words that begin so and the languages whose request lexicon has them."""
    found: dict[str, str] = json.loads((_DATA / "witnesses.json").read_text(encoding="utf-8"))
    return found


def detect_language(text: str) -> str:
    """The primary tag of the language of the text ("zh" for both its scripts), "en" when unsure.

    Quotations, addresses and file names do not count, unless there is nothing else. Where scripts mix, the one that is
    not Latin decides: people put English terms into their own language, not the other way round.
    """
    return language_scores(text)[0][0]


def language_scores(text: str) -> tuple[tuple[str, float], ...]:
    """The likely languages, best first, never empty: all with more than half the score of the best.

    One entry where the script alone decides.
    """
    own = _own_words(text[:_LOOKED_AT])
    if own.isascii():
        return _by_words(own.lower())
    own = fold(own)
    letters = own.translate(_SCRIPTS)
    scripts = [name for name in _TAG_OF_SCRIPT if _LETTER_OF_SCRIPT[name] in letters]
    if scripts:
        return ((_by_script(own, letters, scripts), 1.0),)
    return _by_words(own)


def _own_words(text: str) -> str:
    own = text
    if found := quotes(text):
        pieces, start = [], 0
        for quote in found:
            pieces.append(text[start : quote.start])
            start = quote.end
        own = " ".join((*pieces, text[start:]))
    if "." in own or "/" in own or "@" in own or "#" in own:
        bare = re.sub(_NOT_WORDS, " ", own, flags=re.IGNORECASE)
        if bare != own and not any(char.isalpha() for char in bare):
            return bare
        own = bare
    if own is text:
        return text
    return own if any(char.isalpha() for char in own) else text


def _by_script(own: str, letters: str, scripts: list[str]) -> str:
    if len(scripts) > 1 or _LATIN in letters:
        # one foreign letter ("β", a lone Cyrillic name) does not change the language; one Han word does
        counts = {name: letters.count(_LETTER_OF_SCRIPT[name]) for name in scripts}
        if counts.get("kana", 0) and "hangul" not in counts:
            return "ja" if counts["kana"] * 8 >= counts.get("han", 0) else "zh"
        return _TAG_OF_SCRIPT[max(counts, key=lambda name: counts[name])]
    if scripts == ["han"]:
        return "ja" if any(char in _languages().kana for char in own) and not _looks_chinese(own) else "zh"
    return _TAG_OF_SCRIPT[scripts[0]]


def _looks_chinese(own: str) -> bool:
    return any(char in "的了我你吗嗎把这這个個们們没沒给給还還" for char in own)


def _add_lexicons(words: list[str], scores: defaultdict[str, float]) -> None:
    """Few words, none decisive ("descargar"): ask which lexicons know them."""
    letters = sum(map(len, words)) or 1
    for word in words:
        for tag, weight in _KNOWN_IN[word]:
            # a long word is a better witness than a short one; several languages share many short ones
            scores[tag] += weight * len(word) / letters


def _known_in(word: str) -> tuple[tuple[str, float], ...]:
    """The languages whose request lexicon has the word, whole (2) or as a stem (1)."""
    lines = _witnesses().get(word[:2], "")
    found: dict[str, float] = {}
    for weight, wanted in ((2.0, word), *((1.0, word[:length] + "*") for length in range(len(word), 1, -1))):
        at = lines.find(f"\n{wanted} ")
        if at >= 0:
            start = at + len(wanted) + 2
            for tag in lines[start : lines.index("\n", start)].split():
                found.setdefault(tag, weight)
    return tuple(found.items())


def _tells(word: str) -> tuple[tuple[str, float], ...]:
    """The languages a small word belongs to, and how much it says for each."""
    words = _languages().words
    known = words.get(word)
    if known is None:
        known = words.get(without_marks(word))
    if known is None and "'" in word:
        # "l'esporto", "n'exporte": the clitic tells
        known = words.get(word[: word.index("'") + 1])
    if known is None:
        return ()
    tags = known.split()
    weight = (1.0 if len(tags) == 1 else 0.5 if len(tags) == 2 else 0.25) * (0.6 if len(word) < 2 else 1.0)
    return tuple((tag, weight) for tag in tags)


_Told = tuple[tuple[str, float], ...]
_KNOWN_IN: Remembered[str, _Told] = Remembered(_known_in, WORDS)
_TELLS: Remembered[str, _Told] = Remembered(_tells, WORDS)


def _by_words(own: str) -> tuple[tuple[str, float], ...]:
    scores: defaultdict[str, float] = defaultdict(float)
    plain = own.isascii()
    words: list[str] = _PLAIN_WORD.findall(own) if plain else re.findall(_ANY_WORD, own)
    for told in map(_TELLS.__getitem__, words[:_ENOUGH_WORDS]):
        for tag, weight in told:
            scores[tag] += weight
    if not plain:
        letters = _languages().letters
        for char in set(own):
            if (owner := letters.get(char)) is not None:
                scores[owner] += 1.5
    likely = _likely(scores)
    if not scores or (len(own) < _SHORT and _undecided(likely)):
        _add_lexicons(words, scores)
        likely = _likely(scores)
    return likely


def _likely(scores: dict[str, float]) -> tuple[tuple[str, float], ...]:
    if not scores:
        return ((UNSURE, 0.0),)
    enough = max(scores.values()) / 2
    ranked = [(-score, tag != UNSURE, tag) for tag, score in scores.items() if score > enough]
    if len(ranked) > 1:
        ranked.sort()
    return tuple([(tag, -score) for score, _, tag in ranked])


def _undecided(likely: tuple[tuple[str, float], ...]) -> bool:
    """Whether the best score rests on one small word, or hardly leads."""
    best = likely[0][1]
    return best <= _ONE_WITNESS or (len(likely) > 1 and best - likely[1][1] < _CLEAR)
