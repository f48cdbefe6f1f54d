"""Start-up time is part of every turn: what a `credits` turn may not load."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
HEAVY = (
    "pydantic",
    "structlog",
    "rich",
    "click",
    "yaml",
    "markdown_it",
    "cv2",
    "av",
    "numpy",
    "PIL",
    "starlette",
    "uvicorn",
    "mcp",
    "platformdirs",
    "httpx_sse",
    "httpx._main",
    "importlib.metadata",
    "tomllib",
    "skill.document.markdown",
    "skill.document.compile",
    "skill.hosts.cli.render",
    "skill.hosts.media",
    "skill.handlers.chat",
    "skill.handlers.export",
    "skill.handlers.upload",
    "skill.turn.media",
    "skill.turn.pinned",
    "skill.turn.worker",
)
LISTING = """
import json, sys
from skill.hosts.cli import main
code = main(["turn", "credits", "--backend", sys.argv[1]])
frozen = [
    f"{name}.{found}"
    for name, module in sys.modules.items()
    if name.startswith("skill.")
    for found, item in vars(module).items()
    if isinstance(item, type) and item.__module__ == name
    if getattr(vars(item).get("__dataclass_params__"), "frozen", False)
]
print(json.dumps({"modules": sorted(sys.modules), "frozen": frozen}), file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True)
class Start:
    """What a credits turn loaded, and what it did to its conversation's journal.

    frozen: the classes of ours whose methods were compiled anew. touched: the journal's files that changed.
    """

    modules: set[str]
    frozen: list[str]
    touched: list[str]


def started(environment: dict[str, str], backend: str) -> Start:
    """The third call of its kind: the first compiles the document and connects, the second settles the language."""
    journals = Path(environment["SKILLTURN_HOME"], "conversations")
    before: dict[str, bytes] = {}
    for _ in range(3):
        before = {file.name: file.read_bytes() for file in journals.glob("*")}
        told = subprocess.run(
            [sys.executable, "-c", LISTING, backend],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert told.returncode == 0, told.stderr
    after = {file.name: file.read_bytes() for file in journals.glob("*")}
    touched = sorted(name for name in before | after if before.get(name) != after.get(name))
    listed = json.loads(told.stderr.splitlines()[-1])
    return Start(set(listed["modules"]), listed["frozen"], touched)


@pytest.fixture(scope="module")
def balance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    folder = tmp_path_factory.mktemp("startup")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(folder), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "skill", "studio", "--port", "0", "--home", str(folder / "studio")]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    try:
        yield started(environment, server.stdout.readline().strip())
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


@pytest.mark.parametrize("module", HEAVY)
def test_a_balance_loads_nothing_heavy(balance: Start, module: str) -> None:
    assert module not in balance.modules


def test_a_balance_compiles_no_class(balance: Start) -> None:
    assert balance.frozen == [], "each of these costs 0.4 ms of every turn; see skill/value.py"


def test_a_balance_waits_for_no_disk(balance: Start) -> None:
    assert "skill.turn.journal" in balance.modules
    assert balance.touched == [], "a turn that learned nothing writes nothing"
