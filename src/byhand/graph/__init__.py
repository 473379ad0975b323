"""Floor 1: the tracer. It differentiates what layers compute, to explain and never to train, and knows no layer."""

from . import namespace as _namespace
from .gains import Gain as Gain
from .gains import gains as gains
from .gradient import gradient as gradient
from .implied import Implied as Implied
from .implied import implied as implied
from .layout import layout as layout
from .picture import mark as mark
from .picture import picture as picture
from .structure import Edge as Edge
from .structure import Graph as Graph
from .structure import routes as routes
from .svg import svg as svg
from .tensor import Node as Node
from .tensor import Tensor as Tensor
from .text import text as text
from .tracing import trace as trace

Tensor.__byhand_namespace__ = _namespace
