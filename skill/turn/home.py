"""Where state lives on this machine: one private folder, one journal file per conversation."""

from __future__ import annotations

import os
import re
from hashlib import sha256
from pathlib import Path

from .settings import Settings

_UNSAFE = re.compile(r"[^\w.-]+")


class HomeError(OSError):
    """There is no place to keep state; the message says what to do."""


def state_home(settings: Settings, workspace: Path) -> Path:
    """The state folder, made if need be, 0700.

    SKILLTURN_HOME when given; else the platform's user-state folder, the workspace, a temporary folder: the first
    that can be written. Never a folder that holds a SKILL.md, because hosts fingerprint skill folders.
    Raises HomeError when none can, or when the given one cannot.
    """
    if settings.home is not None:
        home = settings.home.expanduser().absolute()
        if not _writable(home):
            raise HomeError(f"SKILLTURN_HOME is {home}, which cannot be written; name a folder that can.")
        return home
    for home in _candidates(workspace):
        if _writable(home):
            return home
    import tempfile  # noqa: PLC0415 - start-up: the last resort loads compressors and random numbers

    home = Path(tempfile.gettempdir()) / f"skillturn-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
    if _writable(home):
        return home
    raise HomeError("There is no folder to keep state in; set SKILLTURN_HOME to one that can be written.")


def _candidates(workspace: Path) -> list[Path]:
    import platformdirs  # noqa: PLC0415 - start-up: not needed when SKILLTURN_HOME says where

    found = [platformdirs.user_state_path("skillturn", appauthor=False)]
    if not (workspace / "SKILL.md").exists():
        found.append(workspace / ".skillturn")
    return found


def _writable(home: Path) -> bool:
    """Whether a file can really be made there: sandboxes refuse what the permission bits allow."""
    probe = home / f".probe-{os.getpid()}"
    try:
        private_folder(home)
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError:
        return False
    # in a shared temporary folder another user may have been there first
    return not hasattr(os, "getuid") or home.stat().st_uid == os.getuid()


def private_folder(folder: Path) -> Path:
    """The folder, made with its parents if need be; what is made here only its owner may enter."""
    if not folder.is_dir():
        private_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)  # mkdir's mode is cut by the umask
    return folder


def safe_stem(name: str) -> str:
    """A file name for a conversation: readable, and different for different names however alike they look."""
    readable = _UNSAFE.sub("-", Path(name).name).strip("-.")[:40] or "conversation"
    return f"{readable}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def conversations_folder(home: Path) -> Path:
    """The folder of all journals."""
    return private_folder(home / "conversations")


def plans_folder(home: Path) -> Path:
    """Where compiled plans are kept."""
    return home / "plans"


def conversation_file(home: Path, name: str) -> Path:
    """Where the journal of the conversation called `name` lives."""
    return conversations_folder(home) / f"{safe_stem(name)}.sqlite"


def current_conversation(home: Path, workspace: Path) -> str:
    """The conversation that belongs to a working directory: its own path, or the one `--new` began there last."""
    try:
        return _pointer(home, workspace).read_text(encoding="utf-8").strip() or str(workspace)
    except FileNotFoundError:
        return str(workspace)


def begin_conversation(home: Path, workspace: Path) -> str:
    """Give the working directory a new conversation; the earlier ones stay."""
    number = 2
    while conversation_file(home, name := f"{workspace}#{number}").exists():
        number += 1
    write_private(_pointer(home, workspace), name)
    return name


def _pointer(home: Path, workspace: Path) -> Path:
    return conversations_folder(home) / f"{safe_stem(str(workspace))}.current"


def write_private(path: Path, text: str) -> None:
    """Write a small file that only its owner may read, at once: readers see the old one or the new one."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    beside.replace(path)
