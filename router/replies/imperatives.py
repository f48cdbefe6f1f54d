"""Where in a clause an instruction stands: verb and object in every order that the languages here give them."""

from __future__ import annotations

from .clauses import Cut, Head, clause_head, past_marks
from .objects import Found, by_means, object_before, object_behind
from .rows import RowPhrases
from .words import MarkedSentence

_LONGEST_TOPIC = 10  # characters of a topic before "可以点击…"


def instruction_in(sentence: MarkedSentence, rows: RowPhrases, head: Head, cut: Cut) -> Found | None:
    """What a clause instructs, in the places where the language and the clause's form put verb and object."""
    if not sentence.lexicon.first:
        return _verb_last(sentence, head, cut)
    claimed = rows.match(sentence, head.place, cut.end)
    if claimed is not None:
        return claimed
    if head.conditional and cut.end != sentence.end:
        return _if_you(sentence, head, cut)
    if _unpunctuated_condition(sentence, head, cut):
        found = _verb_within(sentence, head.place, cut.end)
        return found._replace(offered=True) if found else None
    found = object_behind(sentence, head.place, cut.end)
    if found is not None:
        return found
    frames = sentence.lexicon.frames and (head.offered or sentence.starts("prefaces", head.place))
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
            if found is not None:
                return found._replace(offered=kind == "optional")
    return None


def _verb_last(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """An instruction of a language whose verb closes the clause."""
    for place in [place for place in sentence.verbs if head.place <= place < cut.end]:
        found = object_before(sentence, place, head.place, cut.end)
        if found is not None:
            told = sentence.find("actors", cut.start, place) or sentence.find("negations", place, cut.end)
            return None if told else found
    return None


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
        endings = sentence.spans("condition_endings", cut.start, verb_end)
        return bool(endings) or sentence.find("optional", cut.start, cut.end) is not None
    if not sentence.lexicon.spaced:
        return False
    barred = sentence.spans("not_conditions", max(0, verb_end - 6), cut.end)
    for kind in ("conditions", "optional"):
        for start, end in sentence.spans(kind, verb_end, cut.end):
            opens = " " in sentence.folded[start:end] or sentence.starts("tails", start)
            if opens and not any(a < end and start < b for a, b in barred):
                return True
    return False
