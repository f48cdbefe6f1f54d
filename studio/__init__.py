"""The embedded backend: the cloud's API on this machine. Names resolve on first use; a turn loads only what it needs."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .app import Studio, create_app
    from .model import (
        Answer,
        Brief,
        Media,
        Rendered,
        RenderError,
        RenderOptions,
        RenderStopped,
        UnsupportedMedia,
    )
    from .transport import LocalTransport

_HOME = {
    name: module
    for module, names in {
        "app": ("Studio", "create_app"),
        "model": (
            "Answer",
            "Brief",
            "Media",
            "RenderError",
            "RenderOptions",
            "RenderStopped",
            "Rendered",
            "UnsupportedMedia",
        ),
        "transport": ("LocalTransport",),
    }.items()
    for name in names
}

__all__ = [
    "Answer",
    "Brief",
    "LocalTransport",
    "Media",
    "RenderError",
    "RenderOptions",
    "RenderStopped",
    "Rendered",
    "Studio",
    "UnsupportedMedia",
    "create_app",
]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
