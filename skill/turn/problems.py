"""What went wrong, for the user: what happened, whether it was charged, what to do next.

A code's recovery comes from the plan's row, the facts (formats, links) from the plan, the words from the messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from ..document.plan import Recovery, SkillPlan
from ..value import value
from .events import Offer, Problem
from .rows import trigger
from .say import Messages
from .settings import Settings

if TYPE_CHECKING:
    from api import BackendError

    from ..handlers.contract import Conversation
    from .media import BadFile

_MEGABYTE = 2**20


class ActionStopped(Exception):
    """An action cannot go on, for a reason of our own. The problem ends it and what depends on it.

    offer: what one may ask for now, told after the problem.
    """

    def __init__(self, problem: Problem, offer: Offer | None = None) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.offer = offer


def bad_files(
    bad: Sequence[BadFile], plan: SkillPlan, say: Messages, *, begun: bool = True, retryable: bool = False
) -> Problem:
    """All files that cannot be used, in one sentence. begun: the good ones among them were taken in."""
    items = [say("bad_file_item", name=file.name, reason=say(f"reason_{file.reason}", **file.facts)) for file in bad]
    reasons = {file.reason for file in bad}
    advice = "bad_file" if begun else "bad_file_first"
    if reasons == {"link"}:
        advice = "bad_link"
    elif reasons <= {"too_large", "4002"}:
        advice = "shrink_file"
    return Problem(
        code="bad_file",
        message=say("bad_files", count=len(items), names=say.listed(items, most=99)),
        advice=say(f"advice_{advice}", formats=say.listed(plan.formats, most=99), limit=size_limit(plan, say)),
        retryable=retryable,
    )


@value
class Advisor:
    """Turns refusals into problems, in the user's language.

    backend: "local", "cloud" or a URL, as the turn's request names it.
    """

    plan: SkillPlan
    settings: Settings
    say: Messages
    backend: str
    conversation: Conversation

    @property
    def backend_name(self) -> str:
        """The backend as a user knows it: this machine, or the host that answers."""
        if self.backend == "local":
            return self.say("backend_local")
        base = self.settings.api_url or self.plan.api.base
        return urlsplit(base if self.backend == "cloud" else self.backend).hostname or self.backend

    @property
    def token_given(self) -> bool:
        return self.settings.token is not None and self.backend != "local"

    @property
    def free(self) -> bool:
        """Whether nothing here can be charged."""
        return self.backend == "local" or self.conversation.free

    @property
    def here(self) -> bool:
        """Whether nothing leaves this machine: its own engine, or a studio that listens on it."""
        if self.backend == "local":
            return True
        from api import is_loopback  # noqa: PLC0415 - httpx, which every other backend has loaded

        base = self.settings.api_url or self.plan.api.base
        host = urlsplit(base if self.backend == "cloud" else self.backend).hostname or ""
        return self.conversation.free and is_loopback(host)

    def registration_link(self) -> str:
        """The page where one registers, with the project's id so that it moves into the account."""
        web = self.settings.web_url or self.plan.api.web
        bind = self.conversation.bind_id or self.conversation.task_id
        return f"{web}?bind={quote(bind)}" if bind else web

    def claim_link(self, token: str) -> str:
        """The page that opens this project in a browser. token: a claim token, never one that signs requests."""
        return f"{self.settings.web_url or self.plan.api.web}/workspace/claim?ct={quote(token)}"

    def formats(self) -> str:
        """The document's formats, as a person reads them."""
        return self.say.listed(self.plan.formats, most=99)

    def problem(self, key: str, *, advice: str, retryable: bool = False, code: str = "", **values: object) -> Problem:
        """A problem of our own: message `problem_<key>`, advice `advice_<advice>`."""
        return Problem(
            code=code or key,
            message=self.say(f"problem_{key}", **values),
            advice=self.say(f"advice_{advice}", **values),
            retryable=retryable,
        )

    def stopped(
        self, key: str, *, advice: str, retryable: bool = False, code: str = "", **values: object
    ) -> ActionStopped:
        """The same, to be raised."""
        return ActionStopped(self.problem(key, advice=advice, retryable=retryable, code=code, **values))

    def stream_failed(self, code: int) -> ActionStopped:
        """The backend reported a failure of its own inside the stream. code: its number, 0 where there is none."""
        from api import BackendError  # noqa: PLC0415 - only where something failed

        if self.plan.error_row(code) is not None and code:
            return ActionStopped(self.refusal(BackendError(code, "send")))
        return self._uncertain(self.problem("stream", advice="other", retryable=True))

    def gave_up(self, key: str, *, minutes: str) -> ActionStopped:
        """Patience ran out: the whole turn's ("timeout") or with the backend's silence ("quiet")."""
        word = trigger(self.plan, "status", self.say.language)
        return self._uncertain(self.problem(key, advice="timeout", retryable=True, minutes=minutes, word=word))

    def broken_off(self, *, seen: bool) -> ActionStopped:
        """The stream broke and nothing was seen to change. seen: whether the project could be looked at at all."""
        key = "interrupted" if seen else "interrupted_unseen"
        word = trigger(self.plan, "status", self.say.language)
        advice = "interrupted_free" if self.free else key
        told = self.problem(key, advice=advice, retryable=True, code="interrupted", word=word)
        return ActionStopped(self._uncertain(told).problem, self._retry())

    def project_gone(self, names: Sequence[str]) -> ActionStopped:
        """A message is not sent to a project that lacks what it speaks of. names: the files to send again."""
        told = self.problem(
            "project_gone",
            advice="send_again" if names else "say_again",
            retryable=True,
            code="1002",
            names=self.say.listed(names),
        )
        return ActionStopped(told, self._retry())

    def _retry(self) -> Offer:
        return Offer("retry", self.say("offer_retry"))

    def _uncertain(self, problem: Problem) -> ActionStopped:
        return ActionStopped(replace(problem, charged=False if self.free else None))

    def refusal(self, error: BackendError) -> Problem:
        """What the backend's refusal means to the user."""
        from api import BackendUnreachable, ProtocolError  # noqa: PLC0415 - only where something failed

        if isinstance(error, BackendUnreachable):
            return self._unreachable(error)
        row = self.plan.error_row(error.code) if error.code else None
        if row is None and isinstance(error, ProtocolError):
            own = "protocol_local" if self.backend == "local" else "protocol"
            return self.problem(own, advice="protocol", code="protocol", retryable=True, backend=self.backend_name)
        recovery = row.recovery if row else "other"
        return Problem(
            code="free_token" if _rationed(error) else str(error.code),
            message=self._what_happened(error),
            advice=self._what_next(error, recovery),
            retryable=recovery in ("reauthenticate", "new_session", "wait_and_retry", "new_client_id", "other"),
            charged=False if self.free else _charged(error),
        )

    def _unreachable(self, error: BackendError) -> Problem:
        key = "network_local" if self.backend == "local" else "network"
        told = self.problem(key, advice=key, retryable=True, code="network", backend=self.backend_name)
        return replace(told, charged=False if self.free else _charged(error))

    def _what_happened(self, error: BackendError) -> str:
        key = f"problem_{error.code}"
        if error.code == 1001 and self.token_given:
            key = "problem_1001_given"
        elif _rationed(error):
            key = "problem_429_token"
        elif not self.say.knows(key):
            own = "problem_backend_local" if self.backend == "local" else "problem_backend"
            return self.say(own, backend=self.backend_name, code=error.code)
        return self.say(key)

    def _what_next(self, error: BackendError, recovery: Recovery) -> str:
        advice: str = recovery
        if recovery == "reauthenticate" and self.token_given:
            advice = "token_given"
        elif recovery == "register_or_top_up":
            advice = "top_up" if self.token_given else "register"
        elif _rationed(error):
            advice = "free_token_spent"
        elif recovery == "wait_and_retry" and (error.retry_after_s or 0) > 90:
            return self.say("advice_wait_longer", minutes=ceil((error.retry_after_s or 0) / 60))
        elif recovery == "new_client_id" and error.endpoint != "anonymous_token":
            advice = "other"
        link, formats, limit = self.registration_link(), self.formats(), size_limit(self.plan, self.say)
        return self.say(f"advice_{advice}", link=link, formats=formats, limit=limit)


def size_limit(plan: SkillPlan, say: Messages) -> str:
    """The document's limit, as part of a sentence; "" where it names none."""
    if plan.max_upload_bytes is None:
        return ""
    return say("advice_shrink_limit", limit=plan.max_upload_bytes // _MEGABYTE)


def _rationed(error: BackendError) -> bool:
    """Whether there is no free token for this machine at present."""
    return error.code == 429 and error.endpoint == "anonymous_token"


def _charged(error: BackendError) -> bool | None:
    """Only a chat message spends credits, and only one that may have been worked on."""
    if error.endpoint != "send" or not error.reached:
        return False
    return None if error.code == 0 or 500 <= error.code < 600 else False
