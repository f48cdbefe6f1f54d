"""The page of a reply that lost some of its sentences: white space, list marks and numbers, and lines that led to them.

Nothing changes in a reply that lost nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .lexicon import ReplyLexicon
from .rest import LIST_MARK, statement_of
from .words import MarkedSentence, masked

_NUMBER = re.compile(r"(\d{1,3})[.)、．]")
_HEADING = re.compile(r"\s*(?:#{1,6}\s+\S.*|\*\*[^*]{1,60}\*\*)\s*$")


@dataclass(slots=True)
class _Lead:
    """A line held back until it is known whether anything it leads to stays: "Next steps:", "## Export"."""

    line: str
    space: str  # owed before it
    heading: bool
    lost: ReplyLexicon | None = None  # the language of what went behind it


@dataclass(slots=True)
class _Numbers:
    """A numbered list: its last number as written, and how many items went so far."""

    last: int
    gone: int


class Layout:
    """Lets sentences through in order. Each comes as written, with the white space behind it."""

    def __init__(self) -> None:
        self._space = ""  # owed before the next words
        self._said = False
        self._dropped = False  # whether the last sentence went
        self._at_line_start = True
        self._lists: dict[int, _Numbers] = {}  # by indentation
        self._mark = ""  # of a list item whose first sentence went, and nothing of it has stayed yet
        self._marked_list: _Numbers | None = None
        self._lead: _Lead | None = None

    def keep(self, sentence: str, rest: str) -> str:
        """A sentence of which `rest` stays: all of it, or what is left beside instructions. Returns what leaves now."""
        if not sentence.strip():
            return self._blank(sentence)
        head, words, behind = _framed(sentence if rest is sentence else rest, sentence)
        words = self._renumbered(words)
        before = self._release(words)
        if rest is sentence and self._leads(sentence):
            self._lead = _Lead(head + words, self._space, bool(_HEADING.match(sentence)))
            self._space = behind
            self._at_line_start = "\n" in behind
            return before
        text = before + self._space + head + words
        self._space, self._said, self._dropped = behind, True, False
        self._at_line_start = "\n" in behind
        return text

    def drop(self, sentence: str, lexicon: ReplyLexicon) -> None:
        """A sentence that instructed and says nothing else. lexicon: that of its language."""
        _, words, behind = _framed(sentence, sentence)
        self._open_item(words)
        mark = LIST_MARK.match(words)
        if mark and self._at_line_start:
            self._mark = mark.group()
        if self._lead is not None:
            self._lead.lost = lexicon
        self._dropped = True
        if self._said or self._lead is not None:
            self._space = _joined(self._space, behind)
        self._at_line_start = "\n" in behind

    def close(self) -> str:
        """The reply is over: what was held back or is owed."""
        text = self._release("")
        if not self._dropped:
            text += self._space
        self._space = ""
        return text

    def _blank(self, space: str) -> str:
        self._space = self._space + space if self._said or self._lead or not self._dropped else ""
        return ""

    # lines that lead to others

    def _leads(self, sentence: str) -> bool:
        words = sentence.rstrip().rstrip("*_ ")
        return words.endswith((":", "：")) or (self._at_line_start and bool(_HEADING.match(sentence)))

    def _release(self, following: str) -> str:
        """Let a line that was held back leave before `following` ("" at the end), if that is what it leads to."""
        lead, self._lead = self._lead, None
        if lead is None:
            return ""
        line = lead.line
        if lead.lost is not None:
            stays = bool(following) and (
                not _HEADING.match(following) if lead.heading else LIST_MARK.match(following) is not None
            )
            if not stays:
                line = "" if lead.heading else statement_of(line, MarkedSentence(line, masked(line), lead.lost))
        if not line:
            self._space = _joined(lead.space, self._space) if self._said else ""
            return ""
        self._said, self._dropped = True, self._dropped and not following
        return lead.space + line

    # lists

    def _open_item(self, words: str) -> None:
        """Take note of the list item that a line begins with."""
        if not self._at_line_start:
            return
        if self._mark and self._marked_list is not None:
            self._marked_list.gone += 1
        self._mark, self._marked_list = "", None
        number = _NUMBER.match(words)
        if number is None or LIST_MARK.match(words) is None:
            return
        indent, value = len(self._space) - len(self._space.rstrip(" \t")), int(number.group(1))
        numbers = self._lists.get(indent)
        if numbers is None or numbers.last + 1 != value:
            numbers = self._lists[indent] = _Numbers(value, 0)
        numbers.last = value
        self._marked_list = numbers

    def _renumbered(self, words: str) -> str:
        """The words with the number their list item has now, or with the mark their item's first sentence had."""
        self._open_item(words)
        if not self._at_line_start and self._mark:
            words, self._mark = self._mark + words, ""
            if self._marked_list is None:
                return words
        elif not self._at_line_start:
            return words
        numbers, number = self._marked_list, _NUMBER.match(words)
        if numbers is None or number is None or not numbers.gone:
            return words
        return str(numbers.last - numbers.gone) + words[number.end(1) :]


def _framed(kept: str, sentence: str) -> tuple[str, str, str]:
    """White space in front (where the sentence stays whole), the words, and the white space behind the sentence."""
    words = kept.strip()
    head = kept[: len(kept) - len(kept.lstrip())] if kept is sentence else ""
    return head, words, sentence[len(sentence.rstrip()) :]


def _joined(before: str, behind: str) -> str:
    """Of the white space on both sides of what went, the one that separates more, with the later line's indent."""
    if "\n" not in behind:
        return before or behind
    wider = before if before.count("\n") > behind.count("\n") else behind
    return wider[: wider.rindex("\n") + 1] + behind[behind.rindex("\n") + 1 :]
