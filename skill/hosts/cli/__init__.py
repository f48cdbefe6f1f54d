"""The command line. `main` resolves on first use, because importing a host must cost nothing."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .entry import main

__all__ = ["main"]


def __getattr__(name: str) -> object:
    if name != "main":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .entry import main  # noqa: PLC0415 - see above

    return main
