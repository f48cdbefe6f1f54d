""" "Remove it", said of what the message before was about."""

from __future__ import annotations

from ..clauses import Clause
from ..edits import Edit, RemoveSound, RemoveText, texts
from ..edits.tracks import TextRole
from ..scene import Scene

_ROLES: tuple[TextRole, ...] = ("title", "caption")


def read_gone(clause: Clause, scene: Scene) -> list[Edit]:
    """What a bare "remove it" takes away: the words, the music or the voice just spoken of."""
    if not clause.only_removes:
        return []
    if clause.after == "text":
        present = [role for role in _ROLES if texts(scene.draft, role)]
        return [RemoveText(role) for role in present[:1]]
    if clause.after in ("sound", "voice"):
        return [RemoveSound("music" if clause.after == "sound" else "voice")]
    return []
