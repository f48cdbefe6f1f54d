"""Messages that lean on an earlier one: answers to a question, "the same for photo 5", "no, I meant 9:16"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .clauses import Clause, main_topic
from .edits import AddText, Edit, SetClipTime, SetLook, SetMotion, SetPace, SetTransition, pictures
from .memory import Memory, found
from .mentions import Pick
from .plan import Reading, read
from .scene import Unclear
from .turn import Outcome, Turn, edited, fresh

_AROUND = (
    "skip",
    "more",
    "use",
    "change",
    "correct",
    "sep",
    "stop",
    "assent",
    "refuse",
    "that_one",
    "degree",
    "thanks",
)
_TOPICS = ("sound", "transition", "motion", "look")
_VERBS = ("create", "add", "remove", "change", "move", "swap", "undo", "reset", "keep_only", "use")


def settled(turn: Turn) -> Outcome | None:
    """The outcome when the message answers what was asked last; None when it is a request of its own."""
    memory = turn.memory
    if not (memory.needs or memory.yes) or not turn.brief.request.strip():
        return None
    reading = turn.reading()
    refused = turn.says("refuse") and not reading.edits
    if refused:
        return Outcome((turn.words.say("okay"),), fresh(memory), quiet=True)
    if memory.yes and turn.says("assent", "go") and not reading.edits and turn.has_film:
        clauses = turn.hear(memory.yes)
        picks = tuple(pick for clause in turn.hear(memory.about) for pick in clause.picks)
        scene = replace(turn.scene(), picks=picks) if any(clause.has("motion") for clause in clauses) else turn.scene()
        return edited(turn, read(clauses, scene), clauses, memory.yes)
    if not turn.has_film or any(clause.has("ask") for clause in turn.clauses):
        return None
    about = turn.hear(memory.about)
    if memory.needs == "clips" and not reading.edits and (picks := named_picks(turn)):
        done = edited(turn, read(about, replace(turn.scene(), picks=picks)), about, memory.about)
        return replace(done, kept=_with_name(turn, about, picks, done.kept))
    if memory.needs == "film" and (topic := _bare_topic(turn)):
        kept = replace(fresh(memory), needs=topic, about=turn.brief.request)
        return Outcome((turn.words.say(f"dislike_{topic}"),), kept, quiet=True)
    if memory.needs in _TOPICS and not turn.says(*_VERBS):
        request = turn.words.answer_as(memory.needs, turn.brief.request)
        named = turn.hear(request)
        if (wanted := read(named, turn.scene())).edits:
            return edited(turn, wanted, named, request)
    if memory.needs == "text" and (text := _words(turn, reading)):
        return edited(turn, read(about, replace(turn.scene(), text=text)), about, memory.about)
    return None


def _bare_topic(turn: Turn) -> str:
    """The part of the film a short answer names and says nothing else about: the music."""
    if len(turn.clauses) != 1 or turn.says(*_VERBS, "more", "mood", "look", "pace", "quote", "duration", "transition"):
        return ""
    topic = main_topic(turn.clauses[0]) or ("look" if turn.says("look_noun") else "")
    return topic if topic in (*_TOPICS, "text") else ""


def _with_name(turn: Turn, about: Sequence[Clause], picks: tuple[Pick, ...], kept: Memory) -> Memory:
    """Memory that knows from now on which photo "the kitchen" is."""
    words = [str(dict(problem.values).get("word") or "") for problem in read(about, turn.scene()).unclear]
    try:
        places = turn.scene().positions(picks[:1])
    except Unclear:
        return kept
    name = turn.scene().segments[places[0]].meta.name if len(picks) == 1 and places else None
    if not name or not words or not words[0]:
        return kept
    return replace(kept, called=(*kept.called, f"{words[0]}={name}"))


def named_picks(turn: Turn, *, counted: bool = True) -> tuple[Pick, ...]:
    """The photos a short answer names: "3", "the third one", "beach.jpg". counted: a number alone is a photo's."""
    picks = tuple(pick for clause in turn.clauses for pick in clause.picks)
    if picks:
        return picks
    for clause in turn.clauses:
        for tag in (*(clause.all("number") if counted else ()), *clause.all("ordinal")):
            value = int(tag.number("number") or tag.number("ordinal"))
            if value:
                return (Pick("at", value),)
    return ()


def _words(turn: Turn, reading: Reading) -> str:
    """The words an answer gives for the screen: its quotation, or all of it when it asks for nothing else."""
    for clause in turn.clauses:
        for tag in clause.all("quote"):
            return tag.text("quote")
    mild = all(isinstance(edit, SetLook | SetMotion | SetPace) for edit in reading.edits)
    if mild and not turn.says(*_VERBS):
        return turn.brief.request.strip()
    return ""


def corrected(turn: Turn) -> Outcome | None:
    """The last request once more: for other photos, or in place of what it did."""
    memory = turn.memory
    if not memory.last:
        return None
    picks = named_picks(turn)
    about = turn.hear(memory.last)
    times = _times_again(turn, about)
    if times:
        return edited(turn, Reading(times), about, memory.last)
    if _of_something_else(turn, about):
        return None
    if turn.says("same") and picks and not _own_content(turn):
        reading = read(about, replace(turn.scene(), picks=picks))
        kept = tuple(edit for edit in reading.edits if _for_photos(edit))
        if kept:
            return edited(turn, Reading(kept, reading.unclear), about, memory.last)
    narrowed = memory.topic == "transition" and turn.says("keep_only") and turn.says("between", "transition_noun")
    if (narrowed or turn.says("correct")) and picks and not _own_content(turn) and memory.back:
        before = found(memory.back[-1], turn.brief.history)
        if (
            before is not None
            and pictures(before)
            and (narrowed or any(clause.picks or clause.has("number") for clause in about))
        ):
            return edited(turn, read(about, replace(turn.scene(before), picks=picks)), about, memory.last, before)
    if turn.says("again") and not _own_content(turn) and any(clause.has("more") for clause in about):
        return edited(turn, read(about, turn.scene()), about, memory.last)
    return None


def _times_again(turn: Turn, about: Sequence[Clause]) -> tuple[Edit, ...]:
    """Another amount for the photos' times just asked for: four seconds a photo; make that five."""
    tags = [tag for clause in turn.clauses for tag in clause.tags if not any(kind in tag for kind in _AROUND)]
    amounts = [tag for tag in tags if "duration" in tag or ("number" in tag and "one" not in tag)]
    if len(amounts) != 1 or len(tags) != 1 or turn.says("go"):
        return ()
    ms = round(amounts[0].number("duration") or amounts[0].number("number") * 1000)
    last = [edit for edit in read(about, turn.scene()).edits if isinstance(edit, SetClipTime) and not edit.added]
    return tuple(replace(edit, ms=ms) for edit in last if edit.ms and edit.ms / 2 < ms < edit.ms * 2)


def _of_something_else(turn: Turn, about: Sequence[Clause]) -> bool:
    """Whether the message names a subject the last request did not: after a photo was taken out, its colours."""
    named = {topic for clause in turn.clauses for topic in clause.topics}
    return bool(named - {topic for clause in about for topic in clause.topics} - {"photo", "film"})


def _own_content(turn: Turn) -> bool:
    """Whether the message asks for something by itself."""
    return bool(turn.reading().edits)


def _for_photos(edit: Edit) -> bool:
    if isinstance(edit, AddText):
        return edit.when.kind == "clip"
    return isinstance(edit, SetMotion | SetClipTime) or (isinstance(edit, SetTransition) and edit.after is not None)
