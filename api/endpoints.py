"""Where each call of the backend lives. Source of the defaults: SKILL.md, its API section."""

from __future__ import annotations

from dataclasses import dataclass

MOST_MESSAGE_CHARS = 100_000
"""The longest text of one chat message."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Paths below the API base; `<sid>` and `<id>` stand for the session's and the render's id."""

    anonymous_token: str = "/api/auth/anonymous-token"
    create_session: str = "/api/tasks/me/with-session/nemo_agent"
    claim_token: str = "/api/auth/claim-token"
    send: str = "/run_sse"
    upload: str = "/api/upload-video/nemo_agent/me/<sid>"
    balance: str = "/api/credits/balance/simple"
    state: str = "/api/state/nemo_agent/me/<sid>/latest"
    start_render: str = "/api/render/proxy/lambda"
    render_status: str = "/api/render/proxy/lambda/<id>"
    download: str = "/api/render/proxy/<id>/download"
