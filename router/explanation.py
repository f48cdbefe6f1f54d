"""Why words were routed as they were, for a person: clause by clause, with what nearly decided otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .classification import classify, judged_clauses
from .clauses import Clause
from .frames import Frame, frames, holds
from .language import detect_language
from .rows import index_of
from .table import Intent, RoutingTable
from .vocabulary import frames_data, tag_bits

_MOST_NEAR_MISSES = 3
_B = tag_bits()
# what is derived from a whole clause is shown by these of its words
_SHOWN_BY = ((_B["NEG"], _B["neg"] | _B["cancel"]), (_B["HEAD_EDIT"], _B["edit"]))
_SETS_THE_SCENE = {
    "before": "says what comes later",
    "after": "says what has to be done first",
    "if": "is a condition",
    "reason": "is a reason",
}


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that nearly decided.

    stopped_by: the words that stood against it. lacks: what was missing, as frames.yaml describes it. Both empty: it
    held, but an earlier rule decided.
    """

    route: str
    rule: str
    stopped_by: tuple[str, ...] = ()
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One clause: its words as typed, what they ask for (nothing: () and the reason why), and the deciding words.

    known: every word that means something here, with its tags of frames.yaml.
    """

    text: str
    routes: tuple[str, ...]
    rule: str
    words: tuple[str, ...]
    known: tuple[tuple[str, tuple[str, ...]], ...]
    near: tuple[NearMiss, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The intents as `classify` gives them, the language, and the decisions in the order of the text."""

    intents: tuple[Intent, ...]
    language: str
    decisions: tuple[Decision, ...]


def explain(utterance: str, table: RoutingTable, files: Sequence[str] = ()) -> Explanation:
    """Say why each clause of the user's words was decided as it was, and what else was considered. Raises nothing."""
    intents = classify(utterance, table, files=files)
    rows = index_of(table)
    decisions = tuple(
        _decision(clause, utterance[start:end], tuple((piece.route, piece.rule, piece.words) for piece in pieces))
        for clause, start, end, pieces in judged_clauses(utterance, rows, bool(files))
    )
    return Explanation(intents, detect_language(utterance), decisions)


def _decision(clause: Clause, text: str, pieces: tuple[tuple[str, str, tuple[str, ...]], ...]) -> Decision:
    frame = next((frame for frame in frames() if holds(frame, _seen(frame, clause))), None)
    routes = tuple(dict.fromkeys(route for route, _, _ in pieces))
    words = tuple(dict.fromkeys(word for _, _, found in pieces for word in found))
    if pieces:
        rule = pieces[0][1]
    elif clause.kind != "main":
        rule = _SETS_THE_SCENE[clause.kind]
    elif frame is not None:
        rule = frame.name
        words = _with_tags(clause, frame.all | frame.any | frame.any_too)
    else:
        rule = "asks for nothing by itself"
    known = tuple((hit.text, _names(hit.tags)) for hit in clause.hits if hit.tags)
    return Decision(text, routes, rule, words, known, tuple(_near(clause, routes, frame)))


def _seen(frame: Frame, clause: Clause) -> int:
    return clause.whole if frame.whole else clause.governed


def _near(clause: Clause, routes: tuple[str, ...], decided: Frame | None) -> Iterator[NearMiss]:
    """The likeliest first: rules that held too, rules something stood against, rules that lacked one thing."""
    if clause.kind != "main":
        return
    told = {*routes, "none"}
    for weigh in (_held, _stopped, _lacking):
        for frame in frames():
            if frame.route in told or frame is decided:
                continue
            miss = weigh(frame, clause)
            if miss is not None:
                told.add(frame.route)
                yield miss
                if len(told) > _MOST_NEAR_MISSES + len(routes):
                    return


def _held(frame: Frame, clause: Clause) -> NearMiss | None:
    return NearMiss(frame.route, frame.name) if holds(frame, _seen(frame, clause)) else None


def _stopped(frame: Frame, clause: Clause) -> NearMiss | None:
    against = clause.whole & frame.none
    if not against or _wanting(frame, clause.whole) != 0:
        return None
    return NearMiss(frame.route, frame.name, _with_tags(clause, against) or _described(against))


def _lacking(frame: Frame, clause: Clause) -> NearMiss | None:
    tags = clause.whole
    wanting = _wanting(frame, tags)
    has_some = tags & (frame.all | frame.any | frame.any_too) & _about(frame.route)
    groups = (frame.all & ~tags != 0) + bool(frame.any & wanting) + bool(frame.any_too & wanting)
    if tags & frame.none or not has_some or groups != 1 or (frame.all & ~tags).bit_count() > 1:
        return None
    return NearMiss(frame.route, frame.name, (), " / ".join(_described(wanting)[:2]))


def _wanting(frame: Frame, tags: int) -> int:
    """The tags a rule still wants: those of `all` that are missing, and of each `any` that has none, every one."""
    wanting = frame.all & ~tags
    for group in (frame.any, frame.any_too):
        if group and not tags & group:
            wanting |= group
    return wanting


def _with_tags(clause: Clause, tags: int) -> tuple[str, ...]:
    for derived, shown_by in _SHOWN_BY:
        if tags & derived:
            tags |= shown_by
    return tuple(dict.fromkeys(hit.text for hit in clause.hits if hit.tags & tags and hit.kind in ("word", "glued")))


def _names(tags: int) -> tuple[str, ...]:
    return tuple(name for name, bit in tag_bits().items() if tags & bit)


def _described(tags: int) -> tuple[str, ...]:
    return tuple(_descriptions().get(name, name) for name in _names(tags))


def _descriptions() -> dict[str, str]:
    """What each tag means, as frames.yaml says it."""
    described: dict[str, str] = frames_data()["tags"]
    return described


def _about(route: str) -> int:
    """The tags a clause must speak of to have come near this route."""
    return sum(_B[name] for name in frames_data()["about"].get(route, ()))
