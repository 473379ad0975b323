"""`cs231n/classifiers`."""

from .fc_net import *  # noqa: F403
from .k_nearest_neighbor import *  # noqa: F403
from .linear_classifier import *  # noqa: F403
