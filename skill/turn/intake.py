"""A host's call becomes a turn: recognised when it is a retry, pinned with all it needs, or a wish to stop."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from router import classify, fold

from .events import Progress, TurnRequest
from .journal import Journal, Turn
from .say import Messages, words
from .settings import Settings

if TYPE_CHECKING:
    from ..document.plan import SkillPlan

LOOKS = frozenset({"credits", "status"})
"""What only looks, and so may run beside a turn at work."""


def take_in(
    journal: Journal, request: TurnRequest, settings: Settings, home: Path, *, again: bool = False
) -> tuple[Turn, bool]:
    """Queue the request with the bytes of its files and its document, or find the turn it repeats.

    Returns the turn and whether it is new. again: run it even if the same words and files run already.
    Raises OSError for a file or a disk that refuses; nothing of the request is kept then.
    """
    from .pinned import drop_files, drop_token, keep_document, keep_files, to_json  # noqa: PLC0415 - when queued

    turn_id = os.urandom(8).hex()
    folder = files_folder(journal, turn_id)
    body: dict[str, Any] = {}
    new = False
    try:
        kept, digest = keep_files(request, folder)
        body = to_json(kept, settings, home, turn_id, keep_document(request.skill_dir, folder))
        turn, new = journal.add(turn_id, body, digest, again=again)
        return turn, new
    finally:
        if not new:
            drop_token(body)
            drop_files(folder)


def files_folder(journal: Journal, turn_id: str) -> Path:
    """Where the files of one turn are kept until it has ended."""
    assert journal.path is not None, "a turn that may run elsewhere needs a journal on disk"
    return journal.path.with_suffix(".files") / turn_id


def running_turn(journal: Journal) -> Turn | None:
    """The turn at work, or else the first that waits; a film that is made beside it comes second."""
    return min(journal.unfinished(), key=lambda turn: (turn.state != "running", turn.released, turn.seq), default=None)


def means_stop(text: str) -> bool:
    """Whether the words are nothing but a wish to stop what is running."""
    said = fold(text).strip(" .!?。！？~…")
    return said in {fold(word) for word in words("stop")}


def answers_beside(request: TurnRequest, plan: SkillPlan) -> bool:
    """Whether the turn only looks (balance, state), so that it needs no place in the queue and no worker."""
    if not plan.runnable:
        return True  # it says why, and no more
    if request.files or request.urls:
        return False
    intents = classify(request.text, plan.routing)
    return bool(intents) and all(intent.action in LOOKS for intent in intents)


def short_words(turn: Turn, say: Messages, most: int = 60) -> str:
    """The turn's words as they are quoted back to the user."""
    text = " ".join(turn.request["text"].split())
    if not text:
        names = [Path(path).name for path in turn.request["files"]] or list(turn.request["urls"])
        return say.listed(names, most=3)
    return text if len(text) <= most else text[: most - 1] + "…"


def progress_words(journal: Journal, turn: Turn, say: Messages) -> str:
    """How far a turn is, as a part of a sentence; "" when it has said nothing."""
    progress = last_progress([event for _, event in journal.events(turn.id)])
    if progress is None:
        return ""
    text = progress.text.rstrip(" .…")
    if progress.fraction is None:
        return say("still_progress_unknown", text=text)
    return say("still_progress", text=text, percent=round(progress.fraction * 100))


def last_progress(events: Sequence[object]) -> Progress | None:
    """The newest progress among a turn's events."""
    return next((event for event in reversed(events) if isinstance(event, Progress)), None)
