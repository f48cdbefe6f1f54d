"""One message answered: what it asks for is done on the draft, and the reply tells what changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate

from api import Draft

from ..model import Answer, Brief
from .answers import ALWAYS_TRUE, answered, asked_about, moment_of, next_steps, small_talk
from .backward import cleared, rest, stepped
from .clauses import Clause
from .creation import created, wants_new_film
from .edits import own_times, pictures
from .listening import not_heard
from .memory import mark
from .plan import Reading
from .repeated import corrected, named_picks, settled
from .scene import Unclear
from .turn import Outcome, Turn, begun, complaint, edited, fresh, refusals, told_refusals

_STEPS = 100
_NAMED = 5


def respond(brief: Brief) -> Answer:
    """Answer one message. The draft in the answer is the same object when nothing changed."""
    turn = begun(brief)
    outcome = settled(turn) or stepped(turn) or _asked(turn) or _without_photos(turn) or _with_photos(turn)
    return _closed(turn, outcome)


def _closed(turn: Turn, outcome: Outcome) -> Answer:
    before = turn.brief.draft
    draft = before if outcome.draft is None or outcome.draft == before else outcome.draft
    kept = outcome.kept
    lines = list(outcome.lines)
    if not_heard(turn.brief.request, turn.brief.language):
        lines.insert(0, turn.words.foreign())
    fresh_files = _not_in_film(turn, draft, (*kept.told, *kept.left_out))
    if fresh_files:
        lines.append(_new_photos(turn, fresh_files))
        kept = replace(kept, told=(*kept.told, *(item for item, _ in fresh_files)))
    if draft is not before and not (outcome.stepped or outcome.replaces):
        kept = replace(kept, back=(*kept.back, mark(before))[-_STEPS:], forward=())
    text = turn.words.word("space").join(line.strip() for line in lines if line.strip())
    return Answer(text, draft, outcome.names if draft is not before else (), kept.to_json())


def _not_in_film(turn: Turn, draft: Draft, told: Sequence[str]) -> list[tuple[str, str]]:
    """Photos (id, name) that came after the film was begun and are not in it."""
    if not pictures(draft):
        return []
    used = {s.meta.source for d in (*turn.brief.history, turn.brief.draft, draft) for s in pictures(d)}
    return [(item.id, item.name) for item in turn.images if item.id not in used and item.id not in told]


def _new_photos(turn: Turn, files: Sequence[tuple[str, str]]) -> str:
    words = turn.words
    new = words.word("new_one") if len(files) == 1 else words.word("new_many", n=len(files))
    return words.say("new_photos", new=new, names=words.listed([name for _, name in files][:_NAMED]))


def _asked(turn: Turn) -> Outcome | None:
    """A question about the film, which changes nothing."""
    kinds = asked_about(turn.clauses)
    if not kinds:
        return None
    words, kept = turn.words, fresh(turn.memory)
    photo = _photo_asked_about(turn, kinds) if turn.has_film else ""
    if kinds[0] in ALWAYS_TRUE and (turn.has_film or kinds[0] != "crop"):
        shape = words.facts(turn.brief.draft)["shape"] if turn.has_film else ""
        return Outcome((words.say(f"answer_{kinds[0]}", shape=shape),), kept, quiet=True)
    if kinds[0] in ("limits", "format") and not photo:
        return Outcome((words.say(f"answer_{kinds[0]}"),), kept)
    if turn.has_film:
        lines = [photo] if photo else [answered(kind, turn.brief.draft, words) for kind in kinds]
        if kinds == ("general",) and not photo:
            lines.insert(0, words.say("general_question"))
        return Outcome((*lines, next_steps(turn.brief.draft, words, turn.done)), kept)
    if kinds == ("general",):
        return Outcome((words.say("capability"), *_waiting(turn)), kept)
    return Outcome((words.say("nothing_yet"), *_waiting(turn)), kept)


def _photo_asked_about(turn: Turn, kinds: Sequence[str]) -> str:
    """What there is to say about the photo a question names; "" when it names none."""
    if "moment" in kinds:
        return _shown_at(turn)
    if not set(kinds) <= {"length", "order", "motion", "limits", "general", "when"}:
        return ""
    picks = named_picks(turn, counted=False) or tuple(pick for clause in turn.clauses for pick in clause.lone)
    try:
        places = turn.scene().positions(picks[:1])
    except Unclear as problem:
        return complaint(turn, problem)
    return turn.words.photo(turn.brief.draft, places[0]) if places else ""


def _shown_at(turn: Turn) -> str:
    """The photo on screen at the moment a question names; how long the film is, where it is over by then."""
    draft = turn.brief.draft
    at = next((ms for clause in turn.clauses if (ms := moment_of(clause)) is not None), 0.0)
    ends = list(accumulate(own_times(pictures(draft))))
    if at >= draft.duration_ms:
        return answered("length", draft, turn.words)
    return turn.words.photo(draft, next((index for index, end in enumerate(ends) if at < end), len(ends) - 1))


def _waiting(turn: Turn) -> tuple[str, ...]:
    """What the agent needs before there can be a film."""
    words = turn.words
    if not turn.images:
        return (words.say("send_photos"),)
    return (words.say("have_photos", photos=words.photos(len(turn.images))), words.say("try_saying"))


def _without_photos(turn: Turn) -> Outcome | None:
    """No photo yet: say how to send some, and keep the wishes."""
    if turn.images or turn.has_film:
        return None
    words, kept = turn.words, fresh(turn.memory)
    refused, _ = told_refusals(turn, turn.clauses, kept)
    lines = list(refused)
    kind = small_talk(turn.clauses)
    wish = any(_is_wish(clause) for clause in turn.clauses)
    if wish and not refused and kind not in ("capability", "summary"):
        kept = replace(kept, wishes=(*kept.wishes, turn.brief.request[:2000])[-8:])
        lines.append(words.say("wishes_kept"))
    elif kind in ("capability", "summary", "greet", "thanks"):
        lines.append(words.say({"greet": "greeting", "summary": "nothing_yet"}.get(kind, kind)))
    return Outcome((words.say("send_photos"), *lines) if wish else (*lines, words.say("send_photos")), kept, quiet=True)


def _is_wish(clause: Clause) -> bool:
    wishes = ("film", "create", "duration", "aspect", "platform", "motion", "transition", "pace", "title", "caption")
    return clause.has(*wishes, "music", "music_only", "fade", "look", "quote", "ratio_of", "head", "share")


def _with_photos(turn: Turn) -> Outcome:
    if turn.says("reset") and not any(clause.has("quote") for clause in turn.clauses):
        return _started_over(turn)
    if not turn.has_film:
        return _begun_film(turn)
    if wants_new_film(turn):
        return created(turn, turn.clauses)
    again = corrected(turn)
    if again is not None:
        return again
    reading = turn.reading()
    if reading.edits or reading.unclear or refusals(turn, turn.clauses):
        return edited(turn, reading, turn.clauses, turn.brief.request)
    return _talked(turn)


def _started_over(turn: Turn) -> Outcome:
    """The photos as if nothing had been asked of them yet, and what is asked along with that."""
    if not turn.images:
        return cleared(turn)
    begun_again = created(turn, rest(turn.clauses))
    line = turn.words.say("cleared", photos=turn.words.photos(len(turn.images)))
    return replace(begun_again, lines=(line, *begun_again.lines), names=("start_over", *begun_again.names))


def _begun_film(turn: Turn) -> Outcome:
    """Photos are there, a film is not."""
    reading: Reading = turn.reading()
    wishes = turn.memory.wishes
    kind = small_talk(turn.clauses)
    refused = refusals(turn, turn.clauses)
    asks = (
        bool(reading.edits or reading.unclear)
        or any(_is_wish(clause) for clause in turn.clauses)
        or turn.says("create", "dislike")
    )
    waits = bool(wishes) and (kind in ("go", "assent") or not turn.clauses)
    if (asks and kind not in ("capability", "summary") and not refused) or kind == "go" or waits:
        return created(turn, turn.clauses)
    if refused and (reading.edits or turn.says("act")):
        return created(turn, turn.clauses) if reading.edits else _offered(turn)
    return _talked(turn)


def _offered(turn: Turn) -> Outcome:
    said, kept = told_refusals(turn, turn.clauses, fresh(turn.memory))
    return Outcome(tuple(said), kept, quiet=True)


def _wants_silence(turn: Turn) -> bool:
    """Whether a message asks a film without music to have none."""
    return any(
        clause.value("volume_word") == "0" or (clause.has("music") and clause.does("negate", "dont", "remove"))
        for clause in turn.clauses
    )


def _talked(turn: Turn) -> Outcome:
    """Greetings, thanks, "what can you do", and what was not understood."""
    words, kept = turn.words, fresh(turn.memory)
    kind = small_talk(turn.clauses)
    refused, kept = told_refusals(turn, turn.clauses, kept)
    lines = list(refused)
    if kind in ("greet", "thanks", "capability"):
        lines.append(words.say("greeting" if kind == "greet" else kind))
    elif _wants_silence(turn):
        lines.append(words.say("answer_no_music"))
    elif kind == "refuse" or turn.says("leave", "dont"):
        lines.append(words.say("okay"))
    elif not refused and not (kind == "summary" or kind in ("go", "assent") or not turn.clauses):
        lines.append(words.say("not_understood"))
    if turn.has_film:
        if kind in ("summary", "go", "assent") or not turn.clauses:
            lines.append(words.summary(turn.brief.draft))
        lines.append(next_steps(turn.brief.draft, words, turn.done))
    else:
        lines.extend(_waiting(turn))
    return Outcome(tuple(lines), kept)
