"""Start-up time is part of every turn: what a `credits` turn may not load."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
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
    "importlib.metadata",
    "skill.document.markdown",
    "skill.document.compile",
    "skill.hosts.cli.render",
    "skill.handlers.chat",
    "skill.turn.worker",
)
LISTING = """
import json, sys
from skill.hosts.cli import main
code = main(["turn", "credits", "--backend", sys.argv[1]])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def loaded(environment: dict[str, str], backend: str) -> set[str]:
    """The modules of a credits turn, in a second call: the first compiles the document."""
    for _ in range(2):
        told = subprocess.run(
            [sys.executable, "-c", LISTING, backend],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert told.returncode == 0, told.stderr
    return set(json.loads(told.stderr.splitlines()[-1]))


@pytest.fixture(scope="module")
def balance_modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[set[str]]:
    folder = tmp_path_factory.mktemp("startup")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    environment = {**kept, "PYTHONPATH": str(ROOT), "SKILLTURN_HOME": str(folder), "PYTHONSAFEPATH": "1"}
    command = [sys.executable, "-m", "skill", "studio", "--port", "0", "--home", str(folder / "studio")]
    server = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert server.stdout
    try:
        yield loaded(environment, server.stdout.readline().strip())
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()


@pytest.mark.parametrize("module", HEAVY)
def test_a_balance_loads_nothing_heavy(balance_modules: set[str], module: str) -> None:
    assert module not in balance_modules
