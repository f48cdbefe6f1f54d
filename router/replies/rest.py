"""What a sentence of a reply still says when its instructions are gone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .instructions import Clause
from .words import MarkedSentence, masked

EDGES = " \t\n,，、;；:：-–—(（)）→"
"""Punctuation that joins clauses, and is left over when one of them goes."""

_NO_BRACKETS = str.maketrans("", "", "()（）")
LIST_MARK = re.compile(r"\s*(?:[-*+•]\s+|(?:\d{1,3}|[a-hA-H])[.)]\s+|\d{1,3}[、．]\s*)")
_END_MARKS = re.compile(r"[.!?。！？…]+[*_\"'”’」』»》]*\s*$")
_COLON = re.compile(r"[:：]\s*$")


def rest_of(sentence: MarkedSentence, clauses: Sequence[Clause]) -> str:
    """Its content clauses as a sentence of their own, list mark included; "" when nothing is left."""
    parts = [part for run in _runs(clauses) if (part := _trimmed(sentence, run[0].start, run[-1].end))]
    if not parts:
        return ""
    mark = LIST_MARK.match(sentence.text)
    prefix = mark.group().lstrip() if mark else ""
    text = (", " if sentence.lexicon.spaced else "，").join(
        part.removeprefix(prefix.strip()).lstrip() for part in parts
    )
    if text.count("**") % 2:
        text = text.replace("**", "", 1) if text.startswith("**") else "".join(text.rsplit("**", 1))
    if clauses[0].kind != "content" and text[:1].islower():
        text = text[0].upper() + text[1:]
    return prefix + text + _closing(sentence, text, clauses)


def statement_of(line: str, sentence: MarkedSentence) -> str:
    """What a line that led to instructions says by itself: "The cut is done, now do this:" → "The cut is done."."""
    end = len(sentence.folded.rstrip())
    cut = max((match.start() for match in re.finditer(r"[,;，；](?=\s|[\u2e80-\uffff])", sentence.folded)), default=0)
    states = sentence.starts("subjects", 0) or sentence.starts("pronouns", 0)
    if cut and not sentence.find("headings", 0, cut):
        words = line[:cut]
    elif states and not sentence.find("headings", 0, end):
        words = line[:end].rstrip(EDGES)
    else:
        return ""
    return words + ("." if sentence.lexicon.spaced else "。")


def _runs(clauses: Sequence[Clause]) -> list[list[Clause]]:
    """Neighbouring content clauses together, so that what stands between them stays as it was."""
    runs: list[list[Clause]] = []
    before = None
    for clause in clauses:
        if clause.kind == "content":
            if before == "content":
                runs[-1].append(clause)
            else:
                runs.append([clause])
        before = clause.kind
    return runs


def _trimmed(sentence: MarkedSentence, start: int, end: int) -> str:
    """Content without the punctuation and joining words that led to an instruction or away from it."""
    words = _END_MARKS.sub("", sentence.text[start:end])
    balanced = words.count("(") == words.count(")") and words.count("（") == words.count("）")
    edges = EDGES.translate(_NO_BRACKETS) if balanced else EDGES
    words = words.strip(edges)
    while words:
        marked = MarkedSentence(words, masked(words), sentence.lexicon)
        leading = marked.after("joiners", 0, marked.end)
        trailing = next((a for a, b in marked.spans("joiners", 1, marked.end) if b == marked.end), None)
        shorter = words[leading:].lstrip(edges) if leading else words[:trailing].rstrip(edges)
        if shorter == words:
            return words
        words = shorter
    return ""


def _closing(sentence: MarkedSentence, text: str, clauses: Sequence[Clause]) -> str:
    """The mark that ends what is left: the sentence's own, unless it asked; none behind a mark or an emoji."""
    if clauses[-1].kind == "content" and (colon := _COLON.search(sentence.text)):
        return colon.group().rstrip()
    ending = _END_MARKS.search(sentence.text)
    if ending is None or not (text[-1].isalnum() or text[-1] in "\"'”“’」』»«》%)）*`_"):
        return ""
    marks = ending.group().rstrip()
    if clauses[-1].kind != "content":
        marks = marks.rstrip("*_\"'”’」』»》")
        if "?" in marks or "？" in marks:
            return "." if sentence.lexicon.spaced else "。"
    return marks
