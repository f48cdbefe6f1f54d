"""Typed edits: frozen values, each a pure function from one draft to the next."""

from .beats import CutOnBeats
from .clips import AddClips, BringBack, DuplicateClip, MoveClip, OrderClips, RemoveClips, ReplaceClip, Source, SwapClips
from .film import SetFade, SetLook, SetLoop, SetMotion, SetRate, SetShape, SetTransition, shortened
from .follow import followed
from .sound import (
    AddMusic,
    AddRecording,
    AddVoice,
    ChangeSound,
    ChangeVoice,
    RemoveSound,
    SetClipVolume,
    SetVolume,
    reading_ms,
)
from .texts import AddText, ChangeText, RemoveText, When
from .timing import LEAST_MS, TEMPOS, SetClipTime, SetLength, SetPace, least_length, own_times
from .tracks import Edit, intervals, is_clip, length, overlap, pictures, rate, sounds, texts
from .trim import TrimFilm

__all__ = [
    "LEAST_MS",
    "TEMPOS",
    "AddClips",
    "AddMusic",
    "AddRecording",
    "AddText",
    "AddVoice",
    "BringBack",
    "ChangeSound",
    "ChangeText",
    "ChangeVoice",
    "CutOnBeats",
    "DuplicateClip",
    "Edit",
    "MoveClip",
    "OrderClips",
    "RemoveClips",
    "RemoveSound",
    "RemoveText",
    "ReplaceClip",
    "SetClipTime",
    "SetClipVolume",
    "SetFade",
    "SetLength",
    "SetLook",
    "SetLoop",
    "SetMotion",
    "SetPace",
    "SetRate",
    "SetShape",
    "SetTransition",
    "SetVolume",
    "Source",
    "SwapClips",
    "TrimFilm",
    "When",
    "followed",
    "intervals",
    "is_clip",
    "least_length",
    "length",
    "overlap",
    "own_times",
    "pictures",
    "rate",
    "reading_ms",
    "shortened",
    "sounds",
    "texts",
]
