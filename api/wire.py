"""The nested answers of the backend: state, upload and render. Unknown fields are ignored, shapes read tolerantly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from .answers import bind_id_in, data_of
from .draft import Draft
from .errors import ProtocolError

RenderState = Literal["pending", "processing", "completed", "failed"]

_RENDER_WORDS: dict[str, RenderState] = {
    **dict.fromkeys(("pending", "queued", "submitted", "created", "accepted", "waiting"), "pending"),
    **dict.fromkeys(("completed", "complete", "done", "succeeded", "success", "finished"), "completed"),
    **dict.fromkeys(("failed", "failure", "error", "cancelled", "canceled", "timeout", "expired"), "failed"),
}


@dataclass(frozen=True, slots=True)
class State:
    """A project as it stands. raw_draft: the draft exactly as it came, which is what an export sends back.

    draft: the same, read; None when there is none. bind_id: for a registration link, None when not told.
    """

    draft: Draft | None
    raw_draft: Mapping[str, Any] | None
    video_infos: Any
    generated_media: Any
    bind_id: str | None = None


@dataclass(frozen=True, slots=True)
class Uploaded:
    """names: what the backend calls the media, in the order they were given. items: what it told of each.

    session_id: the project they are in now.
    """

    names: tuple[str, ...]
    items: tuple[Mapping[str, Any], ...] = ()
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class Render:
    """One render job. progress: 0..1, None = not told. retry_after_s: when to look again, None = not told."""

    render_id: str
    status: RenderState
    progress: float | None = None
    url: str | None = None
    retry_after_s: float | None = None
    message: str = ""


def _mapping(value: object) -> object:
    return value if isinstance(value, Mapping) else {}


def _scalar_text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _number(value: object) -> object:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


Text = Annotated[str | None, BeforeValidator(_scalar_text)]
Number = Annotated[int | float | None, BeforeValidator(_number)]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="ignore")


class _Output(_Answer):
    url: Text = None


class _RenderReply(_Answer):
    """One level of a render's answer; the same keys stand on top or under `data`."""

    status: Text = None
    progress: Number = None
    url: Text = Field(None, validation_alias=AliasChoices("outputUrl", "output_url", "url"))
    output: Annotated[_Output, BeforeValidator(_mapping)] = _Output()
    message: Text = Field(None, validation_alias=AliasChoices("message", "msg"))
    error: Any = None
    retry_after_ms: Number = Field(None, validation_alias=AliasChoices("retry_after_ms", "retryAfterMs"))


class _StateReply(_Answer):
    draft: Any = None
    video_infos: Any = Field(None, validation_alias=AliasChoices("video_infos", "videoInfos"))
    generated_media: Any = Field(None, validation_alias=AliasChoices("generated_media", "generatedMedia"))


def read_state(answer: Mapping[str, Any]) -> State:
    """GET state. The project may stand under data.state, data or on top."""
    data = data_of(answer)
    inner = data.get("state")
    state = inner if isinstance(inner, Mapping) else data
    reply = _StateReply.model_validate(state)
    raw = _json_object(reply.draft)
    return State(
        draft=Draft.from_wire(raw) if raw is not None else None,
        raw_draft=raw,
        video_infos=reply.video_infos,
        generated_media=reply.generated_media,
        bind_id=bind_id_in(data) or bind_id_in(state) or None,
    )


def read_render(answer: Mapping[str, Any], render_id: str) -> Render:
    """A submitted render or its progress; `status` on top or under `data`. Raises ProtocolError."""
    nested = answer.get("data")
    try:
        levels = [_RenderReply.model_validate(level) for level in (answer, nested) if isinstance(level, Mapping)]
    except ValidationError as exc:
        raise ProtocolError(0, "render_status", "the render's answer cannot be read") from exc
    status = next((level.status for level in levels if level.status), None)
    url = next((found for level in levels if (found := level.output.url or level.url)), None)
    wait_ms = next((level.retry_after_ms for level in levels if level.retry_after_ms is not None), None)
    return Render(
        render_id,
        _render_state(status, url),
        progress=next((_fraction(level.progress) for level in levels if level.progress is not None), None),
        url=url,
        retry_after_s=max(0.0, wait_ms / 1000) if wait_ms is not None else None,
        message=next((words for level in levels if (words := _words(level))), ""),
    )


def read_upload(answer: Mapping[str, Any], given: tuple[str, ...]) -> Uploaded:
    """An upload's answer: one object for each file, wherever the backend lists them; given: the names we sent."""
    items = _items(answer.get("data") if "data" in answer else answer)
    names = tuple(_name_of(item) for item in items)
    if len(names) != len(given):
        return Uploaded(given, items)
    return Uploaded(tuple(name or sent for name, sent in zip(names, given, strict=True)), items)


def _render_state(status: str | None, url: str | None) -> RenderState:
    if status is None:
        return "completed" if url else "pending"
    return _RENDER_WORDS.get(status.strip().lower(), "processing")


def _fraction(progress: float | None) -> float | None:
    """Percent or fraction: whole numbers are percent, as is everything above one."""
    if progress is None or isnan(progress):
        return None
    share = progress / 100 if isinstance(progress, int) or progress > 1 else progress
    return min(1.0, max(0.0, share))


def _words(level: _RenderReply) -> str:
    if isinstance(level.error, Mapping):
        return str(level.error.get("message") or "")
    return str(level.error or level.message or "")


def _json_object(value: object) -> Mapping[str, Any] | None:
    """A draft that came as JSON text is read as well."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, Mapping) and value else None


def _items(data: object) -> tuple[Mapping[str, Any], ...]:
    if isinstance(data, list):
        return tuple(item if isinstance(item, Mapping) else {"name": item} for item in data)
    if isinstance(data, Mapping):
        lists = [
            data[key] for key in ("files", "uploads", "media", "results", "items") if isinstance(data.get(key), list)
        ]
        return _items(lists[0]) if lists else (data,)
    return ()


def _name_of(item: Mapping[str, Any]) -> str:
    keys = ("name", "file_name", "filename", "fileName", "original_name")
    return next((item[key] for key in keys if isinstance(item.get(key), str) and item[key]), "")
