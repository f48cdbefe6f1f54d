"""What a `credits` turn costs before anything happens, as a multiple of `python -c pass` in the same run.

    python benchmarks/startup.py [--repeat 21] [--modules]

Run in the environment that scripts/skillturn built, by its absolute interpreter, whole processes, each beside its
measure in turn; medians of both, and in brackets the quickest of both, which other work on the machine disturbs least.
Bars: a loopback address 14 (aim 11), the embedded studio 18. Ratios travel between machines, milliseconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(Path(__file__).parent))

BARS = {"loopback address": 14.0, "embedded studio": 18.0}
FIND = '. "$1/scripts/environment.sh"; root=$1; environment_ready run; printf %s "$environment"'
LISTING = """
import json, sys
from skill.hosts.cli import main
code = main(sys.argv[1:])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=21)
    parser.add_argument("--modules", action="store_true", help="list what each turn imports")
    asked = parser.parse_args()
    from counting_backend import CountingBackend  # noqa: PLC0415 - it needs the folder of this script

    found = subprocess.run(["sh", "-c", FIND, "sh", str(ROOT)], capture_output=True, text=True, check=True)
    environment = Path(found.stdout)
    worst = 0.0
    with tempfile.TemporaryDirectory() as folder, CountingBackend().serving() as address:
        variables = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "PYTHONSAFEPATH": "1",
            "PYTHONPYCACHEPREFIX": str(environment / "bytecode"),
            "SKILLTURN_HOME": folder,
        }
        python = str(environment / "bin" / "python")
        print(f"{python}\n")
        for name, backend in (("loopback address", address), ("embedded studio", "local")):
            words = ["turn", "credits", "--backend", backend, "--conversation", name]
            cost = compared(python, words, variables, asked.repeat)
            modules = imported(python, words, variables)
            worst = max(worst, cost.ratio / BARS[name])
            print(
                f"{name:17} {cost.ratio:5.1f} × python -c pass ({cost.turn_ms:.0f} ms / {cost.pass_ms:.1f} ms) "
                f"[{cost.least_ratio:.1f} ×], bar {BARS[name]:g}, {len(modules)} modules"
            )
            if asked.modules:
                print("  " + " ".join(modules))
    return 1 if worst > 1 else 0


class Cost(NamedTuple):
    """Medians, and their ratio; least_ratio: the quickest turn over the quickest `pass`."""

    ratio: float
    least_ratio: float
    turn_ms: float
    pass_ms: float


def compared(python: str, words: Sequence[str], variables: Mapping[str, str], repeat: int) -> Cost:
    """Turns beside as many `pass`; the first two turns set things up and do not count."""
    turn = [python, "-m", "skill", *words]
    for _ in range(2):
        timed(turn, variables)
    pairs = [(timed([python, "-c", "pass"], variables), timed(turn, variables)) for _ in range(repeat)]
    passes, turns = zip(*pairs, strict=True)
    turn_s, pass_s = statistics.median(turns), statistics.median(passes)
    return Cost(turn_s / pass_s, min(turns) / min(passes), turn_s * 1000, pass_s * 1000)


def timed(command: Sequence[str], variables: Mapping[str, str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, env=dict(variables), stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begun


def imported(python: str, words: Sequence[str], variables: Mapping[str, str]) -> list[str]:
    """The modules a turn has loaded when it ends."""
    told = subprocess.run(
        [python, "-c", LISTING, *words], env=dict(variables), capture_output=True, text=True, check=True
    )
    listed: list[str] = json.loads(told.stderr.splitlines()[-1])
    return listed


if __name__ == "__main__":
    sys.exit(main())
