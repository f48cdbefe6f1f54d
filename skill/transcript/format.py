"""A transcript: a chat turn (or several), what the backend answers, what the host must see. One YAML file each.

docs/transcripts.md tells it with examples; docs/transcript.schema.json is made from these classes (see schema.py).
"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ..handlers.contract import Conversation

ENDING = ".transcript.yaml"

Call = Literal[
    "anonymous_token",
    "create_session",
    "claim_token",
    "send",
    "upload",
    "balance",
    "state",
    "start_render",
    "render_status",
    "download",
]
CALLS: tuple[Call, ...] = get_args(Call)
Failure = Literal["connect", "read", "timeout"]
Setting = Literal["token", "api_url", "web_url", "client_id", "skill_source", "backend"]


class TranscriptError(Exception):
    """The file cannot be read as a transcript; the message names the file and the place."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class StreamItem(_Strict):
    """One step of a streamed answer: one piece as it comes off the wire, or what happens between two; one key each."""

    say: str | None = None
    """The text of a complete event, or of a live fragment with `partial`."""
    partial: bool = False
    """Whether `say` is a fragment, which a complete event repeats later."""
    tool: str | None = None
    """The agent calls this tool."""
    tool_done: str | None = None
    """The tool's result."""
    error: str | None = None
    """A failure reported in the stream."""
    heartbeat: Literal[True] | None = None
    """A sign of life without data."""
    event: dict[str, Any] | None = None
    """Any event, as JSON."""
    raw: str | None = None
    """Bytes as text, whether or not they are whole events."""
    base64: str | None = Field(None, pattern=r"^[A-Za-z0-9+/]*={0,2}$")
    """Bytes that are no text by themselves: a chunk that ends within a character."""
    together: tuple[StreamItem, ...] | None = Field(None, min_length=1)
    """Steps that arrive in one piece."""
    wait_s: float | None = Field(None, gt=0)
    """Silence."""
    cut: Literal[True] | None = None
    """The connection breaks here."""

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = [name for name in type(self).model_fields if name != "partial" and getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"one step says one thing, not {given}")
        if self.together and any(step.wait_s or step.cut or step.together for step in self.together):
            raise ValueError("what comes together has no silence, no break and no pieces of its own")
        return self


class Reply(_Strict):
    """One answer of the backend."""

    call: Call
    """Which call it answers; the answers to one call are given out in the order they stand."""
    status: int = 200
    """The HTTP status."""
    headers: dict[str, str] = Field(default_factory=dict)
    """HTTP headers of the answer."""
    json_body: Any = Field(None, alias="json")
    """The body, as JSON."""
    text: str | None = None
    """The body, as text."""
    stream: tuple[StreamItem, ...] | None = None
    """The body, as a stream of events."""
    draft: dict[str, Any] | None = None
    """Short for a project in that state; {} is a project without a draft."""
    fails: Failure | None = None
    """No answer at all: nobody is there, the connection breaks, or time runs out."""
    delay_s: float = Field(0, ge=0)
    """How long the answer takes to begin."""
    request: dict[str, Any] = Field(default_factory=dict)
    """Keys the request's JSON must hold, compared like an event of `host`."""
    file: str | None = None
    """The file this answers, where several are uploaded at once."""
    times: int = Field(1, ge=1)
    """How often it is given."""
    optional: bool = False
    """Whether it need not be asked for."""


class File(_Strict):
    """A file the user sends: the first bytes of the kind its name says, of `like`, or `content`."""

    name: str
    """Its name; no path."""
    like: str | None = None
    """The kind it really is, as an extension (png)."""
    content: str | None = None
    """All of it, where a text will do."""
    missing: bool = False
    """Whether there is none."""


class Turn(_Strict):
    """What the user does, what the backend answers, what the host must see."""

    utterance: str = ""
    """The user's words, as typed."""
    files: tuple[File | str, ...] = ()
    """The files that come with them."""
    urls: tuple[str, ...] = ()
    """The links that come with them."""
    backend: tuple[Reply, ...] = ()
    """The backend's answers."""
    host: tuple[dict[str, Any], ...] = ()
    """Every event in order. Keys not given may be anything; `…` in a text stands for anything.

    `progress` and `done` may be left out.
    """


class Transcript(_Strict):
    """A conversation of one turn or several."""

    covers: tuple[str, ...] = ()
    """Rows of the SKILL.md's tables that this file proves: route/export, reply/click, error/1001, stream/heartbeat."""
    about: str = ""
    """What it shows, where its name does not say enough."""
    setup: Literal["default", "fresh", "scripted"] = "default"
    """default: a greeted conversation with a project. fresh: before any contact. scripted: likewise, and sign-in and
    project are answered by this file alone."""
    settings: dict[Setting, str] = Field(default_factory=dict)
    """What the environment says; `backend` is local, cloud (as it is unless said otherwise) or an http(s) address."""
    memory: dict[str, Any] = Field(default_factory=dict)
    """What the conversation knows already, as `skill.handlers.contract.Conversation` names it."""
    turns: tuple[Turn, ...] = Field(min_length=1)
    """The turns; a single one is written as `turn`, `backend` and `host`."""
    waited_s: float | None = None
    """How much of the clock's time all turns take together, where that is the point."""

    @field_validator("memory")
    @classmethod
    def _known_memory(cls, memory: dict[str, Any]) -> dict[str, Any]:
        if unknown := memory.keys() - {field.name for field in fields(Conversation)}:
            raise ValueError(f"a conversation remembers nothing called {', '.join(sorted(unknown))}")
        return memory

    @model_validator(mode="before")
    @classmethod
    def _one_turn_is_short(cls, data: Any) -> Any:
        if not isinstance(data, dict) or "turn" not in data:
            return data
        if "turns" in data:
            raise ValueError("either `turn` or `turns`")
        rest = {key: value for key, value in data.items() if key not in ("turn", "backend", "host")}
        own = {key: data[key] for key in ("backend", "host") if key in data}
        return rest | {"turns": [data["turn"] | own if isinstance(data["turn"], dict) else data["turn"]]}


def load_transcript(path: Path) -> Transcript:
    """Raises TranscriptError."""
    try:
        return read_transcript(path.read_text(encoding="utf-8"), str(path))
    except OSError as exc:
        raise TranscriptError(f"{path}: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise TranscriptError(f"{path}: this is not UTF-8 text") from exc


def read_transcript(text: str, name: str) -> Transcript:
    """A transcript's text, read; `name` stands in messages. Raises TranscriptError."""
    try:
        return Transcript.model_validate(yaml.safe_load(text))
    except (yaml.YAMLError, RecursionError) as exc:
        raise TranscriptError(f"{name}: {exc}") from exc
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        # a list whose items are all wrong counts as too short as well
        told = [error for error in errors if error["type"] != "too_short"] or errors
        places = "; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in told)
        raise TranscriptError(f"{name}: {places}") from exc
