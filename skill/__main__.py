"""`python -m skill` is the command line."""

from .hosts.cli.entry import process

process()
