"""Instructions that are no imperatives: "the clip should be dragged", "a click on Export", "by dragging the edge"."""

from __future__ import annotations

from collections.abc import Mapping

from ..table import ReplyAction
from .clauses import SILENT, Cut, Head, past_marks
from .lexicon import DONE, MASK, WORD
from .objects import BUTTONS, Found, acted_on, by_means, has_name, pressed_in
from .words import MarkedSentence

_REACH = 70  # characters behind "a click on" within which the control stands


def stated_in(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """What a clause says is to be done, or may be, without telling the reader to do it."""
    if not sentence.states or _has_besides(sentence, "negations", head, cut):
        return None
    found = _courteous(sentence, head, cut)
    if found is None and not _has_besides(sentence, "actors", head, cut):
        found = _nominal(sentence, head, cut)
    return found or (_passive(sentence, head, cut) if sentence.lexicon.spaced and sentence.lexicon.first else None)


def _has_besides(sentence: MarkedSentence, kind: str, head: Head, cut: Cut) -> bool:
    """Whether a clause has such words elsewhere than in what is needed: "il ne manque plus que" denies nothing."""
    needs = sentence.spans("needs", cut.start, cut.end)
    return any(
        not any(first <= start and end <= last for first, last in needs)
        for start, end in sentence.spans(kind, head.place, cut.end)
    )


def by_hand(sentence: MarkedSentence, cut: Cut) -> Found | None:
    """ "You can reorder the photos by dragging them": a hand that moves something as the means to an end."""
    if sentence.find("negations", cut.start, cut.end):
        return None
    opens = sentence.find("by_opening", cut.start, cut.end)
    if opens is not None and sentence.find("panels", opens[1], cut.end):
        return Found("state", "", opens[1])
    span = sentence.find("by_hand", cut.start, cut.end)
    if span is None:
        return None
    lies_there = sentence.find("pieces", cut.start, cut.end) or sentence.find("timelines", cut.start, cut.end)
    return Found("edit", "", span[1]) if lies_there else None


def opens_imperative(sentence: MarkedSentence, head: Head, cut: Cut) -> bool:
    """Whether a clause begins with an unknown word and its object, as imperatives do: "grab it with …"."""
    if not (sentence.lexicon.spaced and sentence.has("means")):
        return False
    word = WORD.match(sentence.folded, head.place, cut.end)
    if word is None or not (sentence.begins_nothing(head.place) or sentence.is_verb(head.place)):
        return False
    it = word.group().endswith(sentence.lexicon.object_endings)
    return it or sentence.starts("determiners", past_marks(sentence, word.end(), cut.end))


def located_button(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """ "Export button's top right": a sentence that only says where the button for the file is."""
    if not (sentence.has("places") and sentence.has("controls")):
        return None
    name = _file_button(sentence, _past_determiners(sentence, head.place, cut.end), cut.end)
    if name is None:
        return None
    action, label, end = name
    ending = end
    while (after := sentence.after("places", ending, cut.end)) > ending:
        ending = past_marks(sentence, after, cut.end)
    if ending == end:
        return None
    offered = sentence.starts("conditions", ending) or sentence.starts(
        "optional", ending
    )  # "is there when you need it"
    says_more = not offered and sentence.folded[ending : cut.end].strip(SILENT)
    return None if says_more else Found(action, label, ending, offered)


def _file_button(sentence: MarkedSentence, start: int, end: int) -> tuple[ReplyAction, str, int] | None:
    """The button for the file whose name starts at a place: its action, its name, where it ends."""
    for kind, action in BUTTONS:
        control = start
        if kind == "edit_words":
            continue
        if sentence.starts("controls", start):  # "le bouton Exporter"
            control = past_marks(sentence, sentence.after("controls", start, end), end)
        if not sentence.starts(kind, control):
            continue
        name = sentence.after(kind, control, end)
        behind = past_marks(sentence, name, end)
        if control == start:
            last = sentence.after("controls", behind, end)
            if last == behind and not sentence.spans("controls", start, name):
                continue
            behind = past_marks(sentence, last, end)
        return action, sentence.text[control:name], behind
    return None


def _past_determiners(sentence: MarkedSentence, place: int, end: int) -> int:
    while not sentence.is_name(place) and (after := sentence.after("determiners", place, end)) > place:
        place = past_marks(sentence, after, end)
    return place


def _courteous(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """ "It would be great if you clicked Export."."""
    roles = _done(sentence, head.place) if head.courteous else {}
    if not roles:
        return None
    start = max(roles.values())
    return acted_on(sentence, head.place, roles, (start, min(cut.end, start + _REACH)), before=False)


def _nominal(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """ "Next: a click on OK.", "all that's missing is a click on OK", "opening the History panel comes next"."""
    needed = any(sentence.find(*search) for search in (("needs", 0, cut.end), ("headings", 0, cut.start)))
    for start, after in sentence.spans("clicks", head.place, cut.end):
        if needed or start == head.place:
            pressed = pressed_in(sentence, after, min(cut.end, after + _REACH), weakly=not needed, before=False)
            if pressed is not None:
                return Found(*pressed, after)
    span = sentence.find("openings", head.place, cut.end)
    if span is not None and needed and sentence.find("panels", span[1], cut.end):
        return Found("state", "", span[1])
    return None


def _passive(sentence: MarkedSentence, head: Head, cut: Cut) -> Found | None:
    """ "The clip should be dragged to the start", "the button can be clicked at any time"."""
    for kind in ("may_be", "must_be"):
        for start, after in sentence.spans(kind, head.place + 1, cut.end):
            if sentence.find("actors", after, cut.end):
                continue  # "can be pressed by the robot"
            roles = _done_behind(sentence, after, cut.end)
            if "press" in roles and MASK not in sentence.folded[head.place : start]:
                if not _is_control(sentence, head.place, start):
                    continue
                roles = dict(roles, press_weakly=roles["press"])
                del roles["press"]
            found = acted_on(sentence, start, roles, (head.place, cut.end), before=True) if roles else None
            if found is not None and not _is_of_editor(sentence, found, (head.place, after, cut.end)):
                continue
            if found is None:
                found = by_means(sentence, head.place, cut.end, asked=True)
            if found is not None:
                return found._replace(offered=kind == "may_be")
    return None


def _is_control(sentence: MarkedSentence, start: int, end: int) -> bool:
    """Whether [start, end) is a control and at most its place: not "the button on her coat"."""
    control = sentence.find("controls", start, end)
    if control is None:
        return False
    place = past_marks(sentence, control[1], end)
    if sentence.text[place : place + 1].isupper():
        return True  # "le bouton Exporter"
    while (after := sentence.after("places", place, end)) > place:
        place = past_marks(sentence, after, end)
    return place >= end


def _is_of_editor(sentence: MarkedSentence, found: Found, places: tuple[int, int, int]) -> bool:
    """Whether it happens in an editor: no kitchen drawer opens there, and what is merely moved lies on a timeline."""
    start, verb, end = places
    if found.action == "state":
        return any(has_name(sentence, span, end) for span in sentence.spans("panels", start, end))
    merely_moved = found.action == "edit" and sentence.find("moved", verb, end) is not None
    return not merely_moved or sentence.find("timelines", start, end) is not None


def _done(sentence: MarkedSentence, place: int) -> Mapping[str, int]:
    """The parts that a verb in such a form at place can play, each with its end; an infinitive is one as well."""
    found = dict(sentence.verbs.get(place, {}))
    for kind, parts in DONE.items():
        ending = sentence.ending(kind, place)
        if ending is not None:
            found |= dict.fromkeys(parts, ending)
    return found


def _done_behind(sentence: MarkedSentence, start: int, end: int) -> Mapping[str, int]:
    """The same for the form behind "can be", which stands at the clause's end in German."""
    place = past_marks(sentence, start, end)
    if not sentence.lexicon.frames:
        for kind in ("lead_ins", "optional"):
            place = past_marks(sentence, sentence.after(kind, place, end), end)
        return _done(sentence, place)
    spans = [span for kind in DONE for span in sentence.spans(kind, place, end)]
    places = sorted({first for first, _ in spans} | {verb for verb in sentence.verbs if place <= verb < end})
    return _done(sentence, places[-1]) if places else {}
