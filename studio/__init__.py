"""The embedded backend: the cloud's API on this machine. Names resolve on first use, so a turn loads only its own."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import create_app
    from .model import Answer, Brief, Media, Rendered, RenderOptions
    from .platforms import platform_size
    from .render import draft_of, probe, render_film, scheduler
    from .render.errors import RenderError, RenderStopped, UnsupportedMedia
    from .shelves import Shelves, Stock
    from .transport import LocalTransport
    from .workshop import Limits, Studio

_HOME = {
    name: module
    for module, names in {
        "app": ("create_app",),
        "model": ("Answer", "Brief", "Media", "RenderOptions", "Rendered"),
        "platforms": ("platform_size",),
        "render": ("draft_of", "probe", "render_film", "scheduler"),
        "render.errors": ("RenderError", "RenderStopped", "UnsupportedMedia"),
        "shelves": ("Shelves", "Stock"),
        "transport": ("LocalTransport",),
        "workshop": ("Limits", "Studio"),
    }.items()
    for name in names
}

__all__ = [
    "Answer",
    "Brief",
    "Limits",
    "LocalTransport",
    "Media",
    "RenderError",
    "RenderOptions",
    "RenderStopped",
    "Rendered",
    "Shelves",
    "Stock",
    "Studio",
    "UnsupportedMedia",
    "create_app",
    "draft_of",
    "platform_size",
    "probe",
    "render_film",
    "scheduler",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
