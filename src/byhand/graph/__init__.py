"""Floor 1: the tracer. It differentiates what the layers compute, to check and explain, never to train; it knows no layer."""

from . import namespace as _namespace
from .gains import Gain as Gain
from .gains import gains as gains
from .gradient import gradient as gradient
from .implied import Implied as Implied
from .implied import implied as implied
from .structure import Edge as Edge
from .structure import Graph as Graph
from .structure import routes as routes
from .tensor import Node as Node
from .tensor import Tensor as Tensor
from .tracing import trace as trace

Tensor.__byhand_namespace__ = _namespace
