"""A turn with everything it needs to run later, elsewhere, after its caller and its caller's files are gone."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..document.load import DocumentError, document_path, read_document
from ..value import value
from .events import TurnRequest
from .home import private_folder, write_private
from .settings import Settings

_CHUNK_BYTES = 1 << 20
_COPY_LIMIT_BYTES = 256 << 20
_SETTINGS = ("api_url", "web_url", "client_id", "skill_source", "backend", "log")


@value
class PinnedTurn:
    """A request and the settings it was made under.

    document: the SKILL.md as it was when the turn was taken in; None reads it where it stands.
    """

    request: TurnRequest
    settings: Settings
    document: Path | None = None


def keep_files(request: TurnRequest, folder: Path) -> tuple[TurnRequest, str]:
    """Copy the request's files into `folder`, which is made; returns the request on the copies, and its digest.

    The digest tells words and file contents, so that a caller who tries again is recognised.
    Raises OSError when a file cannot be read or the disk is full.
    """
    kept, marks = [], []
    for number, path in enumerate(request.files):
        target = private_folder(folder / str(number)) / path.name
        marks.append(_keep(path, target))
        kept.append(target)
    told = json.dumps([request.text.strip(), marks, request.urls], ensure_ascii=False)
    digest = sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
    return replace(request, files=tuple(kept), origins=request.origins or request.files), digest


def keep_document(skill_dir: Path, folder: Path) -> Path | None:
    """A copy of the SKILL.md for a turn that may have to wait. None when it cannot be read: the turn will say so."""
    try:
        source = document_path(skill_dir)
        target = private_folder(folder / "skill") / source.name
        target.write_bytes(read_document(source))
    except DocumentError:
        return None
    return target


def _keep(path: Path, target: Path) -> str:
    """Copy (or link, where copying would take long) and return the sha256 of what was kept."""
    if path.stat().st_size > _COPY_LIMIT_BYTES:
        try:
            os.link(path, target)
            return _digest(target)
        except OSError:
            pass  # another disk: copy after all
    seen = sha256()
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with path.open("rb") as source, os.fdopen(descriptor, "wb") as copy:
        while chunk := source.read(_CHUNK_BYTES):
            seen.update(chunk)
            copy.write(chunk)
    return seen.hexdigest()


def _digest(path: Path) -> str:
    seen = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            seen.update(chunk)
    return seen.hexdigest()


def drop_files(folder: Path) -> None:
    """Remove what keep_files kept. A file that cannot be removed is left for `forget`."""
    import shutil  # noqa: PLC0415 - start-up: most turns bring no files

    shutil.rmtree(folder, ignore_errors=True)


def to_json(
    request: TurnRequest, settings: Settings, home: Path, turn_id: str, document: Path | None = None
) -> dict[str, Any]:
    """What the journal keeps. A token stays out of it: it goes to a file of its own until the turn has ended."""
    return {
        "text": request.text,
        "files": [str(path) for path in request.files],
        "origins": [str(path) for path in request.origins],
        "urls": list(request.urls),
        "output_dir": str(request.output_dir),
        "skill_dir": str(request.skill_dir),
        "document": str(document) if document else None,
        "backend": request.backend,
        "settings": {name: getattr(settings, name) for name in _SETTINGS},
        "home": str(home),
        "token_key": _keep_token(settings.token, home, turn_id) if settings.token else None,
    }


def from_json(body: Mapping[str, Any]) -> PinnedTurn:
    """What to_json kept. A token whose file is gone is None, and the backend will ask for one."""
    home = Path(body["home"])
    token = _kept_token(body["token_key"], home) if body["token_key"] else None
    request = TurnRequest(
        text=body["text"],
        files=tuple(map(Path, body["files"])),
        urls=tuple(body["urls"]),
        output_dir=Path(body["output_dir"]),
        skill_dir=Path(body["skill_dir"]),
        backend=body["backend"],
        origins=tuple(map(Path, body.get("origins", ()))),
    )
    document = Path(body["document"]) if body.get("document") else None
    return PinnedTurn(request, Settings(token=token, home=home, **body["settings"]), document)


def _keep_token(token: str, home: Path, turn_id: str) -> str:
    write_private(private_folder(home / "keys") / turn_id, token)
    return turn_id


def _kept_token(key: str, home: Path) -> str | None:
    try:
        return (home / "keys" / key).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def drop_token(body: Mapping[str, Any]) -> None:
    """Forget the token of a turn that has ended."""
    if body.get("token_key"):
        (Path(body["home"]) / "keys" / body["token_key"]).unlink(missing_ok=True)
