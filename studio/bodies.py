"""The JSON bodies the studio accepts, and how one is read."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request

from api import MOST_MESSAGE_CHARS, Draft

from .refusals import BAD_REQUEST, Invalid, Refusal


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore")  # a client may know more of the API than this machine


class NewSession(_Body):
    """Body of the session call. language: a tag such as "en" or "zh-CN"."""

    task_name: str = Field("project", max_length=200)
    language: str = Field("en", max_length=35)


class Part(_Body):
    text: str = Field("", max_length=MOST_MESSAGE_CHARS)


class NewMessage(_Body):
    parts: list[Part] = Field(min_length=1, max_length=100)


class ChatMessage(_Body):
    """Body of /run_sse; snake and camel case are both accepted, as ADK's server does."""

    session_id: str = Field(validation_alias=AliasChoices("session_id", "sessionId"))
    new_message: NewMessage = Field(validation_alias=AliasChoices("new_message", "newMessage"))

    @property
    def text(self) -> str:
        return "".join(part.text for part in self.new_message.parts)


class UploadUrls(_Body):
    urls: list[str] = Field(min_length=1)
    source_type: Literal["url"] = "url"


class Output(_Body):
    format: Literal["mp4", "mov", "webm", "mkv", "gif"] = "mp4"
    quality: Literal["high", "medium", "small"] = "high"
    width: Annotated[int | None, Field(ge=16, le=4096)] = None
    height: Annotated[int | None, Field(ge=16, le=4096)] = None
    fps: Annotated[int | None, Field(ge=1, le=120)] = None


class NewRender(_Body):
    """Body of the render call. id: made by the client; it becomes a file name here."""

    id: str = Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$")
    session_id: str = Field(validation_alias=AliasChoices("sessionId", "session_id"))
    draft: dict[str, Any]
    output: Output = Output()


BodyT = TypeVar("BodyT", bound=BaseModel)


async def read_body(request: Request, model: type[BodyT], limit_bytes: int) -> BodyT:
    """Read and check a JSON body. Raises Invalid for its shape, Refusal 400 where it is over the limit."""
    received = bytearray()
    async for chunk in request.stream():
        received += chunk
        if len(received) > limit_bytes:
            raise Refusal(BAD_REQUEST, "The request body is too large.", status=413)
    try:
        return model.model_validate_json(bytes(received))
    except ValidationError as exc:
        raise Invalid(_details(exc)) from exc


def read_draft(raw: dict[str, Any]) -> Draft:
    """Check a draft that came in. Raises Invalid."""
    try:
        return Draft.model_validate(raw)
    except ValidationError as exc:
        raise Invalid(_details(exc, "draft")) from exc


def _details(exc: ValidationError, *where: str) -> list[dict[str, object]]:
    return [
        {"type": error["type"], "loc": ["body", *where, *error["loc"]], "msg": error["msg"]}
        for error in json.loads(exc.json(include_url=False, include_input=False, include_context=False))
    ]
