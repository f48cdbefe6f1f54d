"""`studio`: the embedded backend over HTTP, on this machine's own address."""

from __future__ import annotations

import argparse
import socket
import sys
from contextlib import ExitStack
from pathlib import Path

from .desk import Desk
from .exits import CallError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=8765, metavar="N", help="port on 127.0.0.1 (8765); 0 finds a free one"
    )
    parser.add_argument(
        "--scheduler", metavar="URL", help="a Dask scheduler (tcp://host:8786) whose workers draw the films"
    )
    parser.add_argument("--home", metavar="DIR", help="where its projects live (the same as without HTTP)")


def run(args: argparse.Namespace) -> int:
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from studio import RenderError, Studio, create_app, scheduler  # noqa: PLC0415
    except ImportError as error:
        raise CallError('The studio is not installed: pip install "skillturn[studio]".') from error
    home = Path(args.home).absolute() if args.home else Desk.open().home / "studio"
    try:
        listener = socket.create_server(("127.0.0.1", args.port))
    except OSError as error:
        raise CallError(f"Port {args.port} cannot be used ({error.strerror}). Choose another with --port.") from error
    with ExitStack() as stack:
        stack.enter_context(listener)
        try:
            cluster = stack.enter_context(scheduler(args.scheduler)) if args.scheduler else None
        except RenderError as error:
            raise CallError(str(error)) from error
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        print(address, flush=True)
        print(f"skillturn: use it with --backend {address}; Ctrl-C stops it", file=sys.stderr)
        app = create_app(Studio(home, executor=cluster))
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
    return 0
