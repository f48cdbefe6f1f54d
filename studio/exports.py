"""Calls about films: asking for one, asking how far it is, fetching it."""

from __future__ import annotations

import json
import mimetypes
from typing import Any

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from .bodies import NewRender, read_body, read_draft
from .refusals import BAD_REQUEST, NOT_FOUND, TAKEN, Refusal, require_attribution
from .renders import Job, RenderIdTaken
from .workshop import studio_of

RETRY_AFTER_MS = 200


async def start(request: Request) -> JSONResponse:
    """Ask for the film of a draft; asking again with the same id and draft re-attaches to it."""
    studio = studio_of(request)
    await studio.client(request)
    require_attribution(request)
    body = await read_body(request, NewRender, studio.limits.json_bytes)
    session = await studio.session(request, body.session_id)
    if not read_draft(body.draft).ready:
        raise Refusal(BAD_REQUEST, "There is nothing to export yet: the draft is empty.")
    draft = json.dumps(body.draft, sort_keys=True, ensure_ascii=False)
    output = body.output.model_dump()
    now = studio.clock.now()
    try:
        job = await to_thread.run_sync(studio.queue.submit, body.id, session.id, draft, output, now)
    except RenderIdTaken as exc:
        raise Refusal(TAKEN, "This render id already names another film: choose a new one.") from exc
    if job.open:
        studio.jobs.want(job.id)
    return JSONResponse(await _answer(job, request))


async def status(request: Request) -> JSONResponse:
    """How far a film is; whoever asks also resumes it where its worker is gone."""
    job = await _own_job(request)
    if job.open:
        studio_of(request).jobs.want(job.id)
    return JSONResponse(await _answer(job, request))


async def cancel(request: Request) -> JSONResponse:
    """Stop making a film."""
    job = await _own_job(request)
    studio = studio_of(request)
    await to_thread.run_sync(studio.queue.cancel, job.id, studio.clock.now())
    return JSONResponse({"code": 0, "id": job.id})


async def download(request: Request) -> Response:
    """The film itself, with ranges."""
    job = await _own_job(request)
    path = studio_of(request).home / "renders" / (job.file or "")
    if job.file is None or not path.is_file():
        raise Refusal(NOT_FOUND, "This film is not finished, or was cleaned up.", status=404)
    return FileResponse(path, media_type=mimetypes.guess_type(job.file)[0], filename=job.file)


async def _own_job(request: Request) -> Job:
    studio = studio_of(request)
    client = await studio.client(request)
    job = await to_thread.run_sync(studio.queue.find, request.path_params["render_id"], client)
    if job is None:
        raise Refusal(NOT_FOUND, "No film of this id is known here.", status=404)
    return job


async def _answer(job: Job, request: Request) -> dict[str, Any]:
    answer: dict[str, Any] = {"code": 0, "id": job.id, "status": job.status, "progress": round(job.progress, 4)}
    if job.open:
        studio = studio_of(request)
        answer["retry_after_ms"] = RETRY_AFTER_MS
        answer["ahead"] = await to_thread.run_sync(studio.queue.place, job.id, studio.clock.now())
    if job.message:
        answer["message"] = job.message
    if job.status == "completed":
        answer["output"] = {"url": str(request.url_for("download", render_id=job.id))}
    return answer
