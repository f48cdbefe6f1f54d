"""The upload call: files or addresses in, media of the session out, in the order given."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import JSONResponse

from .bodies import UploadUrls, read_body
from .fetch import fetch_media
from .refusals import BAD_REQUEST, FILE_TOO_LARGE, UNSUPPORTED_FILE, Refusal
from .render.errors import UnsupportedMedia
from .sessions import media_info
from .store import Session, StoredMedia
from .workshop import Studio, studio_of

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in. name: as the user calls it. path: where its bytes lie for now."""

    name: str
    path: Path


async def upload(request: Request) -> JSONResponse:
    """Take in media. All of a request's files are taken, or none."""
    studio = studio_of(request)
    session = await studio.session(request, request.path_params["session_id"])
    with _landing(studio) as folder:
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
            files = await _receive(request, studio, folder)
        else:
            files = await _fetch(request, studio, folder)
        stored = await to_thread.run_sync(_take_in, studio, session, files)
    infos = [media_info(item) for item in stored]
    return JSONResponse({"code": 0, "data": {"files": infos, "names": [info["name"] for info in infos]}})


async def _receive(request: Request, studio: Studio, folder: Path) -> list[Incoming]:
    limit = studio.limits.file_bytes
    parser = MultiPartParser(request.headers, _counted(request, studio), max_files=studio.limits.files_per_upload)
    try:
        form = await parser.parse()
    except MultiPartException as exc:
        raise Refusal(BAD_REQUEST, f"The upload cannot be read: {exc.message}") from exc
    try:
        parts = [part for part in form.getlist("files") if isinstance(part, UploadFile)]
        if not parts:
            raise Refusal(BAD_REQUEST, "The upload holds no part named files.")
        files = []
        for number, part in enumerate(parts):
            name = _plain_name(part.filename or "")
            if (part.size or 0) > limit:
                raise Refusal(FILE_TOO_LARGE, f"{name} is larger than {limit >> 20} MB.")
            path = folder / str(number)
            await to_thread.run_sync(_save, part.file, path)
            files.append(Incoming(name, path))
        return files
    finally:
        await form.close()


async def _counted(request: Request, studio: Studio) -> AsyncGenerator[bytes, None]:
    """The body as it comes, cut off where no set of files within the limits could be that long."""
    limit = studio.limits.file_bytes + (1 << 20)
    if int(request.headers.get("content-length") or 0) > limit * studio.limits.files_per_upload:
        raise Refusal(FILE_TOO_LARGE, "The upload is too large.")
    received = 0
    async for chunk in request.stream():
        received += len(chunk)
        if received > limit * studio.limits.files_per_upload:
            raise Refusal(FILE_TOO_LARGE, "The upload is too large.")
        yield chunk


async def _fetch(request: Request, studio: Studio, folder: Path) -> list[Incoming]:
    body = await read_body(request, UploadUrls, studio.limits.json_bytes)
    if len(body.urls) > studio.limits.files_per_upload:
        raise Refusal(BAD_REQUEST, f"At most {studio.limits.files_per_upload} addresses in one request.")
    files = []
    for number, url in enumerate(body.urls):
        path = folder / str(number)
        files.append(Incoming(_plain_name(await fetch_media(url, path, studio.limits, studio.clock)), path))
    return files


def _take_in(studio: Studio, session: Session, files: Sequence[Incoming]) -> tuple[StoredMedia, ...]:
    """Probe every file before any is kept. Raises Refusal 4001."""
    probed = [_probed(studio, file) for file in files]
    (studio.home / "media").mkdir(mode=0o700, exist_ok=True)
    for item, file in zip(probed, files, strict=True):
        target = studio.media_path(item.file)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        if not target.exists():
            file.path.replace(target)
    return studio.store.add_media(session.id, probed)


def _probed(studio: Studio, file: Incoming) -> StoredMedia:
    size = file.path.stat().st_size
    if size == 0:
        raise Refusal(UNSUPPORTED_FILE, f"{file.name} is empty (0 bytes).")
    with file.path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        media = studio.probe(file.path, file.name)
    except UnsupportedMedia as exc:
        raise Refusal(UNSUPPORTED_FILE, str(exc)) from exc
    known = studio.store.media_file(digest)
    return StoredMedia(
        replace(media, id=digest, name=file.name), size, known or f"{digest[:2]}/{digest}{_suffix(file.name)}"
    )


@contextmanager
def _landing(studio: Studio) -> Iterator[Path]:
    """A folder on the media's own disk, gone again with whatever was not kept."""
    studio.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=studio.home, prefix=".incoming-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _save(source: IO[bytes], path: Path) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:  # noqa: PTH123 - private
        while chunk := source.read(_CHUNK):
            target.write(chunk)


def _plain_name(name: str) -> str:
    """The last part of whatever a client calls a path, without control characters."""
    plain = "".join(char for char in re.split(r"[/\\]", name)[-1] if char.isprintable()).strip()
    return plain[-200:] or "file"


def _suffix(name: str) -> str:
    """The extension a stored file keeps, for decoders that look at it."""
    match = re.search(r"\.[A-Za-z0-9]{1,5}$", name)
    return match.group(0).lower() if match else ""
