"""Floor 2: layers as objects that know their sizes, and combinators that make networks of them.

A layer offers `init(key) -> params`, `init_state() -> state`, `draw(key, n, shape) -> noise`,
`forward(params, state, x, *, train, noise) -> out, cache, state` and `backward(dout, cache) -> dx, dparams`. It holds
no arrays: all of these are trees that come in and go out.
"""

from .activations import LeakyReLU as LeakyReLU
from .activations import ReLU as ReLU
from .activations import Sigmoid as Sigmoid
from .activations import Tanh as Tanh
from .combinators import Chain as Chain
from .combinators import Residual as Residual
from .dropout import Dropout as Dropout
from .layer import Layer as Layer
from .linear import Affine as Affine
from .linear import Flatten as Flatten
from .normalization import BatchNorm as BatchNorm
from .normalization import GroupNorm as GroupNorm
from .normalization import LayerNorm as LayerNorm
from .normalization import RMSNorm as RMSNorm
from .normalization import SpatialBatchNorm as SpatialBatchNorm
from .normalization import SpatialGroupNorm as SpatialGroupNorm
