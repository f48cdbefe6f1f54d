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
_BLANK_LINE = 2  # line ends
_MOST_LEADS = 4  # one below the other
_LEAD_ENDS = frozenset(":：*_")
_LEAD_STARTS = frozenset("#*0123456789")
_HEADING = re.compile(r"\s*(?:#{1,6}\s+\S.*|\*\*[^*]{1,60}\*\*)\s*$")


@dataclass(slots=True)
class _Lead:
    """A line held back until it is known whether anything it leads to stays: "Next steps:", "## Export"."""

    line: str
    space: str  # owed before it
    heading: bool
    lost: ReplyLexicon | None = None  # the language of what went behind it

    def leads_to(self, following: str) -> bool:
        """Whether what stays belongs to it: the list it announced, the text under its heading."""
        if not following:
            return False
        return _HEADING.match(following) is None if self.heading else LIST_MARK.match(following) is not None

    def statement(self) -> str:
        """What it says by itself; "" when it only led to what went."""
        if self.heading or self.lost is None:
            return ""
        return statement_of(self.line, MarkedSentence(self.line, masked(self.line), self.lost))


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
        self._leads: list[_Lead] = []

    def keep(self, sentence: str, rest: str) -> str:
        """A sentence of which `rest` stays: all of it, or what is left beside instructions. Returns what leaves now."""
        if rest is sentence and self._is_ordinary(sentence):
            return self._say("", sentence)
        if not sentence.strip():
            return self._blank(sentence)
        words, behind = rest.strip(), sentence[len(sentence.rstrip()) :]
        head = rest[: len(rest) - len(rest.lstrip())] if rest is sentence else ""
        words = head + self._renumbered(words)
        leads = rest is sentence and self._is_lead(sentence)
        waits = leads and len(self._leads) < _MOST_LEADS and not any(lead.lost for lead in self._leads)
        before = "" if waits else self._release(words)
        if not leads:
            return self._say(before, words + behind)
        self._leads.append(_Lead(words, self._space, bool(_HEADING.match(sentence))))
        self._space, self._at_line_start = behind, "\n" in behind
        return before

    def _is_ordinary(self, sentence: str) -> bool:
        """Whether nothing that went before concerns a sentence, and nothing in it concerns what follows."""
        if self._leads or self._mark or self._dropped:
            return False
        words = sentence.rstrip()
        return bool(words) and words[-1] not in _LEAD_ENDS and words[0] not in _LEAD_STARTS and not words[0].isspace()

    def _say(self, before: str, words: str) -> str:
        """Let words leave with the white space owed; that behind them is owed from now on."""
        spoken = words.rstrip()
        text = before + self._space + spoken
        self._space = words[len(spoken) :]
        self._at_line_start = "\n" in self._space
        self._said, self._dropped = True, False
        return text

    def drop(self, sentence: str, lexicon: ReplyLexicon) -> None:
        """A sentence that instructed and says nothing else. lexicon: that of its language."""
        words, behind = sentence.strip(), sentence[len(sentence.rstrip()) :]
        self._open_item(words)
        mark = LIST_MARK.match(words)
        if mark and self._at_line_start:
            self._mark = mark.group()
        for lead in self._leads:
            lead.lost = lexicon
        self._dropped = True
        if self._said or self._leads:
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
        self._space = self._space + space if self._said or self._leads or not self._dropped else ""
        return ""

    # lines that lead to others

    def _is_lead(self, sentence: str) -> bool:
        words = sentence.rstrip().rstrip("*_ ")
        return words.endswith((":", "：")) or (self._at_line_start and bool(_HEADING.match(sentence)))

    def _release(self, following: str) -> str:
        """Let lines that were held back leave before `following` ("" at the end), if that is what they lead to."""
        leads, self._leads = self._leads, []
        text = ""
        for lead in leads:
            line = lead.line if lead.lost is None or lead.leads_to(following) else lead.statement()
            if line:
                text += lead.space + line
                self._said, self._dropped = True, self._dropped and not following
            elif lead is leads[-1]:
                self._space = _joined(lead.space, self._space) if self._said else ""
        return text

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


def _joined(before: str, behind: str) -> str:
    """Of the white space on both sides of what went, the one that separates more, with the later line's indent."""
    if "\n" not in behind:
        return before or behind
    wider = before if before.count("\n") >= min(_BLANK_LINE, behind.count("\n")) else behind
    return wider[: wider.rindex("\n") + 1] + behind[behind.rindex("\n") + 1 :]
