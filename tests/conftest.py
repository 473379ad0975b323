"""What every test runs under: shapes checked at run time, and hypothesis without surprises."""

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
