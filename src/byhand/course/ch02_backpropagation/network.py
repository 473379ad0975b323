"""The two-layer network: the first composite."""

from byhand.layers import activations, linear, losses
from byhand.models import two_layer_net
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _network(draw, n=4, d=3, h=5, c=3, reg=0.25, images=False, scale=1.0):
    features = 2 * d if images else d
    return {
        "params": {
            "w1": draw.normal(features, h, scale=scale),
            "b1": draw.normal(h),
            "w2": draw.normal(h, c, scale=scale),
            "b2": draw.normal(c),
        },
        "x": draw.normal(n, d, 2) if images else draw.normal(n, d),
        "y": draw.integers(c, n),
        "reg": reg,
    }


EXERCISES = (
    exercise(
        two_layer_net.two_layer_net_loss,
        inputs=_network,
        cases=[
            ordinary("a batch of vectors", n=4, d=3, h=5, c=3),
            odd("a batch of small images", n=5, d=2, h=6, c=3, images=True),
            edge("without regularisation", n=4, d=3, h=2, c=5, reg=0.0),
            edge("a batch of one", n=1, d=3, h=4, c=2),
            edge("twelve classes", n=3, d=2, h=4, c=12),
            extreme("large weights", n=4, d=3, h=4, c=3, scale=100.0, reg=1e-4),
        ],
        parts=[
            linear.affine_forward,
            linear.affine_backward,
            activations.relu_forward,
            activations.relu_backward,
            losses.softmax_loss,
        ],
        hints=[
            "You have written every piece. Forward: affine, relu, affine, softmax loss. Backward: the same, from the last to "
            "the first.",
            "Keep the cache of each forward. The gradient that one backward returns for its input is the upstream gradient of "
            "the one before it.",
            "Add `0.5 * reg * np.sum(w**2)` to the loss for `w1` and `w2`, and `reg * w` to each one's gradient. Leave the "
            "biases alone.",
        ],
        misconceptions=[
            Misconception(
                "last-layer-not-regularised",
                {"(np.sum(w1**2) + np.sum(w2**2))\n": "np.sum(w1**2)\n", "dw2 + reg * w2": "dw2"},
                "The last layer's weights are not regularised.",
                "Which weights does the sum run over?",
                "missing-term",
                "loss",
            ),
            Misconception(
                "gradient-not-regularised",
                {"dw1 + reg * w1": "dw1", "dw2 + reg * w2": "dw2"},
                "The loss is regularised, its gradient is not.",
                "What is the gradient of the term that you added to the loss?",
                "missing-term",
                "grads",
            ),
            Misconception(
                "net-half-in-one-place",
                {"loss + 0.5 * reg *": "loss + reg *"},
                "The loss has no half, but the gradient is that of a loss with one.",
                "What is the derivative of `reg * w**2`, and what of `0.5 * reg * w**2`?",
                "wrong-scale",
                "loss",
            ),
            Misconception(
                "net-gradient-twice-regularised",
                {"dw1 + reg * w1": "dw1 + 2 * reg * w1", "dw2 + reg * w2": "dw2 + 2 * reg * w2"},
                "The gradient is that of a loss without the half.",
                "What is the derivative of `0.5 * reg * w**2`?",
                "wrong-scale",
                "grads",
            ),
            Misconception(
                "net-relu-not-undone",
                {"dhidden = relu_backward(dactive, active_cache)": "dhidden = dactive"},
                "The way back does not go through relu.",
                "Which functions did `x` pass on its way to the loss, and which does your gradient pass?",
                "missing-term",
                "grads",
            ),
            Misconception(
                "biases-regularised",
                {
                    "np.sum(w2**2))\n": "np.sum(w2**2) + np.sum(b1**2) + np.sum(b2**2))\n",
                    '"b1": db1': '"b1": db1 + reg * b1',
                    '"b2": db2': '"b2": db2 + reg * b2',
                },
                "The biases are regularised too.",
                "Which parameters does the exercise ask you to keep small?",
                "extra-term",
                "loss",
            ),
        ],
        minutes=30,
        after=("affine_backward", "relu_backward", "softmax_loss"),
    ),
)
