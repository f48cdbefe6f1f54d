"""What words mean, per language: the request lexicons, compiled to look-ups.

A lexicon names, for each tag of `frames.yaml`, the phrases that carry it. Marks inside a phrase:
`*` at the end of a word = any ending; `…` between words = up to five other words between them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .normalise import without_elongation, without_marks

FOLDER = Path(__file__).parent / "lexicon"
GAP = "…"
_REACH = 5
_CACHED_WORDS = 20_000
_SHORTEST_TYPO = 5
_UNSPACED = (
    ("\u0e00", "\u0e7f"),
    ("\u2e80", "\u9fff"),
    ("\uac00", "\ud7a3"),
    ("\uf900", "\ufaff"),
    ("\u1100", "\u11ff"),
)

Tail = tuple[tuple[str, ...], int, str]
"""The words after a phrase's first, its tags and the phrase itself."""


@dataclass(slots=True)
class Tails:
    """The phrases one word may open: by their second word, and those whose second word is open, longest first."""

    by_second: dict[str, list[Tail]]
    loose: list[Tail]

    def add(self, tail: Tail) -> None:
        """File a phrase."""
        second = tail[0][0]
        filed = self.loose if second == GAP or second.endswith("*") else self.by_second.setdefault(second, [])
        filed.append(tail)

    def sort(self) -> None:
        """Longest first, once all are filed."""
        for filed in (self.loose, *self.by_second.values()):
            if len(filed) > 1:
                filed.sort(key=lambda known: -len(known[0]))


Entry = tuple[int, Tails | None, str]
"""A word's own tags, the phrases it may open, and the lexicon's spelling of it."""
NOTHING: Entry = (0, None, "")


def unspaced(char: str) -> bool:
    """Whether the script of this character writes words without spaces, or glues endings to them."""
    return char > "\u0dff" and any(low <= char <= high for low, high in _UNSPACED)


@lru_cache(maxsize=1)
def tag_bits() -> dict[str, int]:
    """Tag name -> bit, in the order of frames.yaml."""
    frames = json.loads((FOLDER / "compiled" / "frames.json").read_text(encoding="utf-8"))
    return {name: 1 << place for place, name in enumerate(sorted(frames["tags"]) + frames["derived"])}


class Vocabulary:
    """One language's words. Built once per process and language."""

    def __init__(self, language: str) -> None:
        path = FOLDER / "requests" / "compiled" / f"{language}.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        self.language = language
        self.verb_final: bool = data["grammar"].get("verb_final") == "true"
        self.clitics: tuple[str, ...] = tuple(data["grammar"].get("clitics", "").split())
        self.variants: dict[int, str] = _variants(data["grammar"].get("variants", ""))
        self.words: dict[str, int] = {}
        self.plain: dict[str, int] = {}
        self.stems: dict[str, int] = {}
        self.tails: dict[str, Tails] = {}
        self.scan: dict[str, list[tuple[str, int]]] = {}
        self.not_after: dict[str, str] = dict(data["not_after"] or {})
        self.not_before: dict[str, str] = dict(data["not_before"] or {})
        self.ordinary: frozenset[str] = frozenset(data["ordinary"].split())
        self._near: dict[str, set[str]] | None = None
        bits = tag_bits()
        phrases: dict[str, int] = {}
        for tag, listed in data["words"].items():
            bit = bits[tag]
            for raw in (listed or "").split(","):
                if phrase := raw.strip():
                    phrases[phrase] = phrases.get(phrase, 0) | bit
        for phrase, tags in phrases.items():
            self.add(phrase, tags)
        for tails in self.tails.values():
            tails.sort()
        for listed_phrases in self.scan.values():
            listed_phrases.sort(key=lambda entry: -len(entry[0]))

    def add(self, phrase: str, tags: int) -> None:
        """File a phrase where it will be looked up."""
        if unspaced(phrase[0]) and GAP not in phrase:
            glued = phrase.replace(" ", "")
            self.scan.setdefault(glued[0], []).append((glued, tags))
            return
        # a hyphen parts words in a text, so it does here
        first, *rest = phrase.replace("-", " ").split() or [phrase]
        if rest:
            self._tails(first).add((tuple(rest), tags, phrase))
            plain_phrase = without_marks(phrase)
            if plain_phrase != phrase:
                first, *rest = plain_phrase.replace("-", " ").split()
                self._tails(first).add((tuple(rest), tags, phrase))
        elif first.endswith("*"):
            for stem in {first[:-1], without_marks(first[:-1])}:
                self.stems[stem] = self.stems.get(stem, 0) | tags
        else:
            self.words[first] = self.words.get(first, 0) | tags
            if (plain := without_marks(first)) != first:
                self.plain[plain] = self.plain.get(plain, 0) | tags

    def _tails(self, first: str) -> Tails:
        known = self.tails.get(first)
        if known is None:
            known = self.tails[first] = Tails({}, [])
        return known

    def exact(self, word: str) -> Entry | None:
        """The word as it stands, or its longest known stem."""
        tags = self.words.get(word)
        tails = self.tails.get(word)
        if tags is None:
            for length in range(len(word), 1, -1):
                tags = self.stems.get(word[:length])
                if tags is not None:
                    break
        if tags is None and tails is None:
            return None
        return (tags or 0, tails, word)

    def lenient(self, word: str) -> Entry | None:
        """The word as people type it: no accents, letters held down, clitics glued on."""
        found = self.exact(word)
        if found is not None:
            return found
        plain = without_marks(word)
        tags = self.plain.get(plain)
        if tags is not None:
            return (tags, self.tails.get(plain), plain)
        if plain != word and (found := self.exact(plain)) is not None:
            return found
        for keep in (1, 2):
            shorter = without_elongation(plain, keep=keep)
            if shorter != plain and (found := self.exact(shorter) or self._plain(shorter)) is not None:
                return found
        if "'" in word:
            return self.exact(word[word.rindex("'") + 1 :]) or self.exact(word[: word.index("'")])
        for clitic in self.clitics:
            if plain.startswith(clitic) and len(plain) - len(clitic) > 2:
                rest = plain[len(clitic) :]
                if (found := self.exact(rest) or self._plain(rest)) is not None:
                    return found
        return None

    def _plain(self, word: str) -> Entry | None:
        tags = self.plain.get(word)
        return None if tags is None else (tags, None, word)

    def misspelt(self, word: str) -> Entry | None:
        """A word of the lexicon one slip away (a letter too many, too few, wrong, swapped), if not an ordinary one."""
        word = without_marks(word)
        if len(word) < _SHORTEST_TYPO - 1 or len(word) > 24 or word in self.ordinary or not word.isalpha():
            return None
        best: str | None = None
        for near in _deletions(word):
            for candidate in self._neighbours().get(near, ()):
                if _one_slip(word, candidate) and (best is None or (candidate < best)):
                    best = candidate
        if best is None:
            return None
        return (self.words.get(best, 0) | self.plain.get(best, 0), self.tails.get(best), best)

    def _neighbours(self) -> dict[str, set[str]]:
        if self._near is None:
            self._near = {}
            worth = tag_mask("misspelt_tags")
            for words in (self.words, self.plain):
                for word, tags in words.items():
                    if len(word) >= _SHORTEST_TYPO - 1 and tags & worth and word.isalpha():
                        for near in _deletions(word):
                            self._near.setdefault(near, set()).add(word)
        return self._near


def _variants(listed: str) -> dict[int, str]:
    """ "匯汇 輸输" -> a translation of each first character to the second, same length."""
    return {ord(pair[0]): pair[1] for pair in listed.split()}


def _deletions(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def _one_slip(typed: str, meant: str) -> bool:
    """Damerau-Levenshtein distance of exactly one; short words only by two letters swapped or one left out."""
    if typed == meant:
        return False
    short, long = sorted((typed, meant), key=len)
    start = 0
    while start < len(short) and short[start] == long[start]:
        start += 1
    if len(short) == len(long):
        swapped = start + 1 < len(long) and short[start : start + 2] == long[start + 1] + long[start]
        if swapped and short[start + 2 :] == long[start + 2 :]:
            return True
        # the first letter is rarely the wrong one, and a wrong letter in a short word makes another word
        return start > 0 and len(meant) > _SHORTEST_TYPO and short[start + 1 :] == long[start + 1 :]
    if len(long) - len(short) != 1 or short[start:] != long[start + 1 :]:
        return False
    return (len(meant) >= _SHORTEST_TYPO and start > 0) or len(meant) > _SHORTEST_TYPO


@lru_cache(maxsize=64)
def tag_mask(name: str) -> int:
    """A named set of tags of frames.yaml as one mask."""
    frames = json.loads((FOLDER / "compiled" / "frames.json").read_text(encoding="utf-8"))
    bits = tag_bits()
    mask = 0
    for tag in frames["sets"][name]:
        mask |= bits[tag]
    return mask


@lru_cache(maxsize=32)
def vocabulary(language: str) -> Vocabulary:
    """The lexicon of a language; English where there is none."""
    if not (FOLDER / "requests" / "compiled" / f"{language}.json").exists():
        language = "en"
    return Vocabulary(language)


class Lexicon:
    """The languages one utterance may be written in, the likeliest first; what it looked up before, it knows."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self.vocabularies = tuple(vocabulary(language) for language in languages)
        self.verb_final = self.vocabularies[0].verb_final
        self._cache: dict[str, Entry] = {}

    def look_up(self, word: str) -> Entry:
        """Tags and phrases of a folded word; NOTHING for a stranger."""
        entry = self._cache.get(word)
        if entry is None:
            if len(self._cache) >= _CACHED_WORDS:
                self._cache.clear()
            entry = self._cache[word] = self._find(word)
        return entry

    def _find(self, word: str) -> Entry:
        for known in self.vocabularies:
            if (found := known.lenient(word)) is not None:
                return found
        if any(word in known.ordinary for known in self.vocabularies):
            return NOTHING
        for known in self.vocabularies:
            if (found := known.misspelt(word)) is not None:
                return found
        return NOTHING


@lru_cache(maxsize=128)
def lexicon(languages: tuple[str, ...]) -> Lexicon:
    """The lexicon for these languages, built once."""
    return Lexicon(languages)
