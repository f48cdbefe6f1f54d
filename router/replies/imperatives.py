"""Where in a clause an instruction stands: verb and object in every order that the languages here give them."""

from __future__ import annotations

from collections.abc import Iterator

from .clauses import Cut, Head, clause_head, past_marks
from .objects import Found, by_means, object_before, object_behind
from .rows import RowPhrases
from .statements import stated_in
from .words import MarkedSentence

_FEWEST_LINKED = 2
_REQUEST = 6  # characters of "…してください" within the verb, or behind it
_SILENT = " .!。！\n*_)）"
_REPORT = 8  # characters of "…ました" at the sentence's end
_STEM = 4  # characters of a courtesy before its condition ends: "주시면 감사하겠습니다"
_LONGEST_TOPIC = 10  # characters of a topic before "可以点击…"


def instruction_in(sentence: MarkedSentence, rows: RowPhrases, head: Head, cut: Cut) -> Found | None:
    """What a clause instructs, in the places where the language and the clause's form put verb and object."""
    if not sentence.lexicon.first:
        return _verb_last(sentence, head, cut) or stated_in(sentence, head, cut)
    claimed = rows.match(sentence, head.place, cut.end)
    if claimed is not None:
        return claimed
    if head.conditional and cut.end != sentence.end:
        return _if_you(sentence, head, cut)
    if _unpunctuated_condition(sentence, head, cut):
        found = _verb_within(sentence, head.place, cut.end)
        return found._replace(offered=True) if found else None
    found = object_behind(sentence, head.place, cut.end)
    if found is None:
        found = stated_in(sentence, head, cut)
    if found is not None:
        return found
    frames = sentence.lexicon.frames and (head.offered or head.courteous or sentence.starts("prefaces", head.place))
    if frames or sentence.starts("fronting", head.place):
        return _verb_within(sentence, head.place, cut.end)
    if not sentence.lexicon.spaced:
        return _topic_first(sentence, head, cut)
    return by_means(sentence, head.place, cut.end, asked=head.offered) or _if_you(sentence, head, cut)


def _unpunctuated_condition(sentence: MarkedSentence, head: Head, cut: Cut) -> bool:
    """Whether a condition runs on to the sentence's end, so that it must hold the instruction as well."""
    return cut.end == sentence.end and sentence.starts("conditions", head.first)


def _verb_within(sentence: MarkedSentence, start: int, end: int) -> Found | None:
    """An instruction whose object or place stands before its verb, or whose condition has no comma."""
    spans = sentence.spans("determiners", start, end)
    governed = {last for first, last in spans if not sentence.starts("it", first)}
    for place in [place for place in sentence.verbs if start <= place < end]:
        if place - 1 in governed:
            continue
        found = object_behind(sentence, place, end) or object_before(sentence, place, start, end)
        if found is not None:
            return found
    return None


def _topic_first(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """ "更多选项可以点击齿轮图标", "余额请到账户页查看": an invitation or a request behind a short topic."""
    if sentence.starts("pronouns", head.place):
        return None
    for kind in ("optional", "requests"):
        for start, end in sentence.spans(kind, head.place + 1, min(cut.end, head.place + _LONGEST_TOPIC)):
            if sentence.spans("actors", head.place, start):
                return None
            place = clause_head(sentence, end, cut.end).place
            found = object_behind(sentence, place, cut.end) or _verb_within(sentence, place, cut.end)
            if found is None and place in sentence.verbs and start > head.place:
                found = _upon_topic(sentence, place, head.place, start)
            if found is not None:
                return found._replace(offered=kind == "optional")
    return None


def _upon_topic(sentence: MarkedSentence, verb: int, start: int, end: int) -> Found | None:
    """ "导出按钮随时可以点": the topic in [start, end) is the verb's object, if a person can handle it."""
    if not any(sentence.find(kind, start, end) for kind in ("controls", "panels", "timelines", "pieces")):
        return None
    return object_before(sentence, verb, start, end)


def links(sentence: MarkedSentence) -> Iterator[int]:
    """Where a verb that closes its clause leaves mood and negation to a later one: "패널을 열고 적용을 클릭하세요"."""
    if sentence.lexicon.first or len(sentence.verbs) < _FEWEST_LINKED:
        return
    start, linked = 0, False
    for place in sorted(sentence.verbs):
        if place < start:
            continue
        found = object_before(sentence, place, start, place)
        if found is not None:
            if linked:
                yield past_marks(sentence, start, place)
            start, linked = sentence.verb_end(place), True


def _verb_last(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """An instruction of a language whose verb closes the clause."""
    for place in [place for place in sentence.verbs if head.place <= place < cut.end]:
        found = object_before(sentence, place, head.place, cut.end)
        if found is not None:
            if sentence.find("negations", place, cut.end):
                return None
            told = sentence.find("actors", cut.start, place) or _is_reported(sentence, found.verb_end)
            return None if told and not asks(sentence, found.verb_end, cut.end) else found
    return None


def _is_reported(sentence: MarkedSentence, verb_end: int) -> bool:
    """Whether the sentence ends by telling what was done: "ドラッグし、隙間を詰めておきました"."""
    end = len(sentence.folded.rstrip(_SILENT))
    return sentence.find("reports", max(verb_end, end - _REPORT), end) is not None


def asks(sentence: MarkedSentence, verb_end: int, end: int) -> bool:
    """Whether a verb that closes its clause has the form of a request, "…してください", which no story has."""
    return sentence.find("requests", max(0, verb_end - _REQUEST), min(end, verb_end + _REQUEST)) is not None


def _if_you(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """ "Once you click Export, …", "You'll see it if you open the Layers panel": what the user would do by hand."""
    begins = sentence.starts("conditions", head.first)
    if not begins and not sentence.starts("you", head.first):
        return None
    for _, after in sentence.spans("conditions", head.first, cut.end):
        you = sentence.ending("you", past_marks(sentence, after, cut.end))
        if you is None:
            continue
        found = object_behind(sentence, clause_head(sentence, you, cut.end).place, cut.end)
        if found is None and sentence.lexicon.frames:
            found = _verb_within(sentence, you, cut.end)
        return found._replace(offered=True) if found else None
    return None


def is_made_optional(sentence: MarkedSentence, cut: Cut, verb_end: int) -> bool:
    """Whether words around the verb make it optional: "drag it elsewhere if you'd prefer"."""
    if not sentence.lexicon.first:
        polite = sentence.find("courtesies", verb_end - _STEM, cut.end) or (cut.end, cut.end)
        if sentence.find("condition_endings", cut.start, min(verb_end, polite[0] - 1)):
            return True
        return any(
            end <= polite[0] or polite[1] <= start for start, end in sentence.spans("optional", cut.start, cut.end)
        )
    if not sentence.lexicon.spaced:
        return False
    barred = sentence.spans("not_conditions", max(0, verb_end - 6), cut.end)
    for kind in ("conditions", "optional"):
        for start, end in sentence.spans(kind, verb_end, cut.end):
            opens = " " in sentence.folded[start:end] or sentence.starts("tails", start)
            if opens and not any(a < end and start < b for a, b in barred):
                return True
    return False
