"""What every test runs under: shapes checked at run time, and hypothesis without surprises."""

import faulthandler
import os

from hypothesis import HealthCheck, settings
from jaxtyping import install_import_hook

# The jaxtyping annotations are enforced in the test run only. A process that compiles sets BYHAND_SHAPES=0:
# torch.compile cannot see through the checks.
if os.environ.get("BYHAND_SHAPES", "1") == "1":
    install_import_hook(["byhand.layers", "byhand.optim"], "beartype.beartype")

settings.register_profile(
    "byhand", derandomize=True, database=None, deadline=None, max_examples=5, suppress_health_check=list(HealthCheck)
)
settings.load_profile("byhand")


def pytest_sessionfinish(session):
    """Let no thread or process that a test left behind keep a finished xdist worker alive: say where it waits, and end it.

    It may wait for the last test of another worker, which has three minutes.
    """
    if hasattr(session.config, "workerinput"):
        faulthandler.dump_traceback_later(200, exit=True)
