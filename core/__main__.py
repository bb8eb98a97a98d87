"""``python -m core``: what can be done without a screen."""

from __future__ import annotations

import sys


def _main() -> int:
    try:
        # Loading takes a second or two, and Ctrl-C may come in that.
        from core.cli.cli import main

        return main()
    except KeyboardInterrupt:
        print("python -m core: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(_main())
