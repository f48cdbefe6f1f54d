"""What may be lost is kept only as long as there is room for it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def keep_within(paths: Iterable[Path], most_bytes: int) -> None:
    """Delete those files that were used longest ago, until the rest is small enough; folders among them stay."""
    known = []
    for path in paths:
        try:
            facts = path.stat()
        except OSError:
            continue  # another process was quicker
        if path.is_file():
            known.append((facts.st_mtime, facts.st_size, path))
    total = 0
    for _, size, path in sorted(known, reverse=True):
        total += size
        if total > most_bytes:
            path.unlink(missing_ok=True)
