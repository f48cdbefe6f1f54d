"""A film from nothing: all photos in upload order, what was wished before, what is asked now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api import Draft

from .answers import next_steps
from .clauses import Clause
from .differences import differences
from .edits import AddClips, AddMusic, AddRecording, MoveClip, OrderClips, SetRate, SetShape, SwapClips, pictures
from .plan import Reading, carried_out, first_draft, read
from .turn import Outcome, Turn, complaints, fresh, notes, remembered, told_refusals

_TOLD = (
    "title",
    "caption",
    "music",
    "voice",
    "fade",
    "look",
    "loop",
    "rate",
    "no_look",
    "clip_",
    "on_beat",
    "lower_",
    "credits_",
)


def wants_new_film(turn: Turn) -> bool:
    """Whether a message with new photos behind it asks for a film of everything sent."""
    used = {segment.meta.source for draft in (*turn.brief.history, turn.brief.draft) for segment in pictures(draft)}
    used.update(turn.memory.left_out)
    if all(item.id in used for item in turn.images):
        return False
    return any(
        clause.has("create") and clause.has("film") and not clause.has("add_photos", "leave") for clause in turn.clauses
    )


def created(turn: Turn, clauses: Sequence[Clause]) -> Outcome:
    """Make the film. Earlier wishes come first, so that what is said now has the last word."""
    wishes = [clause for wish in turn.memory.wishes for clause in turn.hear(wish)]
    everything = (*wishes, *clauses)
    scene = turn.scene(Draft())
    base, names = carried_out(Draft(), first_draft(scene))
    reading = read(everything, replace(turn.scene(base), history=(), length_asked=False))
    reading = _fitting(turn, reading)
    draft, more = carried_out(base, reading.edits)
    words = turn.words
    lines = [words.created(draft), *_counted(turn, everything, len(pictures(draft)))]
    if any(isinstance(edit, MoveClip | OrderClips | SwapClips) for edit in reading.edits):
        lines.append(words.say("answer_order", names=words.names(draft)))
    told = [change for change in differences(base, draft) if change.key.startswith(_TOLD)]
    lines += [words.change(change) for change in told]
    said, kept = told_refusals(turn, everything, replace(fresh(turn.memory), wishes=(), length_asked=False), reading)
    lines += [*said, *complaints(turn, reading.unclear, draft)]
    kept = remembered(kept, reading, everything, turn.brief.request)
    shown = {segment.meta.source for segment in pictures(draft)}
    kept = replace(kept, left_out=tuple(item.id for item in turn.images if item.id not in shown))
    lines += notes(turn, reading, everything, draft)
    asking = bool(reading.unclear or said)
    if not asking:
        lines.append(next_steps(draft, words))
    return Outcome(tuple(lines), kept, draft, tuple(dict.fromkeys((*names, *more))), quiet=asking)


def _fitting(turn: Turn, reading: Reading) -> Reading:
    """A sound file sent along is meant to be heard, and every photo is in already."""
    edits = [edit for edit in reading.edits if not isinstance(edit, AddClips)]
    spoken = {edit.source for edit in edits if isinstance(edit, AddRecording)}
    audio = [item for item in turn.brief.media if item.kind == "audio" and item.id not in spoken]
    silent = any(
        clause.has("music", "volume_word") and clause.does("remove", "negate", "dont") for clause in turn.clauses
    )
    if audio and not silent and not any(isinstance(edit, AddMusic) for edit in edits):
        edits.append(AddMusic(source=audio[-1].id, file_name=audio[-1].name))
    order = [edit for edit in edits if isinstance(edit, SetShape | SetRate)]
    return replace(reading, edits=(*order, *(edit for edit in edits if edit not in order)))


def _counted(turn: Turn, clauses: Sequence[Clause], count: int) -> tuple[str, ...]:
    """Whether the number of photos somebody wrote is the number there is."""
    for clause in clauses:
        if clause.has("between", "transition_noun"):
            continue  # 每两张之间
        for index, tag in enumerate(clause.tags):
            nouns = [later for later in clause.tags[index + 1 : index + 4] if "clip" in later]
            between = clause.tags[index + 1 : index + 4]
            told = "number" in tag and bool(nouns) and not any("duration" in t or "number" in t for t in between)
            value = int(tag.number("number")) if told else 0
            if told and 1 < value != count:
                return (turn.words.say("count_mismatch", said=value, count=count),)
    return ()
