"""Floor 5: run a learner's function in a process of its own, compare, and explain."""

from typing import TYPE_CHECKING

from .process import WorkerPool as WorkerPool

if TYPE_CHECKING:
    from .check import check as check


def __getattr__(name: str):
    """Import `check`, and the tracer with it, when it is first asked for: a worker gets ready meanwhile."""
    if name != "check":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .check import check

    globals()["check"] = check  # in place of the submodule, which its import has put there
    return check
