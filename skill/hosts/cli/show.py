"""Events as markdown for people and agents: the answer first, 4 KB at most."""

from __future__ import annotations

from collections.abc import Sequence

from ...turn.events import BalanceShown, FileReady, Offer, Problem, Text, Timeline, TurnEvent
from ...turn.say import Messages

MOST_BYTES = 4096
_MEGABYTE = 1_000_000
_FULL_WIDTH = ("。", "！", "？", "：")


def paragraph(event: TurnEvent, say: Messages) -> str:
    """One event as a paragraph; "" for those that are not part of an answer."""
    if isinstance(event, Text | Timeline | BalanceShown | Offer):
        return event.text.strip()
    if isinstance(event, FileReady):
        size = f"{event.bytes / _MEGABYTE:.1f}"
        return say("file_line", path=_one_line(event.path), size=size)
    if isinstance(event, Problem):
        return _problem(event, say)
    return ""


def _problem(event: Problem, say: Messages) -> str:
    charged = {None: "charged_unknown", False: "", True: "charged_unknown"}[event.charged]
    told = ""
    for part in (event.message, event.advice, say(charged) if charged else ""):
        space = "" if not told or told.endswith(_FULL_WIDTH) else " "
        told += f"{space}{part.strip()}" if part.strip() else ""
    return told


def _one_line(path: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in path)


def answer(events: Sequence[TurnEvent], say: Messages, most_bytes: int = MOST_BYTES) -> str:
    """All paragraphs of a turn in order. Too much is cut where paragraphs are long: files, problems and offers stay.

    A film is named once: by the sentence that hands it over, or else by itself.
    """
    paragraphs = [(event, text) for event in events if (text := paragraph(event, say))]
    if sum(_size(text) for _, text in paragraphs) <= most_bytes:
        sentences = "\n\n".join(text for event, text in paragraphs if isinstance(event, Text))
        return "\n\n".join(
            text for event, text in paragraphs if not (isinstance(event, FileReady) and event.path in sentences)
        )
    note = say("cut_short")
    room = most_bytes - _size(note)
    room -= sum(_size(text) for event, text in paragraphs if isinstance(event, FileReady | Problem | Offer))
    kept = []
    for event, text in paragraphs:
        if isinstance(event, FileReady | Problem | Offer):
            kept.append(text)
        elif shorter := cut(text, room - 2):
            kept.append(shorter)
            room -= _size(shorter)
    return cut("\n\n".join([*kept, note]), most_bytes)


def cut(text: str, most_bytes: int) -> str:
    """The beginning of the text, at a line's end where one is near, else at a word's."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= most_bytes:
        return text
    if most_bytes < 80:
        return ""
    head = raw[: most_bytes - 4].decode("utf-8", "ignore")
    at = max(head.rfind("\n"), head.rfind(" ") if head.rfind("\n") < len(head) // 2 else -1)
    return (head[:at] if at > len(head) // 2 else head).rstrip() + " …"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace")) + 2
