"""Looking things up in the plan's routing table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router import PhraseRow, detect_language

from ..document.plan import SkillPlan

if TYPE_CHECKING:
    from ..handlers.contract import Say


def route_row(plan: SkillPlan, action: str) -> PhraseRow:
    """The plan's row for an action; the catch-all where it has none."""
    return next((row for row in plan.routing.rows if row.actions == (action,)), plan.routing.catch_all)


def trigger(plan: SkillPlan, action: str, language: str) -> str:
    """The words of the row that a speaker of `language` would say."""
    phrases = route_row(plan, action).phrases
    own = (phrase for phrase in phrases if detect_language(phrase) == language)
    return next(own, phrases[0] if phrases else action)


def example(plan: SkillPlan, say: Say, language: str) -> str:
    """Something one could ask for, in the user's language: the document's own where it has one, else ours."""
    own = (words for words in plan.examples if detect_language(words) == language)
    return next(own, say("default_example"))


def is_final(plan: SkillPlan, code: int) -> bool:
    """Whether a refusal means the same however often one asks: its row names a remedy that is not ours to try again."""
    row = plan.error_row(code)
    return row is not None and row.recovery not in ("none", "new_client_id", "other")
