"""How many words a turn may have, for every door alike."""

from __future__ import annotations

from api import MOST_MESSAGE_CHARS


def too_long(words: str, *, cut: bool = False) -> str | None:
    """Why these are more words than a backend takes, None when they are not. cut: there are more than these."""
    if not cut and len(words) <= MOST_MESSAGE_CHARS:
        return None
    count = f"more than {MOST_MESSAGE_CHARS:,}" if cut else f"{len(words):,}"
    return (
        f"These words are {count} characters long, and {MOST_MESSAGE_CHARS:,} are the most. "
        "Say it in fewer words, or in several turns; nothing was sent."
    )
