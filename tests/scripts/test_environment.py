"""The launcher builds its environment once, out of the way, and survives what a first use meets."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launcher for Windows is skillturn.cmd")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of the same shape with nothing to install, so that a build takes seconds."""
    root = tmp_path / "a project"
    (root / "skill").mkdir(parents=True)
    (root / "skill/__init__.py").touch()
    (root / "skill/__main__.py").write_text("import sys; print(sys.argv[1:], sys.prefix)\n", encoding="utf-8")
    (root / "pyproject.toml").write_text(
        "[project]\ndependencies = []\n[project.optional-dependencies]\nstudio = []\nvoice = []\n", encoding="utf-8"
    )
    shutil.copytree(SCRIPTS, root / "scripts")
    return root


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "tmp"), **more}


def start(project: Path, cwd: Path, env: dict[str, str]) -> subprocess.Popen[str]:
    cwd.mkdir(exist_ok=True)
    return subprocess.Popen(
        ["sh", str(project / "scripts/skillturn"), "two words", "$HOME"],
        cwd=cwd,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def files_of(project: Path) -> set[Path]:
    return set(project.rglob("*"))


def test_both_launchers_install_the_same(tmp_path: Path) -> None:
    facts = tmp_path / "pyproject.toml"
    facts.write_text(
        '[project]\ndependencies = ["needed"]\n'
        '[project.optional-dependencies]\nstudio = ["drawing"]\nvoice = ["speaking"]\nother = ["more"]\n',
        encoding="utf-8",
    )
    unix, windows = ((SCRIPTS / name).read_text(encoding="utf-8") for name in ("environment.sh", "skillturn.cmd"))
    programs = (
        unix.partition("requirements.txt\" <<'PYTHON' || return\n")[2].partition("\nPYTHON\n")[0],
        windows.partition('set "LIST=')[2].partition('"\n')[0],
    )
    for program in programs:
        command = [sys.executable, "-c", program, str(facts), "run"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        assert listed == ["needed", "drawing", "speaking"]


def test_first_use_says_so_once_and_leaves_the_project_as_it_was(project: Path, tmp_path: Path) -> None:
    before = files_of(project)
    env = environment(tmp_path)
    first = start(project, tmp_path / "work", env)
    out, err = first.communicate(timeout=120)
    assert first.returncode == 0, err
    assert out.startswith("['two words', '$HOME'] " + str(tmp_path / "home/.cache/skillturn"))
    assert err.count("\n") == 1
    assert "first use" in err
    second = start(project, tmp_path / "work", env)
    assert second.communicate(timeout=30) == (out, "")
    assert files_of(project) == before


def test_a_folder_called_skill_where_the_user_works_is_not_ours(project: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "skill").mkdir(parents=True)
    (work / "skill/__main__.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    run = start(project, work, environment(tmp_path))
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert "two words" in out


def test_two_first_uses_at_once_both_run_and_one_builds(project: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    runs = [start(project, tmp_path / "work", env) for _ in range(2)]
    results = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], results
    assert results[0][0] == results[1][0]
    assert sorted(err.count("first use") for _, err in results) == [0, 1]


def test_a_first_use_killed_half_way_is_started_over(project: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    cache = tmp_path / "home/.cache/skillturn"
    killed = start(project, tmp_path / "work", env)
    deadline = time.monotonic() + 60
    while not list(cache.glob("run-*/bin/python")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=30)
    half = {path for path in cache.glob("run-*") if path.is_dir()}
    assert half, "killed too late to prove anything"
    again = start(project, tmp_path / "work", env)
    _, err = again.communicate(timeout=120)
    assert again.returncode == 0, err
    assert not any(path.exists() for path in half)


def test_an_unwritable_home_falls_back_to_the_workspace(project: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the cache folder should be", encoding="utf-8")
    run = start(project, tmp_path / "work", environment(tmp_path, XDG_CACHE_HOME=str(blocked)))
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    assert str(tmp_path / "work/.skillturn/cache") in out


def test_two_uses_after_a_killed_first_use_build_once(project: Path, tmp_path: Path) -> None:
    env = environment(tmp_path)
    cache = tmp_path / "home/.cache/skillturn"
    killed = start(project, tmp_path / "work", env)
    deadline = time.monotonic() + 60
    while not list(cache.glob("run-*.building")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=30)
    runs = [start(project, tmp_path / "work", env) for _ in range(2)]
    results = [run.communicate(timeout=120) for run in runs]
    assert [run.returncode for run in runs] == [0, 0], results
    assert sorted(err.count("first use") for _, err in results) == [0, 1]
    assert len([path for path in cache.glob("run-*") if path.is_dir()]) == 1
