"""The chat call: one message in, the agent's edit and reply out, as a stream of events.

An edit and its reply are committed together before the first word of the reply leaves, under the request's
Idempotency-Key; the same key again tells the committed reply once more and edits nothing.
"""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import anyio
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api import Draft

from .bodies import ChatMessage, read_body
from .events import HEARTBEAT, failure_event, reply_events
from .model import Answer, Brief
from .records import Desk, Message, Session, VersionConflict
from .refusals import BAD_REQUEST, TAKEN, Refusal
from .voice import spoken_languages
from .workshop import Studio, no_session, studio_of

_log = logging.getLogger(__name__)

HEARTBEAT_EVERY_S = 10
TRIES = 20


async def run_sse(request: Request) -> Response:
    """Answer a message. Refusals come before the stream, as JSON."""
    studio = studio_of(request)
    client = await studio.client(request)
    body = await read_body(request, ChatMessage, studio.limits.json_bytes)
    session = await studio.session(request, body.session_id)
    if not body.text.strip():
        raise Refusal(BAD_REQUEST, "The message is empty.")
    key = request.headers.get("idempotency-key", "").strip() or str(uuid.uuid4())
    earlier = await to_thread.run_sync(studio.store.message, session.id, key)
    if earlier is not None and earlier.request != body.text:
        raise Refusal(TAKEN, "This Idempotency-Key already names another message.")
    return MessageStream(Conversation(studio, session.id, client), key, body.text)


class ClientGone(Exception):
    """Nobody waits for the answer any more, so it must not be applied either."""


class Conversation:
    """One client's session, as far as messages go. Calls block: make them from a worker thread."""

    def __init__(self, studio: Studio, session_id: str, client: str) -> None:
        self.studio = studio
        self._session_id = session_id
        self._client = client

    def answer(self, key: str, request: str, gone: threading.Event) -> tuple[Message, dict[str, Any] | None]:
        """The committed reply to a message, and the draft where it changed it.

        The agent is asked again, from the newer draft, where another message was committed meanwhile.
        Raises ClientGone, with nothing committed, when `gone` is set before the agent is done.
        """
        for _ in range(TRIES):
            earlier = self.studio.store.message(self._session_id, key)
            if earlier is not None:
                return earlier, None
            desk = self.studio.store.desk(self._session_id, self._client)
            if desk is None:
                raise no_session()
            before = Draft.model_validate_json(desk.draft) if desk.draft else Draft()
            answer = self.studio.respond(_brief(desk, before, request))
            if gone.is_set():
                raise ClientGone
            draft = _wire(answer.draft) if answer.draft is not before and answer.draft != before else None
            message = Message(key, request, answer.text, tuple(answer.edits), desk.revision)
            try:
                return self._commit(desk.session, message, draft, answer), draft
            except VersionConflict:
                continue
        raise VersionConflict(self._session_id)

    def _commit(self, session: Session, message: Message, draft: Mapping[str, Any] | None, answer: Answer) -> Message:
        return self.studio.store.commit_message(
            session,
            message,
            draft=None if draft is None else json.dumps(draft, ensure_ascii=False),
            memory=answer.memory,
            now=self.studio.clock.now(),
        )


class MessageStream(Response):
    """Beats while the agent thinks, then tells the committed reply. A client that goes away ends it.

    Not a generator: nothing is yielded from inside the task group.
    """

    def __init__(self, conversation: Conversation, key: str, request: str) -> None:
        super().__init__(media_type="text/event-stream")
        self._conversation = conversation
        self._clock = conversation.studio.clock
        self._key = key
        self._request = request
        self._gone = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in self.raw_headers if name != b"content-length"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._until_gone, receive, tasks.cancel_scope)
            await self._tell(send)
            tasks.cancel_scope.cancel()

    async def _tell(self, send: Send) -> None:
        async def say(event: bytes, *, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": event, "more_body": more})

        async def beat() -> None:
            while True:
                await say(HEARTBEAT)
                await self._clock.sleep(HEARTBEAT_EVERY_S)

        async with anyio.create_task_group() as beats:
            beats.start_soon(beat)
            events = await self._events()
            beats.cancel_scope.cancel()
        for event in events:
            await say(event)
        await say(b"", more=False)

    async def _until_gone(self, receive: Receive, scope: anyio.CancelScope) -> None:
        """A client that goes away cancels the run, as ADK's server does."""
        try:
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._gone.set()  # also when this task is cancelled: the agent's thread cannot be
        scope.cancel()

    async def _events(self) -> list[bytes]:
        try:
            message, draft = await to_thread.run_sync(self._conversation.answer, self._key, self._request, self._gone)
        except ClientGone:
            return []
        except Exception as exc:  # the stream has begun: a failure can only be told inside it
            _log.exception("message_failed")
            return [failure_event(exc, self._clock.now())]
        return list(reply_events(message, draft, self._clock.now()))


def _brief(desk: Desk, draft: Draft, request: str) -> Brief:
    return Brief(
        request=request,
        draft=draft,
        media=tuple(item.media for item in desk.media),
        history=tuple(Draft.model_validate_json(body) for body in desk.history),
        memory=desk.session.memory,
        language=desk.session.language,
        voices=spoken_languages(),
    )


def _wire(draft: Draft) -> dict[str, Any]:
    """Short keys; what is not known is left out, what is not ours stays."""
    return draft.model_dump(mode="json", exclude_none=True)
