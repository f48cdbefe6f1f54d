"""Undo, redo and starting over: steps along the drafts there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from api import Draft

from .answers import next_steps
from .clauses import Clause
from .differences import differences
from .edits import pictures
from .memory import Memory, found, mark
from .turn import Outcome, Turn, fresh

_MOST_STEPS = 50
_AROUND = ("skip", "refuse", "softener", "sep", "again", "correct", "that_one", "negate", "thanks")


def stepped(turn: Turn) -> Outcome | None:
    """The outcome of "undo" or "redo"; None when the message asks for neither."""
    if turn.memory.back and not turn.memory.forward and _bare_return(turn.clauses):
        return _undone(turn, 1)
    for clause in turn.clauses:
        if clause.has("quote") or clause.has("reset"):
            continue
        if clause.has("redo", "bring_back") and not turn.memory.forward and _took_out(turn, clause):
            return _undone(turn, 1)
        if clause.has("redo") and (turn.memory.forward or not clause.has("bring_back")):
            return _redone(turn)
        if (
            clause.has("undo")
            and not (clause.has("bring_back") and (clause.picks or clause.has("number")))
            and not clause.has("title", "music", "transition", "caption", "volume", "sort")
            and (not clause.picks or _counts_steps(clause))
        ):
            return _undone(turn, _edits_made(turn) if clause.has("every") else _steps(clause))
    return None


def _took_out(turn: Turn, clause: Clause) -> bool:
    """Whether "bring it back" is said of words or sound that the last edit took out."""
    if clause.picks or clause.has("number", "clip", "quote"):
        return False
    earlier, _ = _earlier(turn, fresh(turn.memory), turn.brief.draft, 0)
    now, kinds = turn.brief.draft, ("title", "caption", "music", "voice")
    if earlier is None or pictures(earlier) != pictures(now):
        return False
    counts = [[sum(t.meta.get("role") == kind for t in d.tracks) for kind in kinds] for d in (earlier, now)]
    return any(was > left for was, left in zip(*counts, strict=True))


def _bare_return(clauses: Sequence[Clause]) -> bool:
    """Whether nothing is said but that it be as it was: 恢复; 算了，还是恢复吧."""
    tags = [tag for clause in clauses for tag in clause.tags]
    plain = all(any(kind in tag for kind in ("bring_back", *_AROUND)) for tag in tags)
    return plain and any("bring_back" in tag for tag in tags)


def _edits_made(turn: Turn) -> int:
    """How many steps lead back to the film as it was first planned; one where that is all there is."""
    back = turn.memory.back
    return max(1, len(back) - (bool(back) and back[0] == mark(Draft())))


def rest(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """What a message asks for besides going back or starting over."""
    return tuple(clause for clause in clauses if not clause.has("undo", "redo", "reset"))


def _counts_steps(clause: Clause) -> bool:
    """Whether "the last two" is about steps and not about photos."""
    return all(pick.kind == "tail" or (pick.kind == "at" and pick.value == -1) for pick in clause.picks)


def _steps(clause: Clause) -> int:
    if clause.picks:
        return min(_MOST_STEPS, max(1, clause.picks[0].value))
    tag = clause.first("number")
    return min(_MOST_STEPS, max(1, int(tag.number("number")))) if tag is not None else 1


def _undone(turn: Turn, steps: int) -> Outcome:
    memory, draft = fresh(turn.memory), turn.brief.draft
    names = 0
    for _ in range(steps):
        earlier, left = _earlier(turn, memory, draft, names)
        if earlier is None:
            break
        memory = replace(memory, back=left, forward=(*memory.forward, mark(draft)))
        draft, names = earlier, names + 1
    if not names:
        return Outcome((turn.words.say("nothing_to_undo"),), memory, quiet=True)
    return _told(turn, draft, "undone", "undo", memory)


def _earlier(turn: Turn, memory: Memory, draft: Draft, done: int) -> tuple[Draft | None, tuple[str, ...]]:
    """The draft before, and what is left of the way back. Without a remembered way the history itself is the way."""
    history = turn.brief.history
    if memory.back:
        return found(memory.back[-1], history), memory.back[:-1]
    if done or memory.forward or not history:
        return None, ()
    return (history[-1] if history[-1] != draft else None), ()


def _redone(turn: Turn) -> Outcome:
    memory = fresh(turn.memory)
    later = found(memory.forward[-1], turn.brief.history) if memory.forward else None
    if later is None:
        return Outcome((turn.words.say("nothing_to_redo"),), memory, quiet=True)
    memory = replace(memory, forward=memory.forward[:-1], back=(*memory.back, mark(turn.brief.draft)))
    return _told(turn, later, "redone", "redo", memory)


def _told(turn: Turn, draft: Draft, key: str, name: str, memory: Memory) -> Outcome:
    lines = [turn.words.say(key)]
    if pictures(draft):
        changes = differences(turn.brief.draft, draft)
        order = turn.words.say("answer_order", names=turn.words.names(draft))  # "in reverse" would be said of what was
        lines += [order if change.key == "order_reversed" else turn.words.change(change) for change in changes]
        lines.append(next_steps(draft, turn.words, turn.done))
    else:
        lines.append(turn.words.say("nothing_yet"))
    return Outcome(tuple(lines), replace(memory, last="", topic=""), draft, (name,), stepped=True)


def cleared(turn: Turn) -> Outcome:
    """Start over without photos: an empty film."""
    memory = replace(fresh(turn.memory), wishes=(), last="", topic="", length_asked=False)
    line = turn.words.say("cleared", photos=turn.words.photos(len(turn.images)))
    return Outcome((line,), memory, Draft(), ("start_over",), quiet=True)
