"""The watch over tokens can fail: a suite that puts one out, in any of the ways, does not pass."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SUITE = '''
import logging, subprocess, sys
from pathlib import Path
import pytest
from api import Auth, ClientIds, TokenStore

def in_use(folder):
    auth = Auth("o", tokens=TokenStore(folder / "tokens.json"), client_ids=ClientIds(folder / "client_id"))
    auth.keep("kept_0123456789")
    return auth.token()

TELLS = "import os, sys; print(os.environ['NEMO_TOKEN'], file=sys.{})"
FINDS = """
import json, sys
token = "found_" + "0123456789"
json.dump({"o id": token}, open(sys.argv[1], "w"))
print("got", token)
"""

def program(code, *words, token=None):
    environment = {"NEMO_TOKEN": token} if token else None
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, env=environment, check=True)

def test_it(tmp_path, capsys):
    LEAK
'''
LEAKS = {
    "nothing": "in_use(tmp_path)",
    "what is printed": "print(in_use(tmp_path))",
    "what is printed, and looked at": "print(in_use(tmp_path)); capsys.readouterr()",
    "what is logged": "logging.getLogger().warning('using %s', in_use(tmp_path))",
    "a file": "(tmp_path / 'deep').mkdir(); (tmp_path / 'deep' / 'x.log').write_text('as ' + in_use(tmp_path))",
    "a command line": "program('', in_use(tmp_path))",
    "what a program prints": "program(TELLS.format('stdout'), token='given_0123456789')",
    "what a program complains of": "program(TELLS.format('stderr'), token='given_0123456789')",
    "a token that only a program knew": "program(FINDS, str(tmp_path / 'tokens.json'))",
}


@pytest.mark.shows_tokens("that is what is tried")
@pytest.mark.parametrize("where", LEAKS)
def test_a_token_that_is_put_out_fails_the_test_that_did_it(tmp_path: Path, where: str) -> None:
    (tmp_path / "conftest.py").write_text(
        "from tests.token_watch import TokenWatch\n"
        "def pytest_configure(config):\n"
        "    config.pluginmanager.register(TokenWatch(), 'token_watch')\n"
    )
    (tmp_path / "test_suite.py").write_text(SUITE.replace("LEAK", LEAKS[where]))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'kept'}"]
    ran = subprocess.run(
        [*command, str(tmp_path)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    leaked = "a token in use stands in" in ran.stdout
    assert (ran.returncode, leaked) == ((0, False) if where == "nothing" else (1, True)), ran.stdout
