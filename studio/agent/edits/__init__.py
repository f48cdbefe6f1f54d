"""Typed edits: frozen values, each a pure function from one draft to the next."""

from .clips import AddClips, BringBack, DuplicateClip, MoveClip, OrderClips, RemoveClips, ReplaceClip, SwapClips
from .film import SetFade, SetLook, SetLoop, SetMotion, SetRate, SetShape, SetTransition
from .follow import followed
from .sound import AddMusic, AddVoice, ChangeSound, RemoveSound, SetVolume
from .texts import AddText, ChangeText, RemoveText, When
from .timing import LEAST_MS, TEMPOS, SetClipTime, SetLength, SetPace, least_length
from .tracks import Edit, intervals, length, overlap, pictures, rate, sounds, texts

__all__ = [
    "LEAST_MS",
    "TEMPOS",
    "AddClips",
    "AddMusic",
    "AddText",
    "AddVoice",
    "BringBack",
    "ChangeSound",
    "ChangeText",
    "DuplicateClip",
    "Edit",
    "MoveClip",
    "OrderClips",
    "RemoveClips",
    "RemoveSound",
    "RemoveText",
    "ReplaceClip",
    "SetClipTime",
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
    "SwapClips",
    "When",
    "followed",
    "intervals",
    "least_length",
    "length",
    "overlap",
    "pictures",
    "rate",
    "sounds",
    "texts",
]
