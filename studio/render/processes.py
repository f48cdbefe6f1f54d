"""An executor of worker processes that ask nothing of the caller's main module and need no shared semaphores.

The standard pool starts the main script anew in each worker, which goes wrong in scripts without a guard and in
sandboxes without shared memory; these workers are plain `python -c` children fed over their standard input.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from typing import IO, Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# glibc would keep what a decoded photo took for the next one; given back, a worker needs a tenth less
_FRUGAL = {"MALLOC_MMAP_THRESHOLD_": "1000000", "MALLOC_TRIM_THRESHOLD_": "1000000", "MALLOC_ARENA_MAX": "1"}
_FRUGAL |= {"OPENBLAS_NUM_THREADS": "1"}  # numpy's threads would only wait, and waiting keeps a core busy
_LENGTH = struct.Struct("<Q")
_Task = tuple["Future[Any]", bytes]


class ProcessExecutor(Executor):
    """At most `workers` processes, each started with its first task and ended by `shutdown`.

    Functions, arguments and results travel by pickle. A worker that dies fails its task with WorkerLost.
    """

    def __init__(self, workers: int) -> None:
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._threads = [threading.Thread(target=self._serve, daemon=True) for _ in range(workers)]
        self._started = 0

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()
        self._tasks.put((future, pickle.dumps((fn, args, kwargs))))
        if self._started < len(self._threads):
            self._threads[self._started].start()
            self._started += 1
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        while cancel_futures:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                break
            if task is not None:
                task[0].cancel()
        for _ in range(self._started):
            self._tasks.put(None)
        if wait:
            for thread in self._threads[: self._started]:
                thread.join()

    def _serve(self) -> None:
        """One thread looks after one process, started with the first task and again after it was lost."""
        child: subprocess.Popen[bytes] | None = None
        while (task := self._tasks.get()) is not None:
            future, request = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                child = child or _start()
                ok, value = _ask(child, request)
            except (OSError, EOFError) as exc:
                _end(child)
                child = None
                future.set_exception(WorkerLost(f"a worker process ended early ({exc})"))
                continue
            if ok:
                future.set_result(value)
            else:
                future.set_exception(value)
        _end(child)


class WorkerLost(RuntimeError):
    """A worker process ended in the middle of a task: killed, out of memory, or crashed."""


def _end(child: subprocess.Popen[bytes] | None) -> None:
    """Close a worker's input, at which it leaves at once."""
    if child is None:
        return
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()
    child.wait()


def _start() -> subprocess.Popen[bytes]:
    # the child sees the modules that this process sees, however it came by them
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import work; work()"
    return subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**_FRUGAL, **os.environ}
    )


def _ask(child: subprocess.Popen[bytes], request: bytes) -> tuple[bool, Any]:
    if child.stdin is None or child.stdout is None:
        raise EOFError("no pipes")
    _send(child.stdin, request)
    ok, value = pickle.loads(_receive(child.stdout))
    return bool(ok), value


def work() -> None:
    """What a worker process does: run tasks from standard input until that closes, and then go at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent tells us to stop
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a stray print must not land among the answers
    todo: queue.SimpleQueue[bytes] = queue.SimpleQueue()

    def listen() -> None:
        while True:
            try:
                todo.put(_receive(requests))
            except EOFError:
                os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        fn, args, kwargs = pickle.loads(todo.get())
        try:
            answer = pickle.dumps((True, fn(*args, **kwargs)))
        except Exception as exc:
            answer = pickle.dumps((False, exc))
        _send(answers, answer)


def _send(pipe: IO[bytes], message: bytes) -> None:
    pipe.write(_LENGTH.pack(len(message)) + message)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError("closed")
    (size,) = _LENGTH.unpack(head)
    message = pipe.read(size)
    if len(message) < size:
        raise EOFError("cut off")
    return bytes(message)
