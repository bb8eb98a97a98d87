"""``python -m core``: what can be done without a screen."""

from __future__ import annotations

import sys

from core.cli.cli import main

if __name__ == "__main__":
    sys.exit(main())
