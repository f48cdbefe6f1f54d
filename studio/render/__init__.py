"""Draft to film. Names resolve on first use, because codecs and pixels are heavy to load."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .assemble import draft_of
    from .errors import RenderError, RenderStopped, UnsupportedMedia
    from .film import render_film
    from .sniff import probe
    from .still import render_still

_HOME = {
    "RenderError": "errors",
    "RenderStopped": "errors",
    "UnsupportedMedia": "errors",
    "draft_of": "assemble",
    "probe": "sniff",
    "render_film": "film",
    "render_still": "still",
}

__all__ = [
    "RenderError",
    "RenderStopped",
    "UnsupportedMedia",
    "draft_of",
    "probe",
    "render_film",
    "render_still",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
