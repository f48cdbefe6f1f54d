"""Whether the process that holds something is alive: a lock the kernel drops when its holder dies, however it dies.

Process ids would not do: agent hosts run each command in a process namespace of its own.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LONGEST_WAIT_S = 10.0

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int, *, exclusive: bool) -> None:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)


def hold(path: Path) -> tuple[int, bool]:
    """Lock a new file for as long as this process lives or until the descriptor is closed.

    Returns the descriptor and whether it is locked: some file systems know no locks, and then only time tells.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(descriptor, exclusive=True)
    except OSError:
        return descriptor, False
    return descriptor, True


def held(path: Path) -> bool:
    """Whether a living process holds the lock."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _lock(descriptor, exclusive=False)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock for a few statements, after whoever holds it now; where there are no locks, do without."""
    until = time.monotonic() + _LONGEST_WAIT_S
    descriptor, locked = hold(path)
    while not locked and time.monotonic() < until and held(path):
        os.close(descriptor)
        time.sleep(0.05)
        descriptor, locked = hold(path)
    try:
        yield
    finally:
        os.close(descriptor)  # the file stays: removing it would let two in, one on each of its inodes
