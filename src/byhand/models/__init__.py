"""Floor 3: whole networks and their losses."""

from .classifier import Classifier as Classifier
from .classifier import Model as Model
from .fully_connected import FullyConnected as FullyConnected
from .fully_connected import fully_connected_classifier as fully_connected_classifier
from .linear import LinearClassifier as LinearClassifier
from .two_layer import TwoLayer as TwoLayer
from .two_layer import two_layer_classifier as two_layer_classifier
