"""Lexicons into the form that is quick to load: what a look-up needs, sorted out once instead of at every start.

`scripts/compile_data.py` writes these forms; `vocabulary.py` and `language.py` read them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .normalise import aligned, without_marks

GAP = "…"
"""Between words of a phrase: up to five other words."""
SHORTEST_MISSPELT = 4
_UNSPACED = (
    ("\u0e00", "\u0e7f"),
    ("\u2e80", "\u9fff"),
    ("\uac00", "\ud7a3"),
    ("\uf900", "\ufaff"),
    ("\u1100", "\u11ff"),
)


def unspaced(char: str) -> bool:
    """Whether the script of this character writes words without spaces, or glues endings to them."""
    return char > "\u0dff" and any(low <= char <= high for low, high in _UNSPACED)


def lexicon_form(data: Mapping[str, Any], misspelt_tags: frozenset[str]) -> dict[str, Any]:
    """A request lexicon as look-ups. Words point into `tags`, a list of sets of tag names.

    words, plain (words without their accents), stems: word -> set; tails: first word -> "set other words" of each
    phrase, longest first; scan: first character -> "set phrase", longest first; near: first or second letter -> the
    words worth guessing at when somebody mistypes.
    """
    grammar = data["grammar"]
    form: dict[str, Any] = {
        "grammar": {
            "verb_final": grammar.get("verb_final") == "true",
            "clitics": _glued_on(grammar["clitics"]),
            "enclitics": _glued_on(grammar["enclitics"]),
            "genitive": grammar["genitive"] == "true",
            "respelt": dict(_glued_on(grammar.get("respelt", ""))),
            "variants": {pair[0]: pair[1] for pair in grammar.get("variants", "").split()},
        },
        "not_after": data["not_after"] or {},
        "not_before": data["not_before"] or {},
        "ordinary": data["ordinary"],
        **{name: {} for name in ("words", "plain", "stems", "tails", "scan", "near")},
    }
    for phrase, tags in _phrases(data["words"]).items():
        _file(form, phrase, tags)
    for name in ("tails", "scan"):
        for listed in form[name].values():
            listed.sort(key=lambda entry: -len(entry[0]))
    # a word that opens a phrase is found as it stands, so it needs the meaning it has with its accents on
    for word in form["tails"]:
        if word in form["plain"]:
            _add(form["words"], word, form["plain"][word])
    for name in ("words", "plain"):
        for word, tags in form[name].items():
            if len(word) >= SHORTEST_MISSPELT and word.isalpha() and tags & misspelt_tags:
                for letter in {word[0], word[1]}:
                    form["near"].setdefault(letter, set()).add(word)
    form["near"] = {letter: " ".join(sorted(words)) for letter, words in form["near"].items()}
    return _numbered(form)


def _glued_on(listed: str) -> list[list[str]]:
    """What is written together with a word, each with the tag it adds or "": "lo:it te" -> [[lo, it], [te, ""]]."""
    return [[entry.partition(":")[0], entry.partition(":")[2]] for entry in listed.split()]


def _phrases(words: Mapping[str, str | None]) -> dict[str, frozenset[str]]:
    phrases: dict[str, frozenset[str]] = {}
    for tag, listed in words.items():
        for raw in (listed or "").split(","):
            for spelled in _spelled_out(raw):
                if phrase := _as_read(" ".join(spelled.split())):
                    phrases[phrase] = phrases.get(phrase, frozenset()) | {tag}
    return phrases


def _as_read(phrase: str) -> str:
    """A phrase in the letters texts are read in: Thai sara am and dotted Devanagari letters come apart there."""
    return GAP.join(aligned(part).text for part in phrase.split(GAP))


def _spelled_out(pattern: str) -> list[str]:
    """Every phrase a pattern stands for: "(send|hand) (it|this) over" -> four, "(the|) file" -> two."""
    head, opened, rest = pattern.partition("(")
    if not opened:
        return [pattern]
    choices, _, tail = rest.partition(")")
    return [head + choice + end for choice in choices.split("|") for end in _spelled_out(tail)]


def _file(form: dict[str, Any], phrase: str, tags: frozenset[str]) -> None:
    if unspaced(phrase[0]) and GAP not in phrase:
        glued = phrase.replace(" ", "")
        form["scan"].setdefault(glued[0], []).append((glued, tags))
        return
    # a hyphen parts words in a text, so it does here
    first, *rest = phrase.replace("-", " ").split() or [phrase]
    if rest:
        for spelling in dict.fromkeys((phrase, without_marks(phrase))):
            first, *rest = spelling.replace("-", " ").split()
            form["tails"].setdefault(first, []).append((rest, tags))
    elif first.endswith("*"):
        for stem in {first[:-1], without_marks(first[:-1])}:
            _add(form["stems"], stem, tags)
    else:
        _add(form["words"], first, tags)
        if (plain := without_marks(first)) != first:
            _add(form["plain"], plain, tags)


def _add(filed: dict[str, frozenset[str]], word: str, tags: frozenset[str]) -> None:
    filed[word] = filed.get(word, frozenset()) | tags


def _numbered(form: dict[str, Any]) -> dict[str, Any]:
    numbers: dict[frozenset[str], int] = {}

    def number(tags: frozenset[str]) -> int:
        return numbers.setdefault(tags, len(numbers))

    for name in ("words", "plain", "stems"):
        form[name] = {word: number(tags) for word, tags in form[name].items()}
    for name in ("tails", "scan"):
        form[name] = {
            first: [f"{number(tags)} {said if isinstance(said, str) else ' '.join(said)}" for said, tags in listed]
            for first, listed in form[name].items()
        }
    form["tags"] = [" ".join(sorted(tags)) for tags in numbers]
    return form


def languages_form(data: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """languages.yaml as look-ups: word -> "tag tag", letter -> tag, and the characters that make Han text Japanese."""
    words: dict[str, set[str]] = {}
    letters: dict[str, str] = {}
    latin = [tag for tag, entry in data.items() if entry["script"] == "latin"]
    for tag in latin:
        for word in data[tag]["words"].split():
            words.setdefault(word, set()).add(tag)
            words.setdefault(without_marks(word), set()).add(tag)
        letters.update(dict.fromkeys(data[tag]["letters"], tag))
    return {
        "latin": sorted(latin),
        "words": {word: " ".join(sorted(tags)) for word, tags in words.items()},
        "letters": letters,
        "kana": data["ja"]["letters"],
    }


def witnesses_form(lexicons: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Which languages' lexicons know a word, by its first two letters: lines of "word tag tag", stems with `*`.

    lexicons: their compiled forms by language tag.
    """
    known: dict[str, set[str]] = {}
    for language, form in lexicons.items():
        for word in form["words"]:
            known.setdefault(word, set()).add(language)
        for stem in form["stems"]:
            known.setdefault(stem + "*", set()).add(language)
    buckets: dict[str, list[str]] = {}
    for word in sorted(known):
        buckets.setdefault(word[:2], []).append(f"{word} {' '.join(sorted(known[word]))}")
    return {start: "\n" + "\n".join(lines) + "\n" for start, lines in buckets.items()}
