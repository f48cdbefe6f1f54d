"""Questions about the film, greetings, and what to do next: everything that changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from api import Draft

from .clauses import Clause
from .edits import overlap, pictures, sounds, texts
from .wording import Wording

_ABOUT = ("length", "count", "order", "music", "text", "shape", "transition", "motion", "look", "limits")


def asked_about(clauses: Sequence[Clause]) -> str:
    """The part of the film a message asks about, "general" for a question of another kind, "" for none."""
    kinds = [tag.text("ask") for clause in clauses for tag in clause.all("ask")]
    for kind in kinds:
        if kind in _ABOUT and not any(clause.has("quote") for clause in clauses):
            return kind
    asked = any(clause.asked for clause in clauses)
    questioning = any(clause.has("question") for clause in clauses)
    polite = any(clause.has("request") for clause in clauses)
    return "general" if asked and questioning and not polite and not kinds else ""


def answered(kind: str, draft: Draft, words: Wording) -> str:
    """The answer to a question about a film that exists."""
    facts = words.facts(draft)
    if kind == "music":
        if not facts["music_name"]:
            return words.say("answer_no_music")
        return words.say("answer_music", music=facts["music_name"], volume=facts["volume"])
    if kind == "text":
        return words.say("answer_text", **facts) if facts["list"] else words.say("answer_no_text")
    if kind == "look":
        return facts["look_only"]
    if kind in ("general", "summary"):
        return words.summary(draft)
    return words.say(f"answer_{kind}", **facts)


def small_talk(clauses: Sequence[Clause]) -> str:
    """greet, thanks, capability, summary, assent, refuse, go — what a message is when it asks for no change."""
    kinds = [tag.text("ask") for clause in clauses for tag in clause.all("ask")]
    for kind in ("capability", "summary"):
        if kind in kinds:
            return kind
    for concept in ("go", "refuse", "thanks", "assent", "greet"):
        if any(clause.has(concept) for clause in clauses):
            return concept
    return ""


def next_steps(draft: Draft, words: Wording, avoid: Iterable[str] = ()) -> str:
    """Two sensible things to say next for this film."""
    segments = pictures(draft)
    now = draft.duration_ms / 1000
    values = {"seconds": _other_length(now), "n": len(segments)}
    keys = []
    if not texts(draft, "title"):
        keys.append("title")
    if not sounds(draft, "music"):
        keys.append("music")
    if len(keys) < 2:
        keys.append("send")
    if not draft.meta.look:
        keys.append("look")
    if not draft.meta.fade_out_ms:
        keys.append("fade")
    if len(segments) > 2 and any(overlap(segment) for segment in segments):
        keys.append("order")
    keys.append("length")
    chosen = [key for key in keys if key not in set(avoid)]
    return words.next_steps(chosen or ["send", "timeline"], **values)


def _other_length(seconds: float) -> int:
    return next((choice for choice in (15, 30, 60) if choice > seconds + 1), round(seconds * 1.5))
