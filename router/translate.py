"""Rewrites a backend's GUI-speak: what the user may read, what to run, what to offer.

Works sentence by sentence. A sentence without an instruction leaves as it came, to the byte. One that instructs loses
its instructions; what else it says stays. List marks, blank lines and spaces that would be left over go with them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from .instructions import MASK, Clause, masked, read_clauses
from .quotation import LONGEST_QUOTE
from .reply_lexicon import ReplyLexicon, all_lexicons, candidates
from .sentences import split_sentences
from .table import ReplyIntent, ReplyTable, Rewrite

_EDGES = " \t\n,，、;；:：-–—"
_END_MARKS = re.compile(r"[.!?。！？…]+[*_\"'”’」』»]*\s*$")
_LIST_MARK = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)、．])\s+)?")
_OPENING = re.compile("[\"“„«»「『《〈‹‘'`]")


def translate(text: str, table: ReplyTable) -> Rewrite:
    """Rewrite a whole reply. The intents' spans count characters of `text`. Raises nothing."""
    translator = ReplyTranslator(table)
    pieces = [*translator.feed(text), translator.close()]
    intents = tuple(intent for piece in pieces for intent in piece.intents)
    return Rewrite("".join(piece.text for piece in pieces), intents)


class ReplyTranslator:
    """Rewrites a reply as it arrives: a sentence leaves when the next one has begun, whatever the chunks."""

    def __init__(self, table: ReplyTable) -> None:
        self._actions = table.actions
        self._waiting = ""  # not yet known to be a whole sentence
        self._offset = 0  # of `_waiting` in the whole reply
        self._space = ""  # white space owed before the next words
        self._invited: frozenset[str] = frozenset()  # languages in which the last sentence asked what the user wants
        self._said = False
        self._dropped = False  # whether the last sentence went

    def feed(self, chunk: str) -> tuple[Rewrite, ...]:
        """Take some more of the reply and let its finished sentences leave."""
        self._waiting += chunk
        spans = split_sentences(self._waiting)
        safe = _undecided_from(self._waiting)
        rewrites, done = [], 0
        for span, following in pairwise(spans):
            if span.end > safe or not following.of(self._waiting).strip():
                break
            rewrites.append(self._sentence(span.of(self._waiting)))
            done = span.end
        self._waiting = self._waiting[done:]
        return tuple(rewrite for rewrite in rewrites if rewrite.text or rewrite.intents)

    def close(self) -> Rewrite:
        """The reply is over: what was held back, rewritten."""
        rest, self._waiting = self._waiting, ""
        rewrites = [self._sentence(span.of(rest)) for span in split_sentences(rest)]
        text = "".join(rewrite.text for rewrite in rewrites)
        if not self._dropped:
            text += self._space
        return Rewrite(text, tuple(intent for rewrite in rewrites for intent in rewrite.intents))

    def _sentence(self, sentence: str) -> Rewrite:
        """One sentence with the white space behind it; the space itself waits for what follows."""
        offset, self._offset = self._offset, self._offset + len(sentence)
        folded = masked(sentence)
        invited, lexicons = self._invited, candidates(folded)
        if sentence.strip():
            self._invited = frozenset(_invitations(folded)) if "?" in sentence or "？" in sentence else frozenset()
        for lexicon in lexicons:
            clauses = read_clauses(sentence, folded, lexicon, invited=lexicon.language in invited)
            intents = tuple(
                self._intent(sentence, clause, offset)
                for clause in clauses
                if clause.action is not None and clause.action in self._actions
            )
            if intents:
                return Rewrite(self._keep(_rest(sentence, clauses, lexicon), sentence), intents)
        return Rewrite(self._keep(sentence, sentence))

    def _intent(self, sentence: str, clause: Clause, offset: int) -> ReplyIntent:
        words = sentence[clause.start : clause.end].strip(_EDGES + "*_")
        span = (offset + clause.start, offset + clause.end)
        return ReplyIntent(clause.action, clause.offered, span, words, clause.label)  # type: ignore[arg-type]

    def _keep(self, kept: str, sentence: str) -> str:
        """Let words through behind the white space owed; the space behind them is owed from now on."""
        words = kept.strip()
        behind = sentence[len(sentence.rstrip()) :]
        if not sentence.strip():
            self._space = self._space + sentence if self._said or not self._dropped else ""
            return ""
        if not words:
            self._dropped = True
            self._space = _wider(self._space, behind) if self._said else ""
            return ""
        head = kept[: len(kept) - len(kept.lstrip())] if kept is sentence else ""
        text = self._space + head + words
        self._space, self._said, self._dropped = behind, True, False
        return text


def _undecided_from(text: str) -> int:
    """Where a quotation opens that may still find its partner; sentences beyond are not decided yet."""
    hidden = masked(text)
    for opening in _OPENING.finditer(hidden, max(0, len(text) - LONGEST_QUOTE)):
        mark = opening.start()
        enclosed = hidden[mark + 1 : mark + 2] == MASK or hidden[mark - 1 : mark] == MASK
        apostrophe = opening.group() in "'‘" and text[mark - 1 : mark].isalnum()
        if not enclosed and not apostrophe:
            return mark
    return len(text)


def _invitations(folded: str) -> list[str]:
    """The languages in which a question asks whether the user wants something."""
    return [
        lexicon.language
        for lexicon in all_lexicons(folded)
        if lexicon.find("inviting_questions", folded, 0, len(folded)) is not None
    ]


def _wider(space: str, other: str) -> str:
    """Of two runs of white space around a sentence that went, the one that separates more."""
    return max(space, other, key=lambda run: (run.count("\n"), len(run)))


def _rest(sentence: str, clauses: tuple[Clause, ...], lexicon: ReplyLexicon) -> str:
    """What a sentence still says without its instructions; "" when nothing."""
    runs: list[list[Clause]] = []
    for before, clause in zip((None, *clauses), clauses, strict=False):
        if clause.kind == "content":
            if before is not None and before.kind == "content":
                runs[-1].append(clause)
            else:
                runs.append([clause])
    parts = [_trimmed(sentence[run[0].start : run[-1].end], lexicon) for run in runs]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    mark = _LIST_MARK.match(sentence)
    prefix = mark.group() if mark and clauses[0].kind == "content" else ""
    text = (", " if lexicon.spaced else "，").join(part.removeprefix(prefix.strip()).lstrip() for part in parts)
    ending = _END_MARKS.search(sentence)
    closing = ending.group().rstrip() if ending else ""
    if lexicon.spaced and text[:1].islower() and clauses[0].kind != "content":
        text = text[0].upper() + text[1:]
    return prefix.lstrip() + text + (closing if not _END_MARKS.search(text) else "")


def _trimmed(words: str, lexicon: ReplyLexicon) -> str:
    """Content without the punctuation and joining words that led to an instruction or away from it."""
    words = _END_MARKS.sub("", words).strip(_EDGES)
    changed = True
    while changed and words:
        changed = False
        folded = masked(words)
        start = lexicon.at("joiners", folded, 0, len(folded))
        for match in lexicon.phrases["joiners"].finditer(folded, max(0, len(folded) - 12)):
            if match.end() == len(folded):
                words, changed = words[: match.start()].rstrip(_EDGES), True
                break
        if start and not changed:
            words, changed = words[start:].lstrip(_EDGES), True
    return words
