"""Floor 3: whole networks and their losses."""

from .classifier import Classifier as Classifier
from .fully_connected import FullyConnected as FullyConnected
from .fully_connected import fully_connected_classifier as fully_connected_classifier
