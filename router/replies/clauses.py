"""Where a sentence of a reply is cut into clauses, and where the words of a clause begin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple

from .words import MarkedSentence

SILENT = " .!?。！？\n*_,，、:："
"""Characters at the ends of a clause that say nothing."""

_PUNCTUATION = re.compile("[,;:，、；：–—-]|[\u2190-\u21ff\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?")
_BRACKETS = re.compile(r"[(（)）]")
_MARKS = re.compile(r"(?:\d{1,3}[.)、．]\s*|\b[a-h]\)\s*|[^\w\ue000\"'“”„‘’「」『』«»《》`@]+|_+)+")
_STEPS = ("lead_ins", "joiners", "optional", "courtesies")
_SHORT_CONDITION = 24  # characters of "…的话" and the like before the words they govern

Opener = Literal["mark", "joiner", "coordinator", "link"]


class Cut(NamedTuple):
    """[start, end) of a clause. opener: what stands at its start; a coordinator is "and", "or" or "、".

    A link is none: the verb in front of it, "열고", leaves mood and negation to the verb behind.
    """

    start: int
    end: int
    opener: Opener


class Head(NamedTuple):
    """Where a clause's own words begin, behind lead-ins, and what these said.

    first: the place before anything optional. addressed: words such as "please" speak to the reader.
    conditional: what is optional is a wish, "if you'd rather …". courteous: "it would be great if you …".
    """

    first: int
    place: int
    offered: bool
    negated: bool
    addressed: bool
    conditional: bool = False
    courteous: bool = False


def cut_clauses(sentence: MarkedSentence, can_stand: Callable[[int], bool], links: Iterable[int] = ()) -> list[Cut]:
    """Cut at punctuation, at links, and at joining words and brackets that something follows which can stand alone."""
    cuts: dict[int, Opener] = {0: "mark"}
    courtesies = sentence.spans("courtesies", 0, sentence.end)
    for match in _PUNCTUATION.finditer(sentence.folded):
        if any(start < match.start() < end for start, end in courtesies):
            continue
        if _separates(match.group(), sentence.folded, match.start(), match.end()):
            lists = match.group() == "、" and sentence.lexicon.first
            cuts[match.end()] = "coordinator" if lists else "mark"
    leading = [span for kind in ("lead_ins", "optional") for span in sentence.spans(kind, 0, sentence.end)]
    for start, end in sentence.spans("joiners", 1, sentence.end):
        part_of_more = any(first < start < last for first, last in leading)
        if start not in cuts and not part_of_more and can_stand(end):
            cuts[start] = "coordinator" if sentence.starts("coordinators", start) else "joiner"
    opened = False
    for bracket in _BRACKETS.finditer(sentence.folded):
        if bracket.group() in "(（":
            opened = bracket.start() > 0 and can_stand(bracket.end())
        if opened:
            cuts[bracket.start() if bracket.group() in "(（" else bracket.end()] = "mark"
    for link in links:
        cuts.setdefault(link, "link")
    starts = sorted(start for start in cuts if start < sentence.end)
    return [Cut(start, end, cuts[start]) for start, end in zip(starts, [*starts[1:], sentence.end], strict=True)]


def _separates(mark: str, folded: str, start: int, end: int) -> bool:
    """Whether a punctuation mark ends a clause here, and is no part of a number, a word or a time."""
    behind = folded[end : end + 1]
    if mark == "—":
        return True
    if mark in "-–":
        return behind.isspace() and folded[start - 1 : start].isspace()
    if mark in ",;:":
        wide = behind >= "\u2e80" and not folded[start - 1 : start].isdigit()
        return not behind or behind.isspace() or behind in "*_" or wide
    if mark in "，、；：":
        return not (behind.isdigit() and folded[start - 1 : start].isdigit())
    return behind.isspace()


def clause_head(sentence: MarkedSentence, start: int, end: int) -> Head:
    """Step over list marks, joining words, lead-ins, invitations and short conditions."""
    place = past_marks(sentence, start, end)
    first, offered, addressed, conditional, courteous = place, False, False, False, False
    while place < end:
        if sentence.begins_nothing(place) and not sentence.has("condition_endings"):
            break
        lead_in, joiner, optional, courtesy = [sentence.after(kind, place, end) for kind in _STEPS]
        step = max(lead_in, joiner, optional, courtesy)
        negation = sentence.ending("negations", place)
        if negation is not None and negation >= step:
            return Head(first, place, offered, True, addressed)
        invites = place < step == optional and courtesy < step
        courteous = courteous or place < courtesy == step
        ending = _condition_before(sentence, place, end)
        if ending > step:
            step, invites = ending, True
        if step == place:
            break
        if step < end and sentence.verb_end(place) > step:
            break
        offered = offered or invites
        conditional = conditional or (sentence.lexicon.spaced and invites and sentence.starts("conditions", place))
        addressed = addressed or invites or courtesy == step or (lead_in == step and joiner == place)
        place = past_marks(sentence, step, end)
        if not offered:
            first = place
    return Head(first, place, offered, False, addressed, conditional, courteous)


def past_marks(sentence: MarkedSentence, place: int, end: int) -> int:
    """The place behind white space, list marks and punctuation."""
    match = _MARKS.match(sentence.folded, place, end)
    return match.end() if match else place


def _condition_before(sentence: MarkedSentence, place: int, end: int) -> int:
    """The end of a short condition that a word closes, such as "…的话", when more follows it; else place."""
    if not sentence.has("condition_endings"):
        return place
    if not sentence.starts("conditions", place) and place in sentence.verbs:
        return place
    closed = sentence.find("condition_endings", place, min(end, place + _SHORT_CONDITION))
    if closed is None or closed[1] >= end:
        return place
    invitations = sentence.spans("optional", place, end) if sentence.lexicon.first else ()
    if any(start <= closed[0] < last for start, last in invitations):
        return place  # "随时" ends no condition
    if not sentence.lexicon.first:
        return place if any(place <= verb < closed[0] for verb in sentence.verbs) else closed[1]
    governed = past_marks(sentence, closed[1], end)
    follows = any(sentence.starts(kind, governed) for kind in ("lead_ins", "optional", "fronting", "negations"))
    return closed[1] if follows or governed in sentence.verbs else place
