"""The command ``labelspread``: serves the app, or runs a command as ``python -m core`` does."""

from __future__ import annotations

import sys


def main() -> int:
    """Serve the app, or run a command such as ``simulate``.

    Returns
    -------
    int
        The exit status.
    """
    if sys.argv[1:] and not sys.argv[1].startswith("-"):
        from core.cli.cli import main as run

        return run()
    from pages._ui import server

    server.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
