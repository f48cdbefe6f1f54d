"""What words mean, per language: the request lexicons, compiled to look-ups.

A lexicon names, for each tag of `frames.yaml`, the phrases that carry it. Marks inside a phrase:
`*` at the end of a word = any ending; `…` between words = up to five other words between them;
`(a|b)` = either, spelled out when the lexicon is compiled.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from .compiling import GAP, SHORTEST_MISSPELT
from .normalise import without_elongation, without_marks
from .remembered import CHARACTERS, WORDS, Remembered

FOLDER = Path(__file__).parent / "lexicon"
_SHORTEST_TYPO = 5
_SHORTEST_STEM = 3

Tail = tuple[tuple[str, ...], int]
"""The words after a phrase's first, and the phrase's tags."""


class Tails(NamedTuple):
    """The phrases one word may open: those said word for word, and those with a gap or an open ending.

    exact: words after the first -> tail; lengths: second word -> how many words these have, most first. ajar: second
    word -> tails that open up behind it, longest first. seconds: the second words of both. loose: those open from the
    start, longest first, each with a word that has to stand somewhere behind ("" when every one has an open ending);
    needed: all of these words.
    """

    exact: dict[tuple[str, ...], Tail]
    lengths: dict[str, list[int]]
    ajar: dict[str, list[Tail]]
    seconds: frozenset[str]
    loose: list[tuple[Tail, str]]
    needed: frozenset[str]


class Phrases(NamedTuple):
    """Phrases of an unspaced script with one first character.

    tags: phrase -> its tags; lengths: second character -> how long such phrases are, longest first, the first character
    alone among them where it is a phrase; alone: the same for any other second character.
    """

    tags: dict[str, int]
    lengths: dict[str, list[int]]
    alone: tuple[int, ...]


Entry = tuple[int, Tails | None]
"""A word's own tags, and the phrases it may open."""
NOTHING: Entry = (0, None)


@lru_cache(maxsize=1)
def frames_data() -> dict[str, Any]:
    """frames.yaml, compiled: tags, sets of them, and rules."""
    data: dict[str, Any] = json.loads((FOLDER / "compiled" / "frames.json").read_text(encoding="utf-8"))
    return data


@lru_cache(maxsize=1)
def tag_bits() -> dict[str, int]:
    """Tag name -> bit, in the order of frames.yaml."""
    frames = frames_data()
    return {name: 1 << place for place, name in enumerate(sorted(frames["tags"]) + frames["derived"])}


class Vocabulary:
    """One language's words, as `compiling.lexicon_form` sorted them out. Loaded once per process and language."""

    def __init__(self, language: str) -> None:
        path = FOLDER / "requests" / "compiled" / f"{language}.json"
        data = json.loads(path.read_text(encoding="utf-8"))
        bits = tag_bits()
        self.language = language
        self.verb_final: bool = data["grammar"]["verb_final"]
        # what is glued to the start of a word or the end of a verb, with the tag it adds; whether "'s" makes a genitive
        self.clitics, self.enclitics = (
            tuple((glued, bits[tag] if tag else 0) for glued, tag in data["grammar"][name])
            for name in ("clitics", "enclitics")
        )
        self.genitive: bool = data["grammar"]["genitive"]
        self.respelt: dict[str, str] = data["grammar"]["respelt"]
        self.variants: dict[int, str] = {ord(char): meant for char, meant in data["grammar"]["variants"].items()}
        self.masks = [sum(bits[name] for name in names.split()) for names in data["tags"]]
        self.words: dict[str, int] = data["words"]
        self.plain: dict[str, int] = data["plain"]
        self.stems: dict[str, int] = data["stems"]
        self.not_after: dict[str, str] = data["not_after"]
        self.not_before: dict[str, str] = data["not_before"]
        self.ordinary: frozenset[str] = frozenset(data["ordinary"].split())
        self._tails: dict[str, list[str]] = data["tails"]
        self._scan: dict[str, list[str]] = data["scan"]
        self.scan: Remembered[str, Phrases] = Remembered(self._phrases_from, CHARACTERS)
        self._near: dict[str, str] = data["near"]

    def _phrases_from(self, char: str) -> Phrases:
        """The phrases of an unspaced script that begin with a character."""
        tags: dict[str, int] = {}
        lengths: dict[str, set[int]] = {}
        for entry in self._scan.get(char, ()):
            number, phrase = entry.split(" ", 1)
            tags.setdefault(phrase, self.masks[int(number)])
            lengths.setdefault(phrase[1:2], set()).add(len(phrase))
        alone = tuple(lengths.pop("", ()))
        longest_first = {second: [*sorted(known, reverse=True), *alone] for second, known in lengths.items()}
        return Phrases(tags, longest_first, alone)

    def tails(self, word: str) -> Tails | None:
        """The phrases a word may open."""
        listed = self._tails.get(word)
        if listed is None:
            return None
        exact: dict[tuple[str, ...], Tail] = {}
        lengths: dict[str, list[int]] = {}
        ajar: dict[str, list[Tail]] = {}
        loose: list[tuple[Tail, str]] = []
        for entry in listed:
            number, *rest = entry.split(" ")
            tail = (tuple(rest), self.masks[int(number)])
            closed = [word for word in rest if word != GAP and not word.endswith("*")]
            if closed == rest:
                exact.setdefault(tail[0], tail)
                known = lengths.setdefault(rest[0], [])
                if len(rest) not in known:
                    known.append(len(rest))
            elif closed[:1] == rest[:1]:
                ajar.setdefault(rest[0], []).append(tail)
            else:
                loose.append((tail, closed[-1] if closed else ""))
        seconds = frozenset(lengths.keys() | ajar.keys())
        return Tails(exact, lengths, ajar, seconds, loose, frozenset(needed for _, needed in loose))

    def exact(self, word: str) -> Entry | None:
        """The word as it stands, or its longest known stem."""
        tags = self.words.get(word)
        tails = self.tails(word)
        if tags is None and self.stems:
            for length in range(len(word), 1, -1):
                tags = self.stems.get(word[:length])
                if tags is not None:
                    break
        if tags is None and tails is None:
            return None
        return (0 if tags is None else self.masks[tags], tails)

    def lenient(self, word: str) -> Entry | None:
        """The word as people type it: their own spelling, no accents, letters held down, clitics glued on."""
        found = self.exact(self.respelt.get(word, word))
        if found is not None:
            return found
        plain = without_marks(word)
        if (found := self._plain(plain)) is not None:
            return found
        if plain != word and (found := self.exact(plain)) is not None:
            return found
        for keep in (1, 2):
            shorter = without_elongation(plain, keep=keep)
            if shorter != plain and (found := self.exact(shorter) or self._plain(shorter)) is not None:
                return found
        if self.enclitics and (found := self._enclitic(plain)) is not None:
            return found
        if "'" in word:
            return self._apostrophe(word)
        for clitic, tag in self.clitics:
            if plain.startswith(clitic) and len(plain) - len(clitic) > 2:
                rest = plain[len(clitic) :]
                if (found := self.exact(rest) or self._plain(rest) or self._enclitic(rest)) is not None:
                    # "and" before a verb opens a clause, before a noun it joins
                    return (found[0] | tag, found[1]) if found[0] & tag_mask("governs") else found
        return None

    def _apostrophe(self, word: str) -> Entry | None:
        """A word with an article or pronoun before its apostrophe, or something short behind; a genitive is no verb."""
        found = self.exact(word[word.rindex("'") + 1 :])
        if found is not None:
            return found
        found = self.exact(word[: word.index("'")])
        if found is not None and self.genitive and word.endswith("'s"):
            return (found[0] & ~tag_mask("verbs"), None)
        return found

    def _enclitic(self, word: str, depth: int = 2) -> Entry | None:
        """A verb with pronouns glued on ("expórtalo", "mándamelo"), which it governs."""
        for end, tag in self.enclitics:
            if not word.endswith(end) or len(word) - len(end) < _SHORTEST_STEM:
                continue
            stem = word[: -len(end)]
            # "scaricarlo" has lost the vowel of "scaricare"
            found = self.exact(stem) or self._plain(stem) or self.exact(stem + "e")
            if found is None and depth > 1:
                found = self._enclitic(stem, depth - 1)
            if found is not None and found[0] & tag_mask("governs"):
                return (found[0] | tag, None)
        return None

    def _plain(self, word: str) -> Entry | None:
        tags = self.plain.get(word)
        return None if tags is None else (self.masks[tags], self.tails(word))

    def misspelt(self, word: str) -> Entry | None:
        """A word of the lexicon one slip away (a letter too many, too few, wrong, swapped), if not an ordinary one."""
        word = without_marks(word)
        if len(word) < SHORTEST_MISSPELT or len(word) > 24 or word in self.ordinary or not word.isalpha():
            return None
        best: str | None = None
        length = len(word)
        for letter in {word[0], word[1]}:
            for candidate in self._near.get(letter, "").split():
                if (
                    -2 < len(candidate) - length < 2
                    and (best is None or candidate < best)
                    and _one_slip(word, candidate)
                ):
                    best = candidate
        if best is None:
            return None
        tags = 0
        for words in (self.words, self.plain):
            if (found := words.get(best)) is not None:
                tags |= self.masks[found]
        return (tags, self.tails(best))


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
    bits = tag_bits()
    mask = 0
    for tag in frames_data()["sets"][name]:
        mask |= bits[tag]
    return mask


@lru_cache(maxsize=32)
def vocabulary(language: str) -> Vocabulary:
    """The lexicon of a language; English where there is none."""
    if not (FOLDER / "requests" / "compiled" / f"{language}.json").exists():
        language = "en"
    return Vocabulary(language)


class Lexicon:
    """The languages one utterance may be written in, the likeliest first.

    known: folded word -> its tags, the phrases it may open, and its spelling in phrases.
    """

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages
        self.first = vocabulary(languages[0])
        self.verb_final = self.first.verb_final
        self.known: Remembered[str, tuple[int, Tails | None, str]] = Remembered(self._known, WORDS)

    @property
    def vocabularies(self) -> Iterator[Vocabulary]:
        """The languages' words, the likeliest language's first; the others load when a word is none of the first."""
        yield self.first
        for language in self.languages[1:]:
            yield vocabulary(language)

    def _known(self, word: str) -> tuple[int, Tails | None, str]:
        return (*self._find(word), self.first.respelt.get(word, word))

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
