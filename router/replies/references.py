"""Instructions whose object was named before them: "the levels are in the Audio panel: open it"."""

from __future__ import annotations

from ..table import ReplyAction
from .clauses import SILENT, Cut, Head, past_marks
from .objects import BUTTONS, Found, has_name
from .words import MarkedSentence

_NEAR = 24  # characters between a control and the words that say what it does
_LONGEST_PLACE = 50  # characters of "the Export button is in the top right corner"
_USING = frozenset(["press", "press_weakly", "open"])
_VISITING = frozenset(["press", "open", "look"])


def refers(sentence: MarkedSentence, head: Head, cut: Cut) -> int | None:
    """Where a verb stands that acts on what was named before: "open it", "请点一下", "열어 주세요"."""
    lexicon = sentence.lexicon
    if not lexicon.first:
        verb = min((place for place in sentence.verbs if head.place <= place < cut.end), default=cut.end)
        between = sentence.folded[head.place : verb].strip(SILENT)
        return None if verb == cut.end or between or sentence.find("negations", verb, cut.end) else verb
    verb = head.place
    if lexicon.frames and lexicon.spaced and verb not in sentence.verbs and sentence.starts("it", verb):
        # "den Sie bitte öffnen"
        verb = max((place for place in sentence.verbs if verb <= place < cut.end), default=verb)
        own = sentence.after("it", head.place, cut.end)
        says_more = any(sentence.find(kind, own, cut.end) for kind in ("subjects", "negations"))
        return verb if sentence.verb_end(verb) > verb and not says_more else None
    if verb not in sentence.verbs:
        return None
    after = sentence.verb_end(verb)
    behind = past_marks(sentence, after, cut.end)
    if sentence.folded[verb:after].endswith(lexicon.object_endings) or sentence.starts("it", behind):
        return verb
    behind = past_marks(sentence, sentence.after("determiners", behind, cut.end), cut.end)
    while (after := sentence.after("optional", behind, cut.end)) > behind:
        behind = past_marks(sentence, after, cut.end)  # "which you can open at any time"
    spoken_to = head.addressed or head.offered or not lexicon.spaced
    return verb if spoken_to and not sentence.folded[behind : cut.end].strip(SILENT) else None


def referred(sentence: MarkedSentence, verb: int, named: MarkedSentence, end: int) -> Found | None:
    """The action of a verb upon what `named` names before end: a control, or a panel by its name."""
    roles, done = sentence.verbs[verb].keys(), sentence.verb_end(verb)
    if named.find("actors", 0, end) or (named.find("works", 0, end) and named.find("shows", 0, end)):
        return None
    controls = named.spans("controls", 0, end)
    if controls and roles & _USING:
        return Found(_action_of(named, controls[-1], end), "", done)
    if roles & _USING and (action := _written(named, end)) is not None:
        return Found(action, "", done)
    if roles & _VISITING and any(has_name(named, span, end) for span in named.spans("panels", 0, end)):
        return Found("state", "", done)
    return None


def _written(named: MarkedSentence, end: int) -> ReplyAction | None:
    """What a button does that is named without one: "You'll find Export in the top bar"."""
    if not named.lexicon.spaced or named.lexicon.language == "de":
        return None
    for kind, action in BUTTONS:
        if any(start > 0 and named.text[start].isupper() for start, _ in named.spans(kind, 0, end)):
            return action
    return None


def only_locates(sentence: MarkedSentence, cut: Cut, place: int) -> bool:
    """Whether a clause only says where a control is, which is of no use to someone who has none."""
    if cut.end - cut.start > _LONGEST_PLACE or not sentence.find("controls", cut.start, cut.end):
        return False
    while not sentence.is_name(place) and (after := sentence.after("determiners", place, cut.end)) > place:
        place = past_marks(sentence, after, cut.end)
    return sentence.is_name(place) or sentence.starts("places", place)


def _action_of(named: MarkedSentence, control: tuple[int, int], end: int) -> ReplyAction:
    """What the control at a place does, by the words beside it."""
    start, last = max(0, control[0] - _NEAR), min(end, control[1] + _NEAR)
    words = named.text[start:last]
    beside = MarkedSentence(words, words.lower(), named.lexicon)
    return next((action for kind, action in BUTTONS if beside.find(kind, 0, beside.end)), "click")
