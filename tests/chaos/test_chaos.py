"""Twenty of the kills that benchmarks/chaos.py deals out by the hundred, against both backends."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.slow
def test_twenty_kills_and_nobody_was_lied_to(tmp_path: Path) -> None:
    told = subprocess.run(
        [
            sys.executable,
            "benchmarks/chaos.py",
            "--kills",
            "12",
            "--studio-kills",
            "8",
            "--at-once",
            "4",
            "--seed",
            "7",
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert told.stdout, told.stderr
    figures = json.loads(told.stdout)
    assert figures["lies"] == []
    assert figures["kills"] >= 20
    assert figures["messages"] >= 10
    assert told.returncode == 0
