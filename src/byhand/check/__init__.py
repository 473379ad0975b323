"""Floor 5: run a learner's function in a process of its own, compare, and explain."""

from .check import check as check
from .process import WorkerPool as WorkerPool
