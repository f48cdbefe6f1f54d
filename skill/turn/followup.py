"""What a backend's reply asks for next, and what may be done about it without asking the user.

Source: SKILL.md, "Backend Response Translation". Only unconditional instructions run; nothing that spends or deletes
is confirmed in the user's name.
"""

from __future__ import annotations

from router import Intent, ReplyIntent, Rewrite, RouteAction, Why, fold

from ..document.plan import SkillPlan
from ..handlers.contract import Conversation
from .events import Offer, TurnRequest
from .rows import route_row, trigger
from .say import Messages, words

_ROUTES: dict[str, RouteAction] = {
    "export": "export",
    "credits": "credits",
    "state": "status",
    "timeline": "status",
    "upload": "upload",
    "edit": "chat",
    "click": "chat",
}
_NEEDS: dict[str, frozenset[str]] = {
    "chat": frozenset({"backend", "upload"}),
    "subtitles": frozenset({"backend", "upload"}),
    "other": frozenset({"backend", "upload", "chat"}),
    "export": frozenset({"backend", "upload", "chat"}),
    "status": frozenset({"backend"}),
    "credits": frozenset({"backend"}),
    "upload": frozenset({"backend"}),
}
_OFFERED: tuple[RouteAction, ...] = ("export", "credits", "status")
_QUESTION_MARKS = ("?", "？")


def depends_on(action: str) -> frozenset[str]:
    """The actions without which this one makes no sense."""
    return _NEEDS[action]


def answers_offer(request: TurnRequest, conversation: Conversation, plan: SkillPlan) -> tuple[Intent, ...]:
    """What a bare "yes" or "try again" means after the last reply; () when it is no such answer."""
    if request.files or request.urls:
        return ()
    said = fold(request.text).strip(" .!。！~")
    last = conversation.last_message
    if last and "retry" in conversation.offered and (said in words("retries") or said in words("affirmations")):
        return (_intent(plan, "chat", last, "retry"),)
    runnable = [action for action in _OFFERED if action in conversation.offered]
    if said in words("affirmations") and len(runnable) == 1:
        return (_intent(plan, runnable[0], request.text, "offered"),)
    return ()


class FollowUps:
    """Collects what the replies of one turn ask for."""

    def __init__(self, plan: SkillPlan, say: Messages, request: str) -> None:
        self._plan = plan
        self._say = say
        self._user_destroys = _holds(request, "destroys")
        self._to_run: list[ReplyIntent] = []
        self._offered: list[ReplyIntent] = []
        self._done: set[str] = set()
        self._wants_files = False
        self._last_words = ""

    def heard(self, rewrite: Rewrite) -> None:
        """Take note of one translated reply."""
        self._last_words = rewrite.text.strip() or self._last_words
        for intent in rewrite.intents:
            held = intent.offered or self._needs_the_user(intent)
            (self._offered if held else self._to_run).append(intent)

    def take(self, done: set[str], waiting: list[str]) -> tuple[list[Intent], list[Intent]]:
        """What to run now that the stream is closed: (before everything that waits, after it)."""
        self._done |= done
        asked, self._to_run = self._to_run, []
        self._wants_files = any(intent.action == "upload" for intent in asked)
        requests = [self._as_request(intent) for intent in asked if _ROUTES[intent.action] == "chat"]
        first = [_intent(self._plan, "chat", "\n".join(dict.fromkeys(requests)), "reply")] if requests else []
        later: list[Intent] = []
        for intent in asked:
            action = _ROUTES[intent.action]
            if action not in ("chat", "upload", *done, *waiting, *(known.action for known in later)):
                later.append(_intent(self._plan, action, intent.instruction, "reply"))
        return first, later

    def hold(self) -> None:
        """The answer broke off, or its action failed: what it asked for is offered."""
        self._offered += self._to_run
        self._to_run = []

    def something_to_do(self) -> bool:
        """Whether the replies so far asked for anything that was not taken yet, or offered something."""
        return bool(self._to_run or self._offered)

    def wants_files(self) -> bool:
        """Whether the reply just taken asked for an upload."""
        return self._wants_files

    def offers(self) -> list[Offer]:
        """What the user may ask for next, each thing once, nothing that was done anyway."""
        offers: dict[str, Offer] = {}
        for intent in self._offered:
            action = _ROUTES[intent.action]
            if action == "chat" or action not in self._done:
                offer = Offer(action, self._phrase(intent))
                offers.setdefault(offer.text, offer)
        return list(offers.values())

    def asks(self) -> bool:
        """Whether the turn ends with a question to the user."""
        return bool(self._offered) or self._last_words.endswith(_QUESTION_MARKS)

    def _needs_the_user(self, intent: ReplyIntent) -> bool:
        """Whether a confirmation would spend or destroy in the user's name. What the user asked for is theirs."""
        said = f"{intent.label} {intent.instruction}"
        if intent.action == "click":
            return _holds(said, "spends") or _holds(said, "destroys")
        return intent.action == "edit" and _holds(said, "destroys") and not self._user_destroys

    def _as_request(self, intent: ReplyIntent) -> str:
        if intent.action == "click":
            return self._say("confirm_click", label=intent.label or intent.instruction)
        return self._say("restate_edit", instruction=intent.instruction.strip())

    def _phrase(self, intent: ReplyIntent) -> str:
        if intent.action == "click":
            return self._say("offer_click", label=intent.label) if intent.label else self._say("offer_chat")
        word = trigger(self._plan, _ROUTES[intent.action], self._say.language)
        return self._say(f"offer_{intent.action}", word=word)


def _holds(text: str, kind: str) -> bool:
    """Whether one of our words of that kind stands in the text; where words are spaced, at a word's beginning."""
    said = f" {fold(text)}"
    return any((f" {word}" if word.isascii() else word) in said for word in words(kind))


def _intent(plan: SkillPlan, action: RouteAction, text: str, rule: str) -> Intent:
    row = route_row(plan, action)
    return Intent(action=action, text=text, row=row, why=Why(row.line, rule, ()))
