"""Questions about the film, greetings, and what to do next: everything that changes nothing."""

from __future__ import annotations

from collections.abc import Sequence

from api import Draft

from .clauses import Clause
from .edits import pictures, sounds, texts
from .wording import Wording

_ABOUT = (
    "length",
    "count",
    "order",
    "music",
    "text",
    "shape",
    "transition",
    "motion",
    "look",
    "limits",
    "moment",
    "when",
)
ALWAYS_TRUE = ("moods", "privacy", "ai", "crop")
"""What can be asked with and without a film, and is the whole answer."""


def asked_about(clauses: Sequence[Clause]) -> tuple[str, ...]:
    """The parts of the film a message asks about, "general" for a question of another kind; none for no question."""
    kinds = [tag.text("ask") for clause in clauses for tag in clause.all("ask") if _fits(tag.text("ask"), clause)]
    if any(clause.has("file_format") for clause in clauses) and not any(clause.has("quote") for clause in clauses):
        return ("format",)
    settled = [kind for kind in kinds if kind in ALWAYS_TRUE]
    if settled and not any(clause.has("quote") for clause in clauses):
        return (settled[0],)
    if "count" in kinds and "order" in kinds:
        kinds = [kind for kind in kinds if kind != "order"]  # the count names them in order
    known = tuple(dict.fromkeys(kind for kind in kinds if kind in _ABOUT))
    if known and not any(clause.has("quote") for clause in clauses):
        return ("limits",) if "limits" in known else known
    asked = any(clause.asked for clause in clauses)
    questioning = any(clause.has("question") for clause in clauses)
    polite = any(clause.has("request") for clause in clauses)
    return ("general",) if asked and questioning and not polite and not kinds else ()


def _fits(kind: str, clause: Clause) -> bool:
    """Whether a wording that may ask does: "at most 20 seconds" does not, "what is on screen at" needs its time."""
    if kind == "limits":
        return not (clause.has("duration") and clause.has("most", "least"))
    if kind == "when":
        return bool(clause.picks or clause.lone or clause.has("number"))
    return kind != "moment" or moment_of(clause) is not None


def moment_of(clause: Clause) -> float | None:
    """The moment of the film that a question names, ms."""
    for concept in ("point", "duration"):
        if (tag := clause.first(concept)) is not None:
            return tag.number(concept)
    return None


def answered(kind: str, draft: Draft, words: Wording) -> str:
    """The answer to a question about a film that exists."""
    answer = _answer(kind, draft, words)
    return answer[:1].upper() + answer[1:]


def _answer(kind: str, draft: Draft, words: Wording) -> str:
    facts = words.facts(draft)
    if kind == "music":
        if not facts["music_name"]:
            return words.say("answer_no_music")
        return words.say("answer_music", music=facts["music_name"], volume=facts["volume"])
    if kind == "text":
        return words.say("answer_text", **facts) if facts["list"] else words.say("answer_no_text")
    if kind == "look":
        return facts["look_only"]
    if kind in ("general", "summary", "moment", "when"):
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


def next_steps(draft: Draft, words: Wording, done: int = 0) -> str:
    """Two sensible things to say next for this film: what it lacks, then how to get it. done: edits so far, which
    turns the suggestions round."""
    lacking = [key for key, there in (("title", texts(draft, "title")), ("music", sounds(draft, "music"))) if not there]
    pool = [*lacking, *_extras(draft)]
    first = 2 * done % len(pool) if pool else 0
    chosen = [*pool[first:], *pool[:first]]
    if done > 2 and done % 2:
        chosen.insert(1, "send")
    chosen += ["send", "timeline"]
    values = {"seconds": _other_length(draft.duration_ms / 1000), "n": len(pictures(draft))}
    return words.next_steps(list(dict.fromkeys(chosen)), **values)


def _extras(draft: Draft) -> list[str]:
    """What could still be done to a film that has the essentials, and is not there yet."""
    segments, meta = pictures(draft), draft.meta
    music = sounds(draft, "music")
    ends_with_words = any(
        (text.meta.start_ms or 0) + text.duration_ms >= draft.duration_ms and (text.meta.start_ms or 0) > 0
        for text in texts(draft, "title")
    )
    possible = {
        "look": not meta.look,
        "fade": not meta.fade_out_ms,
        "order": len(segments) > 2,
        "beat": len(segments) > 2 and bool(music) and bool(music[0].meta.mood) and not meta.on_beat,
        "credits": not ends_with_words,
        "captions": len(segments) > 1 and not texts(draft, "caption"),
        "length": True,
    }
    return [key for key, fits in possible.items() if fits]


def _other_length(seconds: float) -> int:
    return next((choice for choice in (15, 30, 60) if choice > seconds + 1), round(seconds * 1.5))
