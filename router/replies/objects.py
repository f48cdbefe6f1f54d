"""What a verb of an instruction acts upon, and so which action it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from ..table import ReplyAction
from .lexicon import MASK
from .words import MarkedSentence

_REACH = 70  # characters behind the verb within which its object stands
_BUTTON_NAME = 24  # characters behind "button" that name it
_OPENERS = re.compile("[\\s*_\"'“”„‘’「」『』«»《》`\\[(（]+")
_BEHIND_NAME = re.compile(r"[^\w\ue000+]+$|_+$")
_NAME_OPENS = " \u00a0\"'“”«*_„‘’("
_MARKS = re.compile(r"[^\w\ue000\"'“”„‘’「」『』«»《》`@*]+")
BUTTONS: tuple[tuple[str, ReplyAction], ...] = (
    ("upload_words", "upload"),
    ("export_words", "export"),
    ("edit_words", "edit"),
)


class Found(NamedTuple):
    """An instruction's action, its control's name ("" when none), where its verb ends, and whether it is offered."""

    action: ReplyAction
    label: str
    verb_end: int
    offered: bool = False


class Label(NamedTuple):
    """[start, end) of a control's name; set_off: quoted or emphasised."""

    start: int
    end: int
    words: str
    set_off: bool


def object_behind(sentence: MarkedSentence, place: int, end: int) -> Found | None:
    """The action of the verb at place with an object behind it; None when it is nothing that a person handles."""
    roles = sentence.verbs.get(place)
    if not roles:
        return None
    start = max(roles.values())
    return acted_on(sentence, place, roles, (start, min(end, start + _REACH)), before=False)


def object_before(sentence: MarkedSentence, place: int, start: int, end: int) -> Found | None:
    """The same where the object or its place stands in [start, place)."""
    roles = sentence.verbs.get(place)
    return acted_on(sentence, place, roles, (start, end), before=True) if roles else None


def by_means(sentence: MarkedSentence, place: int, end: int, *, asked: bool) -> Found | None:
    """ "Upload it with the Upload button", "you can export it via the menu": a button as the means to an end.

    asked: the reader is spoken to; if not, what starts at place must name what a button does.
    """
    if not sentence.has("means"):
        return None
    if not asked and not any(sentence.starts(kind, place) for kind, _ in BUTTONS):
        return None
    for _, after in sentence.spans("means", place, end):
        pressed = pressed_in(sentence, after, min(end, after + _REACH), weakly=True, before=False)
        if pressed is not None:
            return Found(*pressed, after)
    return None


def acted_on(
    sentence: MarkedSentence, place: int, roles: Mapping[str, int], reach: tuple[int, int], *, before: bool
) -> Found | None:
    """The action of a verb that can play some roles.

    reach: [start, end) in which the object stands; before: in front of the verb, which is at place.
    """
    start, end = reach
    done = max(roles.values())
    if "account" in roles and sentence.find("accounts", start, end):
        return Found("credits", "", done)
    if "look" in roles and sentence.find("timelines", start, end):
        return Found("timeline", "", done)
    if "open" in roles and sentence.find("panels", start, end):
        looks = sentence.find("timelines", start, end) and sentence.find("look", start, end)
        return Found("timeline" if looks else "state", "", done)
    if "press" in roles or "press_weakly" in roles:
        pressed = pressed_in(sentence, start, place if before else end, weakly="press" not in roles, before=before)
        if pressed is not None:
            return Found(*pressed, done)
    if "look_surely" in roles and (before or _names_object(sentence, start, end, bare=False)):
        return Found("timeline", "", done)
    if "drag" in roles:
        surely = "drag_surely" in roles
        drags = _drags_before if before else _drags_behind
        if drags(sentence, (place, done), reach, surely=surely):
            return Found("edit", "", done)
    return None


def _past_marks(sentence: MarkedSentence, place: int, end: int) -> int:
    match = _MARKS.match(sentence.folded, place, end)
    return match.end() if match else place


def _past_lead_ins(sentence: MarkedSentence, place: int, end: int) -> int:
    """Behind words such as "bitte" that may stand between a verb and its object."""
    place = _past_marks(sentence, place, end)
    if not sentence.lexicon.spaced:
        return place
    if sentence.is_name(place):
        return place
    return _past_marks(sentence, sentence.after("lead_ins", place, end), end)


def _names_object(sentence: MarkedSentence, start: int, end: int, *, bare: bool = True) -> bool:
    """Whether an object follows at once: with an article, as a pronoun, a number, a name, a quotation, a bare noun."""
    if not sentence.lexicon.spaced:
        return True
    place = _past_lead_ins(sentence, start, end)
    opening = sentence.text[place : place + 1]
    return (
        sentence.after("determiners", place, end) > place
        or (bare and sentence.starts("pieces", place))
        or opening.isupper()
        or opening.isdigit()
        or sentence.folded[place + 1 : place + 2] == MASK
    )


def _drags_before(sentence: MarkedSentence, verb: tuple[int, int], reach: tuple[int, int], *, surely: bool) -> bool:
    """Whether a verb with its object in front of it moves something by hand."""
    lies_there = _piece(sentence, reach)
    if sentence.lexicon.spaced:
        return surely or lies_there
    return surely or (sentence.find("targets", *reach) is not None and (lies_there or verb[0] > reach[0]))


def _drags_behind(sentence: MarkedSentence, verb: tuple[int, int], reach: tuple[int, int], *, surely: bool) -> bool:
    """Whether a verb with its object behind it moves something by hand."""
    lexicon, (start, end) = sentence.lexicon, reach
    if not lexicon.spaced:
        return surely
    words = sentence.folded[slice(*verb)]
    it = words.endswith(lexicon.object_endings) or sentence.starts("it", _past_marks(sentence, start, end))
    named = _names_object(sentence, start, end)
    targeted = sentence.find("targets", start, end) is not None
    if surely:
        compound = " " in words or "-" in words
        return it or named or (compound and targeted)
    return targeted and (it or (named and _piece(sentence, reach)))


def _piece(sentence: MarkedSentence, reach: tuple[int, int]) -> bool:
    """Whether something that lies on a timeline is named."""
    return sentence.find("pieces", *reach) is not None or sentence.find("timelines", *reach) is not None


def pressed_in(
    sentence: MarkedSentence, start: int, end: int, *, weakly: bool, before: bool
) -> tuple[ReplyAction, str] | None:
    label = _label(sentence, start, end, quoted_before_verb=before)
    control = sentence.find("controls", start, end)
    named = label.words[:1].isupper()
    inside = sentence
    first, last = label.start, label.end
    if control is not None and not sentence.lexicon.spaced and not before:
        last = max(last, control[0])  # "右上角蓝色的导出按钮"
    if control is not None and control[0] == first and last <= control[1]:
        last = min(end, control[1] + _BUTTON_NAME)  # "botón de descargar"
    if sentence.folded[first : first + 1] == MASK:
        inside = MarkedSentence(label.words, label.words.lower(), sentence.lexicon)
        first, last = 0, inside.end
    if not sentence.lexicon.spaced and (action := _named_beside(sentence, start, end)) is not None:
        return action, label.words
    for kind, action in BUTTONS:
        known = inside.find_start(kind, first, last)
        exact = known is not None and known[0] == first and known[1] >= last
        if known and (not weakly or control or label.set_off or (exact and (named or not sentence.lexicon.spaced))):
            return action, label.words
    if weakly and control is None:
        alone = not sentence.lexicon.spaced and inside.ending("confirm_words", first) == last
        return ("click", label.words) if alone and first < last else None  # "按确认"
    behind_label = _past_marks(sentence, label.end, end)
    opens = inside.find_start("panels", first, last) or sentence.starts("panels", behind_label)
    if opens and control is None and not weakly:
        return "state", label.words
    plays = inside.find_start("play_words", first, last)
    if plays and sentence.find("timelines", start, end):
        return "timeline", ""
    if control is not None or label.set_off:
        return "click", label.words
    if not label.words:
        return None
    behind_article = sentence.lexicon.spaced and _names_object(sentence, start, end)
    if inside.find_start("confirm_words", first, last) or plays or (behind_article and named):
        return "click", label.words
    return ("click", label.words) if behind_article and sentence.find_start("pieces", first, last) else None


def _named_beside(sentence: MarkedSentence, start: int, end: int) -> ReplyAction | None:
    """What the last control does whose name stands right before it: "プレーヤーの上のダウンロードアイコン"."""
    controls = sentence.spans("controls", start, end)
    if not controls:
        return None
    name_end = len(sentence.folded[: controls[-1][0]].rstrip())
    for kind, action in BUTTONS:
        if any(last == name_end for _, last in sentence.spans(kind, start, name_end)):
            return action
    return None


def _label(sentence: MarkedSentence, start: int, end: int, *, quoted_before_verb: bool) -> Label:
    """The control's name behind the verb, or in front of it."""
    place = _past_lead_ins(sentence, start, end)
    while (after := sentence.after("determiners", place, end)) > place:
        if sentence.is_name(place):
            break
        place = _past_marks(sentence, after, end)
    opened = _OPENERS.match(sentence.folded, place, end)
    inside = opened.end() if opened else place
    behind_control = _OPENERS.match(sentence.folded, sentence.after("controls", inside, end), end)
    if behind_control and sentence.folded[behind_control.end() : behind_control.end() + 1] == MASK:
        inside = behind_control.end()  # 'the button "Save video"'
    if quoted_before_verb and MASK in sentence.folded[inside:end]:
        inside = sentence.folded.rindex(MASK, inside, end)
        while inside > 0 and sentence.folded[inside - 1] == MASK:
            inside -= 1
    if sentence.folded[inside : inside + 1] == MASK:
        close = inside
        while close < end and sentence.folded[close] == MASK:
            close += 1
        return Label(inside, close, sentence.text[inside:close], True)
    stop = sentence.find("label_ends", inside + 1, end)
    words = _BEHIND_NAME.sub("", sentence.text[inside : stop[0] if stop else end])
    emphasised = opened is not None and "*" in opened.group()
    return Label(inside, inside + len(words), words, emphasised)


def has_name(named: MarkedSentence, span: tuple[int, int], end: int) -> bool:
    """Whether a panel is one by its name, "the Audio panel", and no window, drawer or page of a story."""
    if not named.lexicon.spaced or named.lexicon.language == "de":
        return True
    before = named.text[: span[0]].split()[-1:]
    beside = [word.lstrip(_NAME_OPENS)[:1] for word in (*before, named.text[span[1] : end].lstrip(_NAME_OPENS))]
    return any(letter.isupper() for letter in beside)
