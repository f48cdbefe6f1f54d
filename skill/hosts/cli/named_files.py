"""The files that a line of words names; the words keep their names, not where they lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_QUOTED = re.compile(r"""(?<![^\s,;，、；：])(?:"([^"]+)"|'([^']+)'|“([^”]+)”|「([^」]+)」|‘([^’]+)’)""")
_WORD = re.compile(r"(?:\\.|\S)+")
_PART = re.compile(r"[^,;，、；：。！？（）]+")
_ESCAPE = re.compile(r"\\(.)")
_AROUND = "\"'()[]{}<>,;:!?，、；：。！？（）【】《》“”‘’「」"


def named_files(line: str, workspace: Path) -> tuple[str, list[str]]:
    """The words of a line, and the files it names: existing ones, plain, in quotation marks or with escaped spaces.

    The words are the line itself, but a path is cut to its last part: folders of this machine are no backend's
    business, and no instruction. They are "" when the line holds nothing but files.
    """
    named: list[tuple[int, int, str]] = []
    rest = list(line)
    for start, end, spellings in _candidates(line):
        name = next((spelling for spelling in spellings if _names_file(spelling, workspace)), None)
        if name is None or not "".join(rest[start:end]).strip():
            continue
        named.append((start, end, name))
        rest[start:end] = " " * (end - start)
    alone = not any(letter.isalnum() for letter in "".join(rest))
    named.sort()
    words = "" if named and alone else _without_folders(line, named)
    return words, list(dict.fromkeys(name for _, _, name in named))


def _without_folders(line: str, named: list[tuple[int, int, str]]) -> str:
    """named: where each file stands in the line, in order, and how it is spelt."""
    pieces, done = [], 0
    for start, end, name in named:
        piece, last = line[start:end], Path(name).name
        if Path(name) != Path(last):
            piece = (piece if name in piece else _ESCAPE.sub(r"\1", piece)).replace(name, last)
        pieces += [line[done:start], piece]
        done = end
    return "".join([*pieces, line[done:]])


def _candidates(line: str) -> Iterator[tuple[int, int, list[str]]]:
    """Pieces that may be file names, the longest first: where each stands, and how it may be meant."""
    found = [(match.start(), match.end(), [match[match.lastindex or 0]]) for match in _QUOTED.finditer(line)]
    for word in _WORD.finditer(line):
        found.append((word.start(), word.end(), _spellings(word[0])))
        found += [
            (word.start() + part.start(), word.start() + part.end(), _spellings(part[0]))
            for part in _PART.finditer(word[0])
        ]
    longest: dict[tuple[int, int], list[str]] = {}
    for start, end, spellings in found:
        longest.setdefault((start, end), []).extend(spellings)
    for (start, end), spellings in sorted(longest.items(), key=lambda item: item[0][0] - item[0][1]):
        yield start, end, spellings


def _spellings(word: str) -> list[str]:
    bare = word.strip(_AROUND)
    return list(dict.fromkeys(name for name in (word, bare, bare.rstrip("."), _ESCAPE.sub(r"\1", bare)) if name))


def _names_file(word: str, workspace: Path) -> bool:
    try:
        looks_like_one = any(map(str.isalnum, word)) and ("." in word.strip(".") or "/" in word)
        return looks_like_one and (workspace / Path(word).expanduser()).exists()
    except (OSError, RuntimeError, ValueError):  # too long for a name, or somebody's home that is not there
        return False
