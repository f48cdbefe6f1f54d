"""Rewrites a backend's GUI-speak: what the user may read, what to run, what to offer.

Works sentence by sentence. A sentence without an instruction leaves as it came, to the byte. One that instructs loses
its instructions; what else it says stays. List marks, blank lines and spaces that would be left over go with them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from .quotation import LONGEST_QUOTE, quotes
from .replies import Layout, reader_for
from .sentences import split_sentences
from .table import ReplyIntent, ReplyTable, Rewrite

_MAY_END = re.compile(r"[.!?…؟।。！？｡\n]")
_OPENING = re.compile("[\"'“„«»「『《〈﹁〝‹”＂‘‚`]")
_LONG_WAIT = 2000  # characters without the end of a sentence
_FENCE = "```"


def translate(text: str, table: ReplyTable) -> Rewrite:
    """Rewrite a whole reply. The intents' spans count characters of `text`. Raises nothing."""
    translator = ReplyTranslator(table)
    translator.hold(text)
    return translator.close()


class ReplyTranslator:
    """Rewrites a reply as it arrives: a sentence leaves when the next one has begun, whatever the chunks.

    A line that only leads to others ("Next steps:") waits until one of these stays.
    """

    def __init__(self, table: ReplyTable) -> None:
        self._reader = reader_for(table)
        self._layout = Layout()
        self._waiting = ""  # not yet known to be a whole sentence
        self._ends = False  # whether a sentence may end in it
        self._worth_reading_at = 0  # characters waiting
        self._offset = 0  # of `_waiting` in the whole reply
        self._asked = False  # the last sentence was a question
        self._before = ""  # the last sentence
        self._shown = False  # the lines that follow are words to be shown or spoken

    def hold(self, chunk: str) -> None:
        """Take some more of the reply without letting anything leave."""
        self._waiting += chunk

    def feed(self, chunk: str) -> tuple[Rewrite, ...]:
        """Take some more of the reply and let its finished sentences leave."""
        self.hold(chunk)
        self._ends = self._ends or _MAY_END.search(chunk) is not None
        if not self._ends or len(self._waiting) < self._worth_reading_at:
            return ()
        spans = split_sentences(self._waiting)
        decided = _decided_until(self._waiting)
        rewrites, done = [], 0
        for span, following in pairwise(spans):
            if span.end > decided or not following.of(self._waiting).strip():
                break
            rewrites.append(Rewrite(*self._sentence(span.of(self._waiting))))
            done = span.end
        if done:
            self._waiting = self._waiting[done:]
            self._ends = _MAY_END.search(self._waiting) is not None
        # what does not end for long is read again only when it has grown by much, so that the whole stays linear
        unread = len(self._waiting)
        self._worth_reading_at = unread + unread // 4 if unread > _LONG_WAIT else 0
        return tuple(rewrite for rewrite in rewrites if rewrite.text or rewrite.intents)

    def close(self) -> Rewrite:
        """The reply is over: what was held back, rewritten."""
        rest, self._waiting = self._waiting, ""
        texts: list[str] = []
        intents: list[ReplyIntent] = []
        for span in split_sentences(rest):
            text, found = self._sentence(rest[span.start : span.end])
            texts.append(text)
            intents += found
        texts.append(self._layout.close())
        return Rewrite("".join(texts), tuple(intents))

    def _sentence(self, sentence: str) -> tuple[str, tuple[ReplyIntent, ...]]:
        """One sentence with the white space behind it; the space itself waits for what follows."""
        offset, self._offset = self._offset, self._offset + len(sentence)
        if self._shown:
            self._shown = "\n\n" not in sentence
            return self._layout.keep(sentence, sentence), ()
        reading = self._reader.read(sentence, self._asked)
        if reading.refers and self._before and len(self._before) < _LONG_WAIT:
            reading = self._reader.read(sentence, self._asked, self._before)
        self._before = sentence
        self._asked = reading.asks or (self._asked and not sentence.strip())
        self._shown = reading.announces
        if reading.lexicon is None:
            return self._layout.keep(sentence, sentence), ()
        intents = tuple([_moved(intent, offset) for intent in reading.intents])
        if reading.rest:
            return self._layout.keep(sentence, reading.rest), intents
        self._layout.drop(sentence, reading.lexicon)
        return "", intents


def _moved(intent: ReplyIntent, offset: int) -> ReplyIntent:
    start, end = intent.span
    span = (start + offset, end + offset)
    return ReplyIntent(intent.action, intent.offered, span, intent.instruction, intent.label)


def _decided_until(text: str) -> int:
    """Where a quotation opens that may still find its partner, or lose it; sentences beyond are not decided yet."""
    known = iter(quotes(text))
    quote = next(known, None)
    for opening in _OPENING.finditer(text):
        mark = opening.start()
        while quote is not None and quote.end <= mark:
            quote = next(known, None)
        if quote is not None and quote.start <= mark:
            # an apostrophe looks like a closing mark until its next letter arrives
            open_ended = quote.start == mark and quote.end == len(text)
        else:
            apostrophe = opening.group() in "'‘" and text[mark - 1 : mark].isalnum()
            far = mark < len(text) - LONGEST_QUOTE and not text.startswith(_FENCE, mark)
            open_ended = not apostrophe and not far
        if open_ended:
            # right behind a full stop it may yet turn out to be the mark that closes the sentence
            return mark if text[mark - 1 : mark].isspace() else mark - 1
    return len(text)
