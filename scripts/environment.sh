# Sourced by scripts/skillturn and scripts/test: finds or builds the Python environment they run in.
#
# An environment holds the dependencies that pyproject.toml names, never the project's own code, and never lies in the
# project's folder: a registry's fingerprint of an installed skill must stay intact, and several copies can share one.
# It is found through a small pointer file that appears, by an atomic rename, only after the environment is complete;
# so a build that was killed half-way is never used, and two builds at once cannot disturb each other.

# environment_say WORDS…: one line for a person, never on standard output.
environment_say() {
    printf 'skillturn: %s\n' "$*" >&2
}

# environment_fail WORDS…: say why and stop. 1, because no exit code of the command line means "could not start".
environment_fail() {
    environment_say "$*"
    exit 1
}

# environment_places: where an environment may live, best first, a line each.
environment_places() {
    if [ -n "${XDG_CACHE_HOME:-}" ]; then
        printf '%s\n' "$XDG_CACHE_HOME/skillturn"
    elif [ -n "${HOME:-}" ] && [ "$(uname -s)" = Darwin ]; then
        printf '%s\n' "$HOME/Library/Caches/skillturn"
    elif [ -n "${HOME:-}" ]; then
        printf '%s\n' "$HOME/.cache/skillturn"
    fi
    printf '%s\n' "$PWD/.skillturn/cache" "${TMPDIR:-/tmp}/skillturn-$(id -u)"
}

# environment_lookup: sets `environment` to a complete one, or fails. No process is started but cksum and uname.
environment_lookup() {
    key=$(cksum <"$root/pyproject.toml") || environment_fail "cannot read $root/pyproject.toml"
    key=$kind-$(printf '%s' "$key" | tr -s ' \t' '--')
    places=$(environment_places)
    old_ifs=$IFS
    IFS='
'
    for known in $places; do
        if [ -f "$known/$key" ] && [ -O "$known/$key" ]; then
            read -r environment <"$known/$key"
            if [ -x "$environment/bin/python" ]; then
                IFS=$old_ifs
                return 0
            fi
        fi
    done
    IFS=$old_ifs
    return 1
}

# environment_home: sets `place` to the first writable one that is ours alone.
environment_home() {
    old_ifs=$IFS
    IFS='
'
    for place in $places; do
        if (umask 077 && mkdir -p "$place") 2>/dev/null && [ -O "$place" ] && [ -w "$place" ]; then
            IFS=$old_ifs
            return 0
        fi
    done
    environment_fail "no folder to build its environment in; set XDG_CACHE_HOME to one that can be written"
}

# environment_python: prints a Python that is new enough, or fails.
environment_python() {
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return 0
        fi
    done
    return 1
}

# environment_uv ARGUMENTS…: uv, trusting the certificates that this machine trusts (a company's own among them).
environment_uv() {
    UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-1} UV_NATIVE_TLS=${UV_NATIVE_TLS:-1} uv "$@"
}

# environment_create: an empty environment at $building, with uv where there is one.
environment_create() {
    if command -v uv >/dev/null 2>&1; then
        environment_uv venv --quiet --python '>=3.11' "$building" >"$log" 2>&1
        return
    fi
    python=$(environment_python) ||
        environment_fail "needs uv, or Python 3.11 or newer; install either (https://docs.astral.sh/uv/) and run this again"
    "$python" -m venv "$building" >"$log" 2>&1
}

# environment_install: the dependencies of this kind, as pyproject.toml lists them.
environment_install() {
    "$building/bin/python" - "$root/pyproject.toml" "$kind" >"$building/requirements.txt" <<'PYTHON' || return
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    project = tomllib.load(file)
extras = project["project"]["optional-dependencies"]
wanted = project["project"]["dependencies"] + extras["studio"] + extras["voice"]
if sys.argv[2] == "dev":
    wanted += project["dependency-groups"]["dev"]
print("\n".join(wanted))
PYTHON
    if command -v uv >/dev/null 2>&1; then
        environment_uv pip install --quiet --python "$building/bin/python" -r "$building/requirements.txt" >>"$log" 2>&1
    else
        "$building/bin/python" -m pip install --quiet --disable-pip-version-check \
            -r "$building/requirements.txt" >>"$log" 2>&1
    fi
}

# environment_bytecode: compile what a turn loads, because missing bytecode makes a start three times slower.
environment_bytecode() {
    PYTHONPYCACHEPREFIX=$building/bytecode "$building/bin/python" - "$root" <<'PYTHON' >>"$log" 2>&1
import compileall
import re
import sys
import sysconfig
from pathlib import Path

rooms = [Path(sys.argv[1], room) for room in ("skill", "router", "api", "studio")]
rarely = re.compile(r"[/\\](test|tests|idlelib|lib2to3|turtledemo|ensurepip|site-packages)[/\\]")
compileall.compile_dir(sysconfig.get_path("stdlib"), quiet=2, rx=rarely, workers=0)
for folder in [sysconfig.get_path("purelib"), *map(str, rooms)]:
    compileall.compile_dir(folder, quiet=2, workers=0)
PYTHON
}

# environment_wait: while another first use builds the same environment, wait for it instead of doing it twice.
# True when it got there; false when the mark is ours and we build ourselves. A builder that is gone left a stale mark.
environment_wait() {
    mark=$place/$key.building
    stale=
    while :; do
        if (set -C && printf '%s\n' "$$" >"$mark") 2>/dev/null; then
            [ -z "$stale" ] && break
            # Another process may have found the same stale mark, and taken ours for it: whose mark stays, builds.
            sleep 1
            [ "$(cat "$mark" 2>/dev/null)" = "$$" ] && break
        fi
        builder=$(cat "$mark" 2>/dev/null)
        sleep 1
        environment_lookup && return 0
        # An empty mark is one being written just now; after the second we waited it no longer is.
        builder=${builder:-$(cat "$mark" 2>/dev/null)}
        if ! kill -0 "${builder:-none}" 2>/dev/null; then
            stale=yes
            [ "$(cat "$mark" 2>/dev/null)" = "$builder" ] && rm -f "$mark"
        fi
    done
    environment_lookup
}

# environment_sweep: remove what builds of this environment left behind when they were killed.
environment_sweep() {
    for leftover in "$place/$key".*[0-9]; do
        [ -d "$leftover" ] || continue
        [ "$leftover" = "$(cat "$place/$key" 2>/dev/null)" ] && continue
        kill -0 "${leftover##*.}" 2>/dev/null || rm -rf "$leftover"
    done
}

# environment_build: make one and point to it.
environment_build() {
    environment_home
    if environment_wait; then
        rm -f "$place/$key.building"
        return 0
    fi
    building=$place/$key.$$
    log=$place/$key.log
    trap 'rm -rf "$building" "$place/$key.building"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    environment_say "first use: setting up its environment in $place (a minute or so, once)"
    environment_sweep
    rm -rf "$building"
    if ! { environment_create && environment_install && environment_bytecode; }; then
        tail -n 12 "$log" >&2
        environment_fail "could not set up its environment (see above; all of it in $log)"
    fi
    printf '%s\n' "$building" >"$building/pointer"
    mv -f "$building/pointer" "$place/$key"
    trap - EXIT INT TERM HUP
    rm -f "$place/$key.building"
    environment=$building
}

# environment_ready KIND: sets `environment`; KIND is "run" or "dev". Expects `root`, the project's folder.
environment_ready() {
    kind=$1
    environment_lookup || environment_build
    # The folder we were started from may hold an `api` or `skill` of its own: it must not be searched for modules.
    export PYTHONSAFEPATH=1
    export PYTHONPATH="$root"
    export PYTHONPYCACHEPREFIX="$environment/bytecode"
    unset PYTHONHOME PYTHONDONTWRITEBYTECODE
}
