"""A transcript: a chat turn (or several), what the backend answers, what the host must see. One YAML file each.

    covers: [route/export]             rows of the SKILL.md tables this file proves
    turn: {utterance: 导出}             or `turns:`, a list of turns, each with a backend and a host of its own
    backend: [{call: state, json: {…}}, …]
    host: [{kind: file, url: …}, …]

`call` is the name of a call as in `api.Endpoints`; a film on another host is a `download` too. The replies to one call
are given out in the order they stand. Sign-in and project are answered by themselves unless `setup: scripted`.
In `host`, each event is compared in the keys it gives; `…` in a text stands for anything. The final `done` and
`progress` events may be left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

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


class TranscriptError(Exception):
    """The file cannot be read as a transcript; the message names the file and the place."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StreamItem(_Strict):
    """One step of a streamed answer; exactly one of these.

    say: text of a complete event, or of a live fragment with `partial`. tool, tool_done: a call, its result.
    error: a failure reported in the stream. heartbeat: an event without data. event: any event, as JSON.
    raw: bytes as text. wait_s: silence. cut: the connection breaks here.
    """

    say: str | None = None
    partial: bool = False
    tool: str | None = None
    tool_done: str | None = None
    error: str | None = None
    heartbeat: Literal[True] | None = None
    event: dict[str, Any] | None = None
    raw: str | None = None
    wait_s: float | None = Field(None, gt=0)
    cut: Literal[True] | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        given = [name for name in type(self).model_fields if name != "partial" and getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"one step says one thing, not {given}")
        return self


class Reply(_Strict):
    """One answer. json, text or stream: its body; draft: short for a project in that state ({} = no draft yet).

    fails: no answer at all. request: keys the request's JSON must hold.

    times: how often it is given. optional: it need not be asked for.
    """

    call: Call
    status: int = 200
    headers: dict[str, str] = Field(default_factory=dict)
    json_body: Any = Field(None, alias="json")
    text: str | None = None
    stream: tuple[StreamItem, ...] | None = None
    draft: dict[str, Any] | None = None
    fails: Failure | None = None
    delay_s: float = Field(0, ge=0)
    request: dict[str, Any] = Field(default_factory=dict)
    times: int = Field(1, ge=1)
    optional: bool = False


class File(_Strict):
    """A file the user sends: the first bytes of the kind its name says, or `content`. missing: there is none."""

    name: str
    content: str | None = None
    missing: bool = False


class Turn(_Strict):
    """What the user does, what the backend answers, what the host must see."""

    utterance: str = ""
    files: tuple[File | str, ...] = ()
    urls: tuple[str, ...] = ()
    backend: tuple[Reply, ...] = ()
    host: tuple[dict[str, Any], ...] = ()


class Transcript(_Strict):
    """settings: as `skill.turn.settings.Settings` names them (token, web_url). memory: what the conversation knows
    already, as `Conversation` names it. setup: "default" begins in a greeted conversation with a project; "fresh"
    begins before any contact; "scripted" likewise, and every answer stands in the file.
    waited_s: how much virtual time all turns take together, where that is the point.
    """

    covers: tuple[str, ...] = ()
    about: str = ""
    setup: Literal["default", "fresh", "scripted"] = "default"
    settings: dict[str, str] = Field(default_factory=dict)
    memory: dict[str, Any] = Field(default_factory=dict)
    turns: tuple[Turn, ...] = Field(min_length=1)
    waited_s: float | None = None

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
        return Transcript.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as exc:
        raise TranscriptError(f"{path}: {exc.strerror}") from exc
    except yaml.YAMLError as exc:
        raise TranscriptError(f"{path}: {exc}") from exc
    except ValidationError as exc:
        places = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors(include_url=False))
        raise TranscriptError(f"{path}: {places}") from exc
