"""What stands in a table's cell: quoted phrases, bare phrases, section references, plain words."""

from __future__ import annotations

import re

_QUOTED = re.compile(
    r'"([^"\n]{1,200})"|“([^”\n]{1,200})”|„([^“”\n]{1,200})[“”]|«([^»\n]{1,200})»|「([^」\n]{1,200})」|『([^』\n]{1,200})』'
)
_CODED = re.compile(r"`([^`\n]{1,200})`")
_SINGLE = re.compile(r"(?<![\w’'])['‘]([^'’\n]{1,200})['’](?![\w])")
_SECTION = re.compile(r"§\s*(\d+(?:\.\d+)*[a-z]?)|\b(?:section|sect\.)\s+(\d+(?:\.\d+)+[a-z]?)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:/|,|;|、|，|\||\bor\b|或)\s*", re.IGNORECASE)
_HAN_WORD = re.compile(r"[\u4e00-\u9fff]{1,8}")
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）")


def plain(cell: str) -> str:
    """A cell without its emphasis marks."""
    return re.sub(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)", "", cell).strip()


def quoted_phrases(cell: str) -> tuple[tuple[str, ...], str]:
    """The phrases a cell puts in quotes (double ones, else code, else single ones), and the cell without them."""
    text = plain(cell)
    for form in (_QUOTED, _CODED, _SINGLE):
        found = [next(group for group in match.groups() if group is not None).strip() for match in form.finditer(text)]
        if any(found):
            return tuple(dict.fromkeys(phrase for phrase in found if phrase)), form.sub(" ", text)
    return (), text


def unquoted_alternatives(rest: str) -> tuple[str, ...]:
    """Chinese words between slashes that nobody quoted, of what `quoted_phrases` left over."""
    pieces = [piece.strip() for piece in _ASIDE.sub(" ", rest).split("/")]
    return tuple(piece for piece in pieces if _HAN_WORD.fullmatch(piece)) if len(pieces) > 1 else ()


def bare_phrases(text: str, *, most_words: int = 4) -> tuple[str, ...]:
    """The short alternatives of a cell without quotes ("export / download"); a description gives none."""
    pieces = [piece.strip(" .…:-") for piece in _BETWEEN.split(_ASIDE.sub(" ", text))]
    pieces = [piece for piece in pieces if piece and re.search(r"\w", piece)]
    if not pieces or any(len(piece.split()) > most_words or len(piece) > 60 for piece in pieces):
        return ()
    return tuple(dict.fromkeys(pieces))


def without_asides(text: str) -> str:
    """Text without what it says in parentheses."""
    return _ASIDE.sub(" ", text).strip()


def sections(text: str) -> tuple[str, ...]:
    """The section numbers a text refers to, in order ("§3.5" gives "3.5")."""
    return tuple(match[1] or match[2] for match in _SECTION.finditer(text))


def without_sections(text: str) -> str:
    """Text without its section references."""
    return re.sub(r"\(\s*\)", " ", _SECTION.sub(" ", text)).strip()
