"""The upload call: files or addresses in, media of the session out, in the order given."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse

from .bodies import UploadUrls, read_body
from .fetch import fetch_media
from .parts import Incoming, plain_name, read_parts
from .records import Session, StoredMedia
from .refusals import BAD_REQUEST, UNSUPPORTED_FILE, Refusal
from .render.errors import UnsupportedMedia
from .sessions import media_info
from .workshop import Studio, studio_of


async def upload(request: Request) -> JSONResponse:
    """Take in media. All of a request's files are taken, or none."""
    studio = studio_of(request)
    session = await studio.session(request, request.path_params["session_id"])
    with _landing(studio) as folder:
        content_type = request.headers.get("content-type", "")
        if content_type.lower().startswith("multipart/form-data"):
            files = await read_parts(content_type, request.stream(), folder, studio.limits)
        else:
            files = await _fetch(request, studio, folder)
        stored = await to_thread.run_sync(_take_in, studio, session, files)
    infos = [media_info(item) for item in stored]
    return JSONResponse({"code": 0, "data": {"files": infos, "names": [info["name"] for info in infos]}})


async def _fetch(request: Request, studio: Studio, folder: Path) -> list[Incoming]:
    body = await read_body(request, UploadUrls, studio.limits.json_bytes)
    if len(body.urls) > studio.limits.files_per_upload:
        raise Refusal(BAD_REQUEST, f"At most {studio.limits.files_per_upload} addresses in one request.")
    files = []
    for number, url in enumerate(body.urls):
        path = folder / str(number)
        files.append(Incoming(plain_name(await fetch_media(url, path, studio.limits, studio.clock)), path))
    return files


def _take_in(studio: Studio, session: Session, files: Sequence[Incoming]) -> tuple[StoredMedia, ...]:
    """Probe every file before any is kept. Raises Refusal 4001."""
    probed = [(_probed(studio, file), file.path) for file in files]
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
    kept_as = f"{digest[:2]}/{digest}{_suffix(file.name)}"
    return StoredMedia(replace(media, id=digest, name=file.name), size, kept_as)


@contextmanager
def _landing(studio: Studio) -> Iterator[Path]:
    """A folder on the media's own disk, gone again with whatever was not kept."""
    studio.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=studio.home, prefix=".incoming-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _suffix(name: str) -> str:
    """The extension a stored file keeps, for decoders that look at it."""
    match = re.search(r"\.[A-Za-z0-9]{1,5}$", name)
    return match.group(0).lower() if match else ""
