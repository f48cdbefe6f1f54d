""" "Remove it", said of what the message before was about."""

from __future__ import annotations

from ..clauses import Clause
from ..edits import Edit, RemoveClips, RemoveSound, RemoveText, texts
from ..edits.tracks import TextRole
from ..scene import Scene, Unclear

_ROLES: tuple[TextRole, ...] = ("title", "caption")


def read_gone(clause: Clause, scene: Scene) -> list[Edit]:
    """What a bare "remove it" takes away: the words, the music or the voice just spoken of."""
    if not clause.only_removes:
        return []
    if not clause.after and (clause.named or clause.stranger):
        return _photos(clause, scene)
    if clause.after == "text":
        present = [role for role in _ROLES if texts(scene.draft, role)]
        return [RemoveText(role) for role in present[:1]]
    if clause.after in ("sound", "voice"):
        return [RemoveSound("music" if clause.after == "sound" else "voice")]
    return []


def _photos(clause: Clause, scene: Scene) -> list[Edit]:
    """The photo that the same message spoke of: I don't like the dog one, take it out."""
    if not clause.named:
        raise Unclear("which_photo", "clips", word=clause.stranger.strip())
    return [RemoveClips(scene.positions(clause.named[-1:]))]
