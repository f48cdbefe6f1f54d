"""Whether a folder reaches this machine over a network: there, SQLite cannot share memory between a file's users."""

from __future__ import annotations

import os
from pathlib import Path

_NETWORKED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "lustre", "gpfs", "glusterfs", "virtiofs", "ncpfs"}
)
_MOUNTS = Path("/proc/self/mountinfo")


def networked(path: Path) -> str | None:
    """The kind of file system a path is on ("nfs4"), None where it is a disk of this machine or nobody can tell."""
    try:
        device = path.stat().st_dev
        if os.major(device):  # a disk has a number of its own; what comes over a network never has
            return None
        return kind_in(_MOUNTS.read_text(encoding="utf-8", errors="replace"), device)
    except (OSError, AttributeError):  # not Linux
        return None


def kind_in(mounts: str, device: int) -> str | None:
    """The networked kind that a mount table gives for a device. Source: proc(5), mountinfo."""
    number = f"{os.major(device)}:{os.minor(device)}"
    for line in mounts.splitlines():
        about, _, kind = line.partition(" - ")
        if about.split(" ")[2:3] == [number]:
            name = kind.split(" ")[0]
            plain = name.removeprefix("fuse.")
            return name if plain in _NETWORKED or plain in ("sshfs", "rclone", "s3fs") else None
    return None
