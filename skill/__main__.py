"""`python -m skill` is the command line."""

import sys

from .hosts.cli import main

sys.exit(main())
