"""The compiled meaning of a SKILL.md: frozen values, each with the line that said so.

A line of None means the document is silent and a family default (DESIGN: "the backend on the wire") filled in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from api import Endpoints
from router import ReplyTable, RoutingTable

from ..value import value

Recovery = Literal[
    "none",
    "reauthenticate",
    "new_session",
    "register_or_top_up",
    "show_formats",
    "shrink_file",
    "new_client_id",
    "upgrade_plan",
    "wait_and_retry",
    "other",
]
Severity = Literal["error", "warning", "info"]


@value
class Finding:
    """Something a document's author should know."""

    rule: str
    severity: Severity
    line: int | None
    message: str


@value
class Identity:
    """Who the skill is. version is text as written; None where the document has none."""

    name: str
    version: str | None
    display_name: str
    description: str = ""


@value
class ErrorRow:
    """One code and what to do about it. advice: the document's words, for the user or for us."""

    code: int
    meaning: str
    advice: str
    recovery: Recovery
    line: int | None


@value
class StreamRules:
    """Seconds. heartbeat_only_timeout_s is None unless the document gives one."""

    still_working_s: float = 120
    still_working_text: str = "⏳ Still working..."
    turn_timeout_s: float = 900
    heartbeat_only_timeout_s: float | None = None


@value
class ExportRules:
    """max_polls None: until the hour is up. free: whether the document says an export costs nothing."""

    poll_interval_s: float = 30
    max_polls: int | None = None
    retry_with_new_id: bool = False
    format: str = "mp4"
    quality: str = "high"
    free: bool = True


@value
class ApiRules:
    """language: "detected", "absent" or "fixed:<tag>". web: where a person registers."""

    base: str
    task_name: str
    language: str
    endpoints: Endpoints
    app_name: str = "nemo_agent"
    user_id: str = "me"
    web: str = "https://nemovideo.com"


@value
class AttributionRules:
    """platforms: install-path marker -> platform word, in document order ("~/.clawhub/": "clawhub")."""

    source: str
    version: str
    platforms: Mapping[str, str]


@value
class SkillPlan:
    """Everything the runtime does because a document says so.

    formats: accepted file extensions, lower case, without dot. draft_keys: the document's own short-key mapping.
    client_id_path: where the anonymous client id is persisted (DESIGN's family place when the document is silent);
    client_id_persisted: what the document itself says, None = silent.
    max_upload_bytes: the document's limit; None = silent. setup_text: what to show while connecting.
    welcome, examples: the document's greeting and the prompts it invites people to try.
    said: what the document itself states, as a dotted name -> line ("stream.turn_timeout_s": 34); a name that is
    absent was filled from the family's defaults. Rows carry their own line instead.
    """

    identity: Identity
    runnable: bool
    not_runnable_because: str | None
    routing: RoutingTable
    replies: ReplyTable
    errors: tuple[ErrorRow, ...]
    stream: StreamRules
    export: ExportRules
    api: ApiRules
    attribution: AttributionRules
    formats: tuple[str, ...]
    draft_keys: Mapping[str, str]
    client_id_persisted: str | None
    findings: tuple[Finding, ...]
    max_upload_bytes: int | None = None
    setup_text: str = ""
    welcome: str = ""
    examples: tuple[str, ...] = ()
    said: Mapping[str, int] = field(default_factory=dict)

    def error_row(self, code: int) -> ErrorRow | None:
        """The row for a backend code, or None when neither the document nor the defaults know it."""
        return next((row for row in self.errors if row.code == code), None)
