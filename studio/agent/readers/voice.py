"""A voice over the film: its words or a recording, when it speaks, how loud."""

from __future__ import annotations

from ..clauses import Clause
from ..edits import AddRecording, AddVoice, ChangeSound, ChangeVoice, Edit, RemoveSound, SetVolume, sounds
from ..listening import spoken_in
from ..scene import Scene, Unclear
from .level import FACTORS, factor_of, level_of

_DUCKED = 0.3
_CHANGING = ("more", "share", "volume", "volume_word", "factor", "starting", "point", "correct", "move")


def read_voice(clause: Clause, scene: Scene) -> list[Edit]:
    """The edits of the voice-over a clause asks for."""
    if not clause.has("voice") and clause.after != "voice":
        return []
    if not clause.has("voice") and (clause.topics - {"voice", "sound"} or clause.has("quote", "music", "own")):
        return []
    present = bool(sounds(scene.draft, "voice"))
    if clause.has("music") and not clause.has("quote"):
        return _music_beside(clause, scene)
    quoted = clause.has("quote") or bool(scene.text)
    if clause.does("remove", "negate", "dont") and not quoted:
        return [RemoveSound("voice")] if present else []
    if present and not quoted and clause.has(*_CHANGING):
        return _changed(clause, scene)
    return _spoken(clause, scene, present=present) if clause.has("voice") else []


def _changed(clause: Clause, scene: Scene) -> list[Edit]:
    """Louder, quieter, later: the voice that is there."""
    point = clause.take("point") or (clause.take("duration") if clause.has("starting", "from", "at") else None)
    start = None if point is None else round(point.number("point") or point.number("duration"))
    level = level_of(clause, "voice")
    if clause.value("more") in FACTORS:
        now = sounds(scene.draft, "voice")[0].meta.volume
        if FACTORS[clause.value("more")] > 1 and (now is None or now >= 1) and sounds(scene.draft, "music"):
            return [
                ChangeSound(factor=1 / factor_of(clause, level))
            ]  # a voice that is at its loudest gains by contrast
        return [ChangeVoice(factor=factor_of(clause, level), start_ms=start)]
    return [ChangeVoice(volume=level, start_ms=start)] if level is not None or start is not None else []


def _music_beside(clause: Clause, scene: Scene) -> list[Edit]:
    """Music and voice in one clause, without words for the voice: only how loud the music is beside it."""
    quieter = clause.value("more") in ("quieter", "smaller") or clause.has("volume_word")
    return [SetVolume(_DUCKED)] if quieter and sounds(scene.draft, "music") else []


def _spoken(clause: Clause, scene: Scene, *, present: bool) -> list[Edit]:
    quote = clause.take("quote")
    text = scene.text or (quote.text("quote") if quote is not None else "")
    point = clause.take("point")
    start = round(point.number("point")) if point is not None else 0
    if text:
        return [AddVoice(text, start, spoken_in(text, scene.language))]
    named = next((p.name for p in clause.picks if p.name in {item.name for item in scene.audio}), "")
    if named or (scene.audio and not sounds(scene.draft, "music")):  # else the one recording is the music
        item = next((file for file in scene.audio if file.name == named), scene.audio[-1])
        return [AddRecording(item.id, item.name, item.duration_ms or scene.draft.duration_ms, start)]
    if present and not clause.has("add", "change", "replace", "use", "create"):
        return []
    raise Unclear("which_script", "text")
