"""The one loop: utterance → intents → handlers → the backend's reply → what it asks for → …, bounded.

Each action runs once a turn, chat at most twice. Only this module turns BackendText into events.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import anyio

from router import Intent, classify

from ..document.plan import SkillPlan
from ..handlers import handler_for
from ..handlers.contract import TurnContext, TurnLog
from ..value import value
from .backend import EngineMissing, PlainBackend, UnknownBackend, open_backend
from .conversation import begin, spoken_language
from .events import BackendText, Done, Offer, Problem, Text, TurnEvent, TurnRequest, TurnState
from .followup import FollowUps, answers_offer, depends_on
from .problems import ActionStopped, Advisor
from .recovery import Recovery
from .rows import example
from .say import Messages
from .settings import Settings

if TYPE_CHECKING:
    import httpx

    from api import BackendError, Clock

    from .reply import Reply

_MESSAGES = ("chat", "subtitles")
"""The actions that send the backend a message."""

_STOPPING_S = 20
"""How long a cancelled turn may take to find out and say what was already applied."""


@value
class Runtime:
    """What every turn of one skill shares. transport: answers in place of the network (a replay, a test)."""

    plan: SkillPlan
    settings: Settings
    clock: Clock
    skill_home: Path
    transport: httpx.AsyncBaseTransport | None = None


async def run_turn(request: TurnRequest, log: TurnLog, runtime: Runtime) -> TurnState:
    """Run one chat turn to its end; its events go to the log, the last one a Done.

    A cancellation is told, recorded and then raised again. Raises whatever the log raises (LeaseLost).
    """
    return await _Turn(request, log, runtime).run()


class _Turn:
    """One turn while it runs."""

    def __init__(self, request: TurnRequest, log: TurnLog, runtime: Runtime) -> None:
        self._request = request
        self._log = log
        self._runtime = runtime
        self._plan = runtime.plan
        language = spoken_language(request, log.conversation)
        self._say = Messages(language)
        self._advisor = Advisor(runtime.plan, runtime.settings, self._say, request.backend, log.conversation)
        self._follow = FollowUps(runtime.plan, self._say, request.text)
        self._reply: Reply | None = None
        self._recovery: Recovery | None = None
        self._offered_before = log.conversation.offered
        self._offered: list[str] = []
        self._failed: set[str] = set()
        self._told = 0
        self._closed = False
        self._asks = False
        self._routes: tuple[str, ...] = ()

    async def run(self) -> TurnState:
        if not self._plan.runnable:
            reason = self._plan.not_runnable_because or ""
            self._tell(self._advisor.problem("not_runnable", advice="not_runnable", reason=reason), ends="plan")
            return self._close()
        intents = self._intents()
        if not intents:
            self._tell(Text(self._say("say_something", example=example(self._plan, self._say, self._say.language))))
            return self._close("asked")
        self._routes = tuple(intent.action for intent in intents)
        try:
            await self._connect_and_run(intents)
        except EngineMissing:
            self._tell(self._advisor.problem("engine_missing", advice="engine_missing"), ends="backend")
        except UnknownBackend as error:
            key = "plain_backend" if isinstance(error, PlainBackend) else "bad_backend"
            self._tell(self._advisor.problem(key, advice=key, backend=str(error)), ends="backend")
        except anyio.get_cancelled_exc_class():
            if not self._closed:
                self._tell(Text(self._say("cancelled")))
                self._close("cancelled")
            raise
        return self._close()

    def _intents(self) -> tuple[Intent, ...]:
        request = self._request
        meant = answers_offer(request, self._log.conversation, self._plan)
        if meant:
            return meant
        if not (request.text.strip() or request.files or request.urls):
            return ()
        names = [*(path.name for path in request.files), *request.urls]
        return classify(request.text, self._plan.routing, files=names)

    async def _connect_and_run(self, intents: tuple[Intent, ...]) -> None:
        async def start_afresh() -> bool:
            from .afresh import begin_afresh  # noqa: PLC0415 - only where a project was lost

            await begin_afresh(context, self._emit)
            return context.afresh is None or not context.afresh.lacks_something

        self._recovery = recovery = Recovery(self._plan, self._runtime.clock, start_afresh)
        async with open_backend(self._request, self._runtime, self._log.conversation, recover=recovery) as client:
            recovery.client = client
            context = TurnContext(
                request=self._request,
                plan=self._plan,
                client=client,
                clock=self._runtime.clock,
                log=self._log,
                say=self._say,
                language=self._say.language,
                advisor=self._advisor,
                actions=self._routes,
            )
            await self._run_connected(context, intents)

    async def _run_connected(self, context: TurnContext, intents: tuple[Intent, ...]) -> None:
        """Everything that may be refused or cancelled happens here, inside the opened backend."""
        from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

        try:
            await begin(context, self._emit)
            await self._run_all(context, [*intents])
            await self._offer()
        except BackendError as error:
            self._tell(self._refusal(error), ends="backend")
        except anyio.get_cancelled_exc_class():
            await self._stopped(context)
            raise

    async def _run_all(self, context: TurnContext, queue: list[Intent]) -> None:
        done: set[str] = set()
        while queue:
            intent = queue.pop(0)
            action = intent.action
            if (action in done and action != "chat") or (action in _MESSAGES and context.message_budget == 0):
                continue
            if depends_on(action) & self._failed:
                self._failed.add(action)
                self._tell(self._not_run(action))
                continue
            done.add(action)
            await self._run_one(context, intent)
            first, later = self._follow.take(done, [waiting.action for waiting in queue])
            queue[:] = [*first, *queue, *later]
            if self._follow.wants_files():
                self._tell(Text(self._say("how_to_upload")))

    async def _run_one(self, context: TurnContext, intent: Intent) -> None:
        from api import BackendError  # noqa: PLC0415 - loaded with the backend by now

        told = self._told
        try:
            await handler_for(intent)(context, intent, self._emit)
            if context.sent is not None and self._told == told and not self._follow.something_to_do():
                from .afterwards import tell_changes  # noqa: PLC0415 - needs the draft's types

                await tell_changes(context, context.sent, self._emit)
        except BackendError as error:
            self._tell(self._refusal(error), ends=intent.action)
        except ActionStopped as stopped:
            self._tell(stopped.problem, ends=intent.action)
            if stopped.offer is not None:
                self._tell(stopped.offer)
        if context.cut_off or intent.action in self._failed:
            self._follow.hold()
        self._reply = None
        self._asks = self._asks or context.asks
        self._settle(context)

    def _settle(self, context: TurnContext) -> None:
        """A chat message's outcome is told now, so it is never looked for again."""
        if context.sent is None:
            return
        conversation = context.conversation
        conversation.answered = [*conversation.answered[-19:], context.sent.message_id]
        self._log.settled(context.sent.message_id)
        context.sent = None

    async def _stopped(self, context: TurnContext) -> None:
        """Say what a cancelled turn had already applied, and close it."""
        from .afterwards import tell_what_was_applied  # noqa: PLC0415 - needs the draft's types

        with anyio.CancelScope(shield=True), self._runtime.clock.move_on_after(_STOPPING_S):
            # the embedded studio works in tasks of its client, which are cancelled with everything else
            async with open_backend(self._request, self._runtime, context.conversation) as client:
                context.client = client
                await tell_what_was_applied(context, self._emit)
                if context.conversation.export:
                    from .rendering import give_up  # noqa: PLC0415 - only where a film was submitted

                    await give_up(context, self._emit)
        self._settle(context)
        self._close("cancelled")

    async def _emit(self, item: TurnEvent | BackendText) -> None:
        if not isinstance(item, BackendText):
            self._tell(item)
            return
        from .reply import Reply  # noqa: PLC0415 - only where the backend speaks

        self._reply = self._reply or Reply(self._plan.replies)
        text, rewrites = self._reply.take(item)
        if item.last:
            self._reply = None
        if text:
            self._tell(Text(text))
        for rewrite in rewrites:
            self._follow.heard(rewrite)

    def _refusal(self, error: BackendError) -> Problem:
        return self._advisor.refusal(self._recovery.cause(error) if self._recovery else error)

    def _tell(self, event: TurnEvent, *, ends: str | None = None) -> None:
        if ends is not None:
            self._failed.add(ends)
        if isinstance(event, Offer):
            self._offered.append(event.action)
        self._told += event.kind not in ("status", "progress")
        self._log.append(event)

    def _not_run(self, action: str) -> Problem:
        name = self._say(f"action_{action}")
        return self._advisor.problem("not_run", advice="not_run", action=name)

    async def _offer(self) -> None:
        for offer in self._follow.offers():
            self._tell(offer)

    def _close(self, state: TurnState | None = None) -> TurnState:
        if state is None:
            asks = self._offered or self._asks or self._follow.asks()
            state = "failed" if self._failed else "asked" if asks else "finished"
        if self._log.conversation.offered is self._offered_before:  # else a later turn has offered something by now
            self._log.conversation.offered = self._offered
        self._log.save()
        self._closed = True
        self._log.append(Done(self._log.turn_id, state, self._routes))
        return state
