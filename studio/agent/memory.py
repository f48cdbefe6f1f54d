"""What the agent remembers from one message to the next: plain JSON outside, typed inside."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from api import Draft

_STEPS = 100
_WISHES = 8
_CALLED = 200
_REQUEST = 2000  # characters of a request kept for "the same for photo 5"


@dataclass(frozen=True, slots=True)
class Memory:
    """wishes: what was asked for before there were photos. needs, about: the open question and the request it is about.
    yes: the request that a "yes" stands for. last, topic: the last request that changed something, and its subject.
    back, forward: marks of the drafts that undo and redo lead to. told: ids of new photos already mentioned.
    left_out: ids of photos that were not wanted from the beginning of the film. called: what the user calls photos that
    have no such name, each as "word=file name". script: "hant" where the user writes Traditional Chinese, "hans" where
    Simplified, "" until it is clear. spoken: the language answered in, where it was not the session's.
    """

    wishes: tuple[str, ...] = ()
    needs: str = ""
    about: str = ""
    yes: str = ""
    last: str = ""
    topic: str = ""
    back: tuple[str, ...] = ()
    forward: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    script: str = ""
    spoken: str = ""
    length_asked: bool = False

    def to_json(self) -> dict[str, Any]:
        """Only what is set, with lists for tuples."""
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items() if value}


def recalled(stored: Mapping[str, Any]) -> Memory:
    """Memory from its JSON; what does not fit is forgotten."""
    return Memory(
        wishes=_strings(stored.get("wishes"))[:_WISHES],
        needs=_string(stored.get("needs")),
        about=_string(stored.get("about")),
        yes=_string(stored.get("yes")),
        last=_string(stored.get("last")),
        topic=_string(stored.get("topic")),
        back=_strings(stored.get("back"))[-_STEPS:],
        forward=_strings(stored.get("forward"))[-_STEPS:],
        told=_strings(stored.get("told")),
        left_out=_strings(stored.get("left_out")),
        spoken=_string(stored.get("spoken"))[:8],
        script=_string(stored.get("script"))[:4],
        called=_strings(stored.get("called"))[-_CALLED:],
        length_asked=stored.get("length_asked") is True,
    )


def _string(value: object) -> str:
    return value[:_REQUEST] if isinstance(value, str) else ""


def _strings(value: object) -> tuple[str, ...]:
    return tuple(item[:_REQUEST] for item in value if isinstance(item, str)) if isinstance(value, list | tuple) else ()


def mark(draft: Draft) -> str:
    """A short name for a draft's content."""
    return hashlib.sha256(draft.model_dump_json(exclude_none=True).encode()).hexdigest()[:16]


def found(marks: str, history: Sequence[Draft]) -> Draft | None:
    """The newest draft of the history with this mark; the empty one needs no history."""
    empty = Draft()
    return next((draft for draft in (*reversed(history), empty) if mark(draft) == marks), None)
