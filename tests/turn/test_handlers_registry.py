"""Actions that only their document knows: run by whoever announced a handler for them."""

from dataclasses import replace
from pathlib import Path

import pytest

from router import Intent, PhraseRow, RoutingTable, Why
from skill.handlers import handler_for

from .conftest import Bench

HANDLER = """
from skill.turn.events import Text

async def run(ctx, intent, emit):
    await emit(Text(f"Beamed: {intent.text}"))
"""


@pytest.fixture
def transporter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package with a handler named "teleportation", as pip would install it."""
    info = tmp_path / "site" / "transporter-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: transporter\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[skillturn.handlers]\nteleportation = transporter_handler:run\n")
    (info.parent / "transporter_handler.py").write_text(HANDLER)
    monkeypatch.syspath_prepend(info.parent)


def with_row(bench: Bench, label: str) -> None:
    row = PhraseRow(("teleport",), ("other",), 7, label=label)
    bench.plan = replace(bench.plan, routing=RoutingTable((row, *bench.plan.routing.rows)))


@pytest.mark.usefixtures("transporter")
def test_a_registered_handler_runs(bench: Bench) -> None:
    bench.known()
    with_row(bench, "→ §3.7 Teleportation")
    assert bench.turn("teleport").texts == ["Beamed: teleport"]


@pytest.mark.usefixtures("transporter")
def test_another_actions_handler_does_not(bench: Bench) -> None:
    bench.known()
    with_row(bench, "→ §3.8 Translation")
    assert bench.turn("teleport").problem.code == "unsupported"


def test_each_action_has_a_handler_of_ours(bench: Bench) -> None:
    rows = [row for row in bench.plan.routing.rows if len(row.actions) == 1]
    intents = [Intent(row.actions[0], "", row, Why(row.line, "", ())) for row in rows]
    names = {handler_for(intent).__module__ for intent in intents}  # type: ignore[attr-defined]  # they are functions
    assert names == {f"skill.handlers.{name}" for name in ("chat", "credits", "export", "status", "upload")}
