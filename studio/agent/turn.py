"""One message and everything it is answered from; the answer as it grows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api import Draft

from ..model import Brief, Media
from ..platforms import platforms
from .answers import next_steps
from .clauses import Clause, main_topic
from .differences import differences
from .edits import (
    AddMusic,
    AddVoice,
    Edit,
    SetClipTime,
    SetFade,
    SetLength,
    SetLook,
    SetTransition,
    own_times,
    pictures,
    reading_ms,
    shortened,
)
from .edits.timing import bounded
from .listening import hear, reply_language, script_of
from .memory import Memory, recalled
from .plan import Reading, carried_out, read, refusal
from .scene import PICTURE_KINDS, Scene, Unclear
from .songs import named_song
from .wording import Wording, wording

_CLOSE_MS = 500  # a length and a time for each photo that come this near are the same wish
_PACED = ("slower", "faster", "longer", "shorter")
_MOST_LINES = 12  # sentences about changes; more than that nobody reads


@dataclass(frozen=True, slots=True)
class Turn:
    """clauses: of the message; reading them again is safe."""

    brief: Brief
    memory: Memory
    language: str
    words: Wording
    clauses: tuple[Clause, ...]

    @property
    def images(self) -> tuple[Media, ...]:
        """The photos sent so far."""
        return tuple(item for item in self.brief.media if item.kind in PICTURE_KINDS)

    @property
    def done(self) -> int:
        """How many edits there are to take back."""
        return len(self.memory.back)

    @property
    def has_film(self) -> bool:
        """Whether there is a draft with photos."""
        return bool(pictures(self.brief.draft))

    def scene(self, draft: Draft | None = None) -> Scene:
        """What readers look at."""
        of = self.brief.draft if draft is None else draft
        return Scene(of, self.brief.media, self.brief.history, self.memory.length_asked, language=self.language)

    def hear(self, request: str) -> tuple[Clause, ...]:
        """The clauses of another message: an earlier one, or one a "yes" stands for."""
        return hear(request, reply_language(request, self.language), self.brief.media, self.memory.called)

    def says(self, *concepts: str) -> bool:
        """Whether any clause has one of these."""
        return any(clause.has(*concepts) for clause in self.clauses)

    def reading(self) -> Reading:
        """What the message asks of the draft as it is."""
        return read(self.clauses, self.scene())


def begun(brief: Brief) -> Turn:
    """Hear a message."""
    memory = recalled(brief.memory)
    language = reply_language(brief.request, memory.spoken or brief.language, memory.spoken or brief.language)
    memory = replace(memory, spoken=language)
    if language == "zh":
        memory = replace(memory, script=script_of(brief.request) or memory.script)
    clauses = hear(brief.request, language, brief.media, memory.called)
    leaning(clauses, memory.topic)
    if memory.last and any(clause.has("enough") for clause in clauses):
        _of_last_photo(clauses, hear(memory.last, language, brief.media, memory.called))
    written = f"{language}-{memory.script}" if language == "zh" and memory.script else language
    return Turn(brief, memory, language, wording(written), clauses)


def _of_last_photo(clauses: Sequence[Clause], last: Sequence[Clause]) -> None:
    """Let "3 seconds is enough" speak of the photo whose time was asked for last."""
    timed = [clause.picks or clause.lone for clause in last if clause.has("duration", "hold", "more", "still")]
    for clause in clauses:
        if clause.has("enough") and not (clause.named or clause.picks) and timed:
            clause.named = timed[-1]


def leaning(clauses: Sequence[Clause], topic: str) -> None:
    """Let bare attributes ("in red", "a bit bigger", "no, 20%") speak of what the last request was about."""
    for clause in clauses if topic else ():
        if not clause.after and clause.only_removes and not (clause.named or clause.stranger):
            clause.after = topic
        if not clause.after and not clause.does("trim", "remove"):
            sized = clause.value("more") in ("bigger", "smaller", "louder", "quieter")
            bare = clause.has(
                "color",
                "text_size",
                "position",
                "share",
                "animation",
                "head",
                "tail",
                "range",
                "correct",
                "vanish",
                "starting",
            )
            of_it = clause.has("it") and clause.has("fade")
            of_it |= topic == "transition" and clause.has("again") and clause.value("more") in _PACED
            if sized or of_it or (bare and not clause.has("more")):
                clause.after = topic
        if main_topic(clause):
            return


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer as it grows. draft None = as it was. names: of the edits. lines: sentences.

    quiet: the reply asks something, so it suggests nothing. kept: the memory as this outcome leaves it.
    replaces: the draft takes the place of one that was a misunderstanding, so that undo passes it over.
    """

    lines: tuple[str, ...]
    kept: Memory
    draft: Draft | None = None
    names: tuple[str, ...] = ()
    quiet: bool = False
    stepped: bool = False
    replaces: bool = False


def fresh(memory: Memory) -> Memory:
    """Memory without any open question."""
    return Memory(
        wishes=memory.wishes,
        last=memory.last,
        topic=memory.topic,
        back=memory.back,
        forward=memory.forward,
        told=memory.told,
        left_out=memory.left_out,
        called=memory.called,
        script=memory.script,
        spoken=memory.spoken,
        length_asked=memory.length_asked,
    )


def asks_length(edits: Sequence[Edit]) -> bool:
    """Whether the length is the user's own wish from now on."""
    return any(isinstance(edit, SetLength) or (isinstance(edit, SetClipTime) and edit.clips is None) for edit in edits)


def complaints(turn: Turn, unclear: Sequence[Unclear], draft: Draft | None = None) -> tuple[str, ...]:
    """What could not be done, as sentences. draft: where that is not the present one."""
    return tuple(dict.fromkeys(complaint(turn, problem, draft) for problem in unclear))[:2]


def complaint(turn: Turn, problem: Unclear, draft: Draft | None = None) -> str:
    """One clause that could not be carried out, as a sentence."""
    values = dict(problem.values)
    words = turn.words
    if problem.key == "which_photo":
        named = str(values.get("word") or "")
        values = {
            "word": words.word("word", word=named) if named else "",
            "names": words.names(draft or turn.brief.draft),
        }
    key = f"nothing_there_{values['thing']}" if problem.key == "nothing_there" else problem.key
    return words.say(key, **values)


def refusals(turn: Turn, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """What is asked for and cannot be done, each kind once."""
    return tuple(dict.fromkeys(kind for clause in clauses if (kind := refusal(clause))))


def edited(turn: Turn, reading: Reading, clauses: Sequence[Clause], request: str, base: Draft | None = None) -> Outcome:
    """Carry out what was read, and tell it. base: the draft to start from, where that is not the present one."""
    start = turn.brief.draft if base is None else base
    draft, names = carried_out(start, reading.edits)
    words = turn.words
    lines = [words.change(change) for change in differences(start, draft)][:_MOST_LINES]
    if reading.edits and draft == start and not reading.unclear:
        lines.append(words.say("unchanged"))
    if names or any(clause.has("style") for clause in clauses):
        lines += notes(turn, reading, clauses, draft)
    said, kept = told_refusals(turn, clauses, fresh(turn.memory), reading)
    lines += [*said, *complaints(turn, reading.unclear)]
    kept = remembered(kept, reading, clauses, request)
    asking = bool(reading.unclear or said)
    if names and not asking:
        lines.append(next_steps(draft, words, turn.done + 1))
    said_any = tuple(lines) or (words.say("not_understood"),)
    return Outcome(said_any, kept, draft, names, quiet=asking, replaces=base is not None)


def notes(turn: Turn, reading: Reading, clauses: Sequence[Clause], draft: Draft) -> tuple[str, ...]:
    """Where what was done is less than what was asked, or other than it."""
    words, found = turn.words, []
    if any(clause.has("corner") and main_topic(clause) == "text" for clause in clauses):
        found.append(words.say("corner"))
    faded = any(isinstance(edit, SetFade) and edit.ms for edit in reading.edits)
    if faded and any(clause.has("white_fade") for clause in clauses):
        found.append(words.say("white_fade"))
    for edit in reading.edits:
        if isinstance(edit, SetTransition) and edit.ms and (short := shortened(edit, draft)):
            kind = words.term("transition", edit.kind or short.meta.transition)
            time = words.time(short.meta.transition_ms or 0)
            found.append(words.say("transition_clamped", asked=words.time(edit.ms), transition=kind, time=time))
            break
    if any(clause.has("style") for clause in clauses):
        near = [edit.mood for edit in reading.edits if isinstance(edit, AddMusic) and edit.mood]
        found += [words.say("style_near", mood=words.term("mood", mood)) for mood in near[-1:]]
    found += [_unheard(turn, edit, draft) for edit in reading.edits if isinstance(edit, AddVoice)]
    found += _each_against_length(turn, reading, draft) + _too_long_for(turn, clauses, draft)
    music = next((edit.mood for edit in reading.edits if isinstance(edit, AddMusic) and edit.mood), "")
    song = next((name for clause in clauses if (name := named_song(clause))), "") if music else ""
    if song:
        found.append(words.say("named_song", song=song, mood=words.term("mood", music).lower()))
    if reading.unmet:
        found.append(words.not_done(reading.unmet))
    return tuple(line for line in found if line)


def _unheard(turn: Turn, edit: AddVoice, draft: Draft) -> str:
    """Why a voice-over will not be heard, or not to its end; empty where it will."""
    voices = turn.brief.voices
    if edit.language not in voices:
        return turn.words.voices(voices) if voices else turn.words.say("voice_missing")
    time = reading_ms(edit.text)
    return turn.words.say("voice_long", time=turn.words.time(time)) if edit.start_ms + time > draft.duration_ms else ""


def _each_against_length(turn: Turn, reading: Reading, draft: Draft) -> list[str]:
    """Where a length and a time for each photo were asked for that do not go together."""
    lengths = [edit.ms for edit in reading.edits if isinstance(edit, SetLength)]
    each = [edit.ms for edit in reading.edits if isinstance(edit, SetClipTime) and edit.clips is None and edit.ms]
    count = len(pictures(draft))
    if not (lengths and each) or _within(reading, draft) or abs(each[-1] * count - lengths[-1]) <= _CLOSE_MS:
        return []
    words = turn.words
    values = {"photos": words.photos(count), "each": words.time(each[-1]), "sum": words.time(each[-1] * count)}
    return [
        words.say("each_against_length", length=words.time(lengths[-1]), now=words.time(lengths[-1] / count), **values)
    ]


def _within(reading: Reading, draft: Draft) -> bool:
    """Whether times that were only bounds ("at least 3 seconds each", "20 seconds at most") are kept."""
    own, kept = own_times(pictures(draft)), []
    for edit in reading.edits:
        if isinstance(edit, SetClipTime) and edit.clips is None and edit.bound:
            kept.append(bounded(round(sum(own) / len(own)), edit.ms, edit.bound) != edit.ms or max(own) <= edit.ms)
        elif isinstance(edit, SetLength) and edit.bound:
            kept.append(bounded(draft.duration_ms, edit.ms, edit.bound) == draft.duration_ms)
    return bool(kept) and all(kept)


def _too_long_for(turn: Turn, clauses: Sequence[Clause], draft: Draft) -> list[str]:
    """Whether the place just named takes films this long."""
    for key in (tag.text("platform") for clause in clauses for tag in clause.tags if "platform" in tag):
        place = platforms()[key]
        if place.most_ms and draft.duration_ms > place.most_ms:
            values = {"most": turn.words.time(place.most_ms), "length": turn.words.time(draft.duration_ms)}
            return [turn.words.say("platform_limit", platform=place.name(turn.language), **values)]
    return []


def told_refusals(
    turn: Turn, clauses: Sequence[Clause], kept: Memory, reading: Reading | None = None
) -> tuple[list[str], Memory]:
    """Say what cannot be done; where something else is offered, remember what "yes" would mean.

    What was read along with it may already be the offer: then there is nothing to say.
    """
    said = []
    for kind in refusals(turn, clauses):
        if reading is not None and kind == "retouch" and any(isinstance(edit, SetLook) for edit in reading.edits):
            continue
        said.append(turn.words.say(f"cannot_{kind}"))
        if kind in turn.words.data["offer"] and not kept.yes:
            kept = replace(kept, yes=turn.words.offer(kind), about=turn.brief.request)
    return said, kept


def remembered(kept: Memory, reading: Reading, clauses: Sequence[Clause], request: str) -> Memory:
    """Memory after a request: its subject, and the question it left open."""
    if reading.edits:
        topic = next((name for clause in reversed(clauses) if (name := main_topic(clause) or clause.after)), "")
        kept = replace(kept, last=request, topic=topic, length_asked=kept.length_asked or asks_length(reading.edits))
    open_question = next((problem for problem in reading.unclear if problem.needs), None)
    if open_question is not None:
        kept = replace(kept, needs=open_question.needs, about=request)
    return kept
