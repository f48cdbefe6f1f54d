"""Where a text quotes: titles, captions, reported words and code are content, not requests."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

LONGEST_QUOTE = 400
"""Characters. A mark whose partner is farther away is taken for something else (inches, a stray key)."""

_PAIRS = {
    "“": "”",
    "„": "“”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "﹁": "﹂",
    "〝": "〞〟",
    "‹": "›",
    "”": "”",
    "＂": "＂",
    '"': '"',
    "‘": "’",
    "‚": "‘’",
    "'": "'",
    "`": "`",
}
_ASCII_OPENERS = re.compile("[\"'`]")
_SINGLES = "'‘"


class Quote(NamedTuple):
    """A quotation: [start, end) with its marks, [inner_start, inner_end) without them."""

    start: int
    end: int
    inner_start: int
    inner_end: int


@lru_cache(maxsize=1)
def _all_openers() -> re.Pattern[str]:
    return re.compile("[" + "".join(_PAIRS) + "]")


def quotes(text: str) -> tuple[Quote, ...]:
    """Every quotation of the text, outermost only, in order: all quotation marks of all scripts, and code spans.

    An apostrophe is no quotation mark, a digit's inch mark neither; a quotation does not reach over an empty line.
    """
    search = (_ASCII_OPENERS if text.isascii() else _all_openers()).search
    opener = search(text)
    found: list[Quote] = []
    while opener is not None:
        quote = _closed(text, opener.start())
        if quote is None:
            position = opener.end()
            if opener.group() == "`":
                while position < len(text) and text[position] == "`":
                    position += 1
        else:
            found.append(quote)
            position = quote.end
        opener = search(text, position)
    return tuple(found)


def _closed(text: str, start: int) -> Quote | None:
    mark = text[start]
    before = text[start - 1] if start else " "
    if mark == "`":
        return _code(text, start)
    if (mark == '"' and before.isdigit()) or (mark in _SINGLES and before.isalnum() and before < "\u2e80"):
        return None
    limit = min(len(text), start + LONGEST_QUOTE)
    end = -1
    for closer in _PAIRS[mark]:
        at = _closer(text, closer, start + 1, limit)
        end = at if end < 0 else min(end, at) if at >= 0 else end
    if end <= start + 1 or text.find("\n\n", start, end) >= 0:
        return None
    return Quote(start, end + 1, start + 1, end)


def _closer(text: str, closer: str, start: int, limit: int) -> int:
    at = text.find(closer, start, limit)
    if closer not in "'’":
        return at
    while at >= 0:
        after = text[at + 1] if at + 1 < len(text) else " "
        # "don't": an apostrophe between letters closes nothing
        if (not after.isalnum() or after >= "\u2e80") and not text[at - 1].isspace():
            return at
        at = text.find(closer, at + 1, limit)
    return -1


def _code(text: str, start: int) -> Quote | None:
    after = start
    while after < len(text) and text[after] == "`":
        after += 1
    ticks = text[start:after]
    # a fence may be long; a code span may not
    limit = len(text) if len(ticks) > 2 else min(len(text), after + LONGEST_QUOTE)
    end = text.find(ticks, after, limit)
    if end < 0:
        return None
    return Quote(start, end + len(ticks), after, end)
