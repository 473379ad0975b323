"""Where `byhand` starts: first the process that takes a while to be ready, then our own imports beside it."""

from __future__ import annotations

import sys

CHECKING = ("check", "watch")


def run() -> None:
    """Run the command line."""
    arguments = sys.argv[1:]
    pool = None
    if arguments and arguments[0] in CHECKING and not {"-h", "--help"} & set(arguments):
        from byhand.check import WorkerPool

        pool = WorkerPool()
    try:
        from . import app

        sys.exit(app.run(arguments, pool))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        if pool is not None:
            pool.close()
