"""`studio`: the embedded backend over HTTP, on this machine's own address."""

from __future__ import annotations

import argparse
import socket
import sys
from pathlib import Path

from .desk import Desk
from .exits import CallError


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port", type=int, default=8765, metavar="N", help="port on 127.0.0.1 (8765); 0 finds a free one"
    )
    parser.add_argument("--home", metavar="DIR", help="where its projects live (the same as without HTTP)")


def run(args: argparse.Namespace) -> int:
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from studio import create_app  # noqa: PLC0415
    except ImportError as error:
        raise CallError('The studio is not installed: pip install "skillturn[studio]".') from error
    home = Path(args.home).absolute() if args.home else Desk.open().home / "studio"
    try:
        listener = socket.create_server(("127.0.0.1", args.port))
    except OSError as error:
        raise CallError(f"Port {args.port} cannot be used ({error.strerror}). Choose another with --port.") from error
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    print(address, flush=True)
    print(f"skillturn: use it with --backend {address}; Ctrl-C stops it", file=sys.stderr)
    uvicorn.Server(uvicorn.Config(create_app(home), log_level="warning")).run(sockets=[listener])
    return 0
