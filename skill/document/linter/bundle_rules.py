"""Rules about the folder a registry would publish. Source: ClawHub's limits for a bundle."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..plan import Finding
from .subject import Subject

_MAX_FILE = 10 * 2**20
_MAX_BUNDLE = 50 * 2**20
_MAX_ENTRIES = 20_000


def check(subject: Subject) -> Iterator[Finding]:
    """Files that are too large, and a folder that is; hidden paths and links are not published."""
    if subject.folder is None:
        return
    total = 0
    for path, size in _published(subject.folder):
        total += size
        if size > _MAX_FILE:
            name = path.relative_to(subject.folder).as_posix()
            yield Finding("file-too-large", "error", None, f"{name} has {size / 2**20:.1f} MiB.")
    if total > _MAX_BUNDLE:
        yield Finding("bundle-too-large", "error", None, f"The folder has {total / 2**20:.1f} MiB.")


def _published(folder: Path) -> Iterator[tuple[Path, int]]:
    count = 0
    for root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            path = Path(root) / name
            count += 1
            if name.startswith(".") or path.is_symlink() or count > _MAX_ENTRIES:
                continue
            yield path, path.stat().st_size
