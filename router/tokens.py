"""A folded text as a row of tokens: words, runs of glued script, content, and the stops between them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .remembered import CHARACTERS, Remembered, within

# what stands for content while the rest is read; private characters, so no word can contain them
QUOTED, ADDRESS, FILE = "\ue000", "\ue001", "\ue002"

_GLUED = (
    ("\u0e01", "\u0e5b"),
    ("\u2e80", "\u2fff"),
    ("\u3005", "\u3007"),
    ("\u3021", "\u9fff"),
    ("\uac00", "\ud7a3"),
    ("\uf900", "\ufaff"),
    ("\u1100", "\u11ff"),
)
_NO_LETTERS = (("\u0e00", "\u0e7f"), ("\u2e80", "\u9fff"), *_GLUED)
# marks that stand on letters and are no letters by themselves: Latin, Hebrew, Arabic, Devanagari, and the joiners
_MARKS = (
    ("\u0300", "\u036f"),
    ("\u0591", "\u05c7"),
    ("\u0610", "\u061a"),
    ("\u064b", "\u065f"),
    ("\u0670", "\u0670"),
    ("\u06d6", "\u06ed"),
    ("\u0900", "\u0903"),
    ("\u093a", "\u094f"),
    ("\u0951", "\u0957"),
    ("\u0962", "\u0963"),
    ("\u200c", "\u200d"),
)
_SIGNS = {
    **dict.fromkeys(".!?;。！？；｡؟؛।…", "."),
    **dict.fromkeys(",，、،", ","),
    **dict.fromkeys(":：", ":"),
    **dict.fromkeys("—–", "~"),
    **dict.fromkeys(" \t", " "),
    "\n": "n",
    **dict.fromkeys("-()'", None),
    QUOTED: "Q",
    ADDRESS: "U",
    FILE: "F",
}


def _kind_of(code: int) -> str:
    """w letter, d digit, g glued, G glued digit, n line end, s white space, o other; a sign stands for its like."""
    char = chr(code)
    if char in _SIGNS:
        return _SIGNS[char] or char
    if within(char, _GLUED):
        return "G" if char.isdecimal() else "g"
    if char.isalnum() and not within(char, _NO_LETTERS):
        return "d" if char.isdecimal() else "w"
    if char.isspace():
        return "s"
    return "w" if within(char, _MARKS) else "o"


_KINDS: Remembered[int, str] = Remembered(_kind_of, CHARACTERS)
_ASCII_KINDS = "".join(map(_kind_of, range(128))).encode().ljust(256)
# a word takes the space behind it along, out of its group: where no token begins, every alternative would be tried
_TOKEN = re.compile(
    r"(?P<word>[wd]+(?:'[wd]+)*) ?"
    r"|(?P<glued>[gG]+(?: [gG]+)*)"
    r"|(?P<quote>Q+)|(?P<url>U+)|(?P<file>F+)"
    r"|(?P<stop>[.n]+|\([dG]{1,2}\))|(?P<comma>,|~|(?<=[ sn])-(?=[ sn]))|(?P<colon>:)"
)


def tokens(content: str) -> Iterator[re.Match[str]]:
    """The tokens of a masked text: matches whose last group names the kind and spans the text's characters."""
    if content.isascii():
        # bytes translate many times faster than text
        return _TOKEN.finditer(content.encode().translate(_ASCII_KINDS).decode())
    return _TOKEN.finditer(content.translate(_KINDS))
