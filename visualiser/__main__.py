"""`python -m visualiser` is the command `hamstring`."""

import sys

from visualiser.cli import main

sys.exit(main())
