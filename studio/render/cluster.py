"""Parts drawn by a Dask cluster: the same work, handed to whichever machine is free."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, cast

from .errors import RenderError

_ANSWERS_WITHIN_S = 5


@contextmanager
def scheduler(address: str) -> Iterator[Executor]:
    """An executor on the cluster behind a scheduler's address, such as tcp://10.0.0.5:8786.

    Its workers need this package and must see the films' folder and the photos under the same paths.
    Raises RenderError where `distributed` is missing or nobody answers.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError as exc:
        raise RenderError('A cluster needs one more package: pip install "skillturn[dask]".') from exc
    try:
        client: Any = cast(Any, Client)(address, timeout=_ANSWERS_WITHIN_S, set_as_default=False)
    except (OSError, ValueError) as exc:
        raise RenderError(f"No scheduler answers at {address} ({exc}). Start one with: dask scheduler") from exc
    with client:
        yield client.get_executor(retries=1)
