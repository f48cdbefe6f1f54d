"""`python -m skill` is the command line."""

import gc

gc.disable()  # what a start loads stays: looking for garbage in it costs 3 ms; `process` decides how to go on

from .hosts.cli.entry import process  # noqa: E402 - see above

process()
