"""Music, its volume and its fades."""

from __future__ import annotations

from ..clauses import Clause
from ..edits import (
    AddMusic,
    ChangeSound,
    CutOnBeats,
    Edit,
    RemoveSound,
    SetClipVolume,
    SetVolume,
    pictures,
    sounds,
)
from ..scene import Scene, Unclear
from ..songs import named_song
from .earlier import read_earlier_music
from .level import FACTORS, factor_of, level_of

_FADE_MS = 3000
_FAST_MS = 2200  # photos shorter than this ask for livelier music
_BACK_ON, _LOW = 0.6, 0.3


def read_sound(clause: Clause, scene: Scene) -> list[Edit]:
    """The sound edits a clause asks for."""
    of_voice = clause.after == "voice" and not clause.has("music", "own", "music_only", "mood", "add")
    if clause.has("voice") or of_voice or not _about_music(clause, scene):
        return []
    if earlier := read_earlier_music(clause, scene):
        return earlier
    if named_song(clause) and not sounds(scene.draft, "music"):
        return [_chosen(clause, scene, level_of(clause))]
    present = bool(sounds(scene.draft, "music"))
    level = level_of(clause)
    announced = clause.after == "sound" and not clause.has("music", "own", "music_only", "mood")
    if not present and announced and (quiet := _at_once(clause, level)):
        return quiet
    if clause.has("leave") and clause.value("more") not in FACTORS:
        return []
    if clause.has("unmute"):
        return _back_on(clause, scene, level, present=present)
    off = clause.does("remove", "negate", "dont") and not clause.has("own", "mood", "music_only")
    if off and not clause.has("fade"):
        return _silence(clause, scene)
    if clause.has("fade") and not clause.has("mood", "music_only", "own") and present and not clause.has("add"):
        return _fades(clause)
    if clause.value("more") in FACTORS and (level is None or _relative(clause)):
        return [ChangeSound(factor=factor_of(clause, level))] if present else _begun_quietly(clause, scene)
    fresh = clause.has("mood", "music_only", "own") or _file(clause, scene) or not present
    if not present and clause.has("fade") and not _says_which(clause):
        return [_chosen(clause, scene, level), *_fades(clause)]
    wants = clause.has("add", "music", "own", "music_only", "mood") or bool(_file(clause, scene))
    if present and not fresh:
        return _adjusted(clause, scene, level)
    if not wants or (level == 0 and not present):
        return []
    return [_chosen(clause, scene, level)]


def _back_on(clause: Clause, scene: Scene, level: float | None, *, present: bool) -> list[Edit]:
    """Music again after it was off: at the level named, softly where that is said."""
    wanted = _LOW if level is None and clause.value("more") == "quieter" else level
    return [SetVolume(wanted or _BACK_ON)] if present else [_chosen(clause, scene, wanted)]


def _begun_quietly(clause: Clause, scene: Scene) -> list[Edit]:
    """Quiet music for the film that is just begun. Raises Unclear where a film without music is to be quieter."""
    named = clause.has("music", "music_only", "own", "mood") and not clause.has("complaint")
    if not named or scene.history:
        raise Unclear("answer_no_music")
    return [_chosen(clause, scene, _LOW if clause.value("more") in ("quieter", "smaller") else None)]


def _at_once(clause: Clause, level: float | None) -> list[Edit]:
    """How loud the music shall be, and how it fades, that the same message asks for."""
    if level is not None:
        return [SetVolume(level)]
    if clause.value("more") in FACTORS:
        return [ChangeSound(factor=factor_of(clause, None))]
    return _fades(clause) if clause.has("fade") else []


def read_clip_sound(clause: Clause, scene: Scene) -> list[Edit]:
    """How loud the video clips' own sound is."""
    muted = clause.value("volume_word") == "0"
    bare = muted and not clause.has("music", "own", "music_only", "clip_sound")
    meant = clause.has("clip_sound") or (clause.after == "clip_sound" and not clause.topics - {"sound"})
    if not meant and not (bare and scene.clips):
        return []
    if not scene.clips:
        raise Unclear("no_clip_sound")
    picks = scene.said(clause)
    clips = scene.positions(picks) if picks else None
    more = clause.take("more") if clause.value("more") in FACTORS else None
    if muted or (clause.does("remove", "negate", "dont") and more is None):
        if not (bare and sounds(scene.draft, "music")):
            clause.take("volume_word")
        return [SetClipVolume(0.0, clips)]
    share, word = clause.take("share"), clause.take("volume_word")
    if share is not None:
        return [SetClipVolume(min(1.0, share.number("share")), clips)]
    if more is not None:
        return [SetClipVolume(clips=clips, factor=FACTORS[more.text("more")])]
    return [SetClipVolume(word.number("volume_word") if word is not None else 1.0, clips)]


def read_beats(clause: Clause, scene: Scene) -> list[Edit]:
    """Pictures that change with the music."""
    if not clause.has("beat") or clause.has("quote", "title", "caption") or clause.does("remove", "negate", "dont"):
        return []
    if any(sound.meta.source for sound in sounds(scene.draft, "music")):
        raise Unclear("beat_of_own_music")
    return [CutOnBeats()]


def _about_music(clause: Clause, scene: Scene) -> bool:
    if clause.after in ("clip_sound", "text") and not clause.has(
        "music", "own", "music_only", "volume", "volume_word", "mood"
    ):
        return False
    if clause.has("music", "own", "music_only", "volume", "volume_word", "unmute"):
        written = clause.has("title", "caption", "quote") and not named_song(clause)
        return not (written and not clause.has("volume", "music_only", "own"))
    if clause.value("more") in ("louder", "quieter"):
        return not clause.has("look", "look_noun")
    if _file(clause, scene):
        return True
    bare = not clause.topics
    if clause.has("mood") and (clause.has("underneath") or _only_mood(clause)):
        return True
    if clause.after == "sound" and clause.has("fade") and clause.has("it", "tail", "head"):
        return True
    lone = clause.has("share") and not clause.has("more") and bool(sounds(scene.draft, "music"))
    return bare and ((clause.after == "sound" and clause.has("share", "mood")) or lone)


def _says_which(clause: Clause) -> bool:
    """Whether a clause says which music."""
    return clause.has("mood", "music_only", "own")


def _only_mood(clause: Clause) -> bool:
    """Whether a clause says nothing but what music is like: "for Instagram, upbeat"."""
    doing = ("add", "use", "move", "change", "create", "article") if clause.has("style") else ()
    own = [tag for tag in clause.tags if not any(kind in tag for kind in ("skip", "degree", *doing))]
    moods = [
        tag for tag in own if "mood" in tag and not ("pace" in tag or "look" in tag or "slow" in tag or "more" in tag)
    ]
    return bool(own) and len(moods) == len(own)


def _file(clause: Clause, scene: Scene) -> str:
    """The name of a sound file the clause names."""
    names = {item.name for item in scene.audio}
    return next((pick.name for pick in clause.picks if pick.kind == "name" and pick.name in names), "")


def _silence(clause: Clause, scene: Scene) -> list[Edit]:
    if sounds(scene.draft, "music"):
        return [RemoveSound("music")]
    if clause.has("remove"):
        raise Unclear("nothing_there", thing="music")
    return []


def _relative(clause: Clause) -> bool:
    """Whether a percentage is a step ("10% louder", "by 20%") and not a level ("down to 20%")."""
    share = next((tag for tag in clause.tags if "share" in tag), None)
    more = next((tag for tag in clause.tags if "more" in tag), None)
    first = share is not None and more is not None and share.start < more.start
    return clause.has("by") or (first and not clause.has("to"))


def _fades(clause: Clause) -> list[Edit]:
    span = clause.take("duration") or clause.take("tail") or clause.take("head")
    ms = _FADE_MS
    if span is not None:
        ms = round(next(span.number(concept) for concept in ("duration", "tail", "head") if concept in span))
    elif clause.after == "sound" and (last := next((p for p in clause.picks if p.kind in ("tail", "head")), None)):
        ms = last.value * 1000  # fade it out over the last three
    if clause.does("remove", "negate", "dont"):
        ms = 0
    side = clause.value("fade")
    return [
        ChangeSound(
            fade_in_ms=ms if side in ("in", "both") else None,
            fade_out_ms=ms if side in ("out", "both", "any") else None,
        )
    ]


def _adjusted(clause: Clause, scene: Scene, level: float | None) -> list[Edit]:
    """Changes of the music that is there."""
    if level is not None:
        return [SetVolume(level)]
    point = clause.take("point")
    if point is not None:
        at, own = round(point.number("point")), sounds(scene.draft, "music")[0].meta.source
        into_file = bool(own) and (at >= scene.draft.duration_ms or (clause.has("use") and not clause.has("starting")))
        return [ChangeSound(from_ms=at) if into_file else ChangeSound(start_ms=at)]
    if clause.does("change", "swap", "replace") or clause.has("again") or named_song(clause):
        return [_another(scene)]
    if clause.has("add") and clause.has("music"):
        return [_chosen(clause, scene, level)] if scene.audio else []
    return []


def _another(scene: Scene) -> AddMusic:
    """Other music than now: the next mood in turn."""
    order = ("calm", "upbeat", "lo-fi", "cinematic", "happy", "ambient", "corporate", "dramatic")
    now = sounds(scene.draft, "music")[0].meta.mood
    return AddMusic(mood=order[(order.index(now) + 1) % len(order)] if now in order else order[0])


def _chosen(clause: Clause, scene: Scene, level: float | None) -> AddMusic:
    """The music a clause names, or what suits: the user's own file where there is one, else by the film's pace."""
    named = _file(clause, scene)
    skipped = clause.take("head") if clause.has("remove") else None
    if skipped is None and (clause.has("own") or named) and (clause.does("use") or not clause.has("starting")):
        skipped = clause.take("point")
    offset = round(skipped.number("head") or skipped.number("point")) if skipped is not None else None
    point = clause.take("point")
    start = round(point.number("point")) if point is not None else 0
    mood = clause.value("music_only") or clause.value("mood")
    if clause.has("own") and not scene.audio and not mood:
        raise Unclear("no_audio_file")
    if scene.audio and (named or clause.has("own") or not mood):
        item = next((file for file in scene.audio if file.name == named), scene.audio[-1])
        return AddMusic(source=item.id, file_name=item.name, volume=level, start_ms=start, from_ms=offset)
    return AddMusic(mood=mood or usual_mood(scene), volume=level, start_ms=start)


def usual_mood(scene: Scene) -> str:
    """The mood for somebody who only said "music"."""
    times = [segment.duration_ms for segment in pictures(scene.draft)]
    return "upbeat" if times and sum(times) / len(times) < _FAST_MS else "calm"
