"""The fully connected network: every layer so far, in one loss."""

from byhand.layers import activations, batchnorm, dropout, layernorm, linear, losses, regularization
from byhand.models import fully_connected_net
from byhand.spec import Misconception, edge, exercise, extreme, odd, ordinary


def _network(draw, n=4, d=3, h=5, g=4, c=3, *, normalization, keep=1.0, reg=0.25, train=True, deep=True, images=False, scale=1.0):
    inputs = 2 * d if images else d
    hidden = [h, g] if deep else [h]
    params, state = {}, {}
    for i, (fan_in, fan_out) in enumerate(zip([inputs, *hidden], [*hidden, c], strict=True), 1):
        params |= {f"w{i}": draw.normal(fan_in, fan_out, scale=scale), f"b{i}": draw.normal(fan_out)}
    for i, width in enumerate(hidden, 1):
        if normalization:
            params |= {f"gamma{i}": draw.positive(width), f"beta{i}": draw.normal(width)}
        if normalization == "batchnorm":
            state[f"running{i}"] = {"mean": draw.normal(width), "var": draw.positive(width)}
    return {
        "params": params,
        "state": state,
        "x": draw.normal(n, d, 2) if images else draw.normal(n, d),
        "y": draw.integers(c, n),
        "noise": [draw.uniform(n, width) for width in hidden] if keep < 1 else None,
        "normalization": normalization,
        "keep": keep,
        "reg": reg,
        "train": train,
    }


EXERCISES = (
    exercise(
        fully_connected_net.fully_connected_net_loss,
        inputs=_network,
        cases=[
            ordinary("batch norm and dropout", n=4, normalization="batchnorm", keep=0.75),
            odd("images, layer norm", n=5, d=2, h=6, g=3, c=7, normalization="layernorm", images=True),
            edge("plain, one hidden layer", n=4, normalization=None, deep=False),
            edge("in testing, with batch norm and dropout", n=4, normalization="batchnorm", keep=0.75, train=False),
            edge("dropout alone, not regularised", n=4, normalization=None, keep=0.55, reg=0.0),
            edge("a batch of one, layer norm", n=1, normalization="layernorm"),
            extreme("large weights", n=4, normalization=None, scale=30.0, reg=1e-4),
        ],
        parts=[
            linear.affine_forward,
            linear.affine_backward,
            activations.relu_forward,
            activations.relu_backward,
            batchnorm.batchnorm_forward,
            batchnorm.batchnorm_backward,
            layernorm.layernorm_forward,
            layernorm.layernorm_backward,
            dropout.dropout_forward,
            dropout.dropout_backward,
            losses.softmax_loss,
            regularization.l2_regularization,
        ],
        hints=[
            "A loop over the hidden layers (affine, normalisation, relu, dropout), then the last affine layer and the loss. "
            "The number of layers is the number of names in `params` that begin with w.",
            "Put the caches of each layer aside. Going back, take them in reverse order, and the four parts of a layer in "
            "reverse order too.",
            'Layer `i` uses `params[f"w{i}"]`, `params[f"b{i}"]`, `params[f"gamma{i}"]`, `params[f"beta{i}"]`, and '
            '`state[f"running{i}"]` for batch norm. Make a new `state` dict first: `state = dict(state)`.',
        ],
        misconceptions=[
            Misconception(
                "deep-caches-mixed-up",
                {"= caches[i - 1]": "= caches[depth - 1 - i]"},
                "The caches are taken in the order of the forward; the last layer comes back first.",
                "Which cache belongs to the layer that is undone first?",
                "wrong-index",
                "caches",
            ),
            Misconception(
                "deep-last-layer-not-regularised",
                {
                    "l2_regularization(params, grads, loss, reg=reg)": "l2_regularization(\n"
                    '        {k: v for k, v in params.items() if k != f"w{depth}"}, grads, loss, reg=reg\n    )'
                },
                "The last layer's weights are not regularised.",
                "How many weight matrices are there?",
                "off-by-one",
                "loss",
            ),
            Misconception(
                "deep-gradient-not-regularised",
                {"loss, grads = l2_regularization(": "loss, _ = l2_regularization("},
                "The loss is regularised, its gradient is not.",
                "What is the gradient of the term that you added to the loss?",
                "missing-term",
                "grads",
            ),
            Misconception(
                "deep-dropout-not-undone",
                {"            dout = dropout_backward(dout, dropout_cache)\n": "            pass\n"},
                "The way back does not go through dropout.",
                "Which functions did `x` pass on its way to the loss, and which does your gradient pass?",
                "missing-term",
                "grads",
            ),
            Misconception(
                "deep-dropout-in-testing",
                {"keep=keep, train=train": "keep=keep, train=True"},
                "Dropout drops in testing too.",
                "Who tells the dropout layer which mode it is in?",
                "wrong-mode",
                "train",
            ),
            Misconception(
                "deep-one-noise-for-all",
                {"noise[i - 1]": "noise[0]"},
                "Every layer drops by the first layer's noise.",
                "Which item of `noise` belongs to layer `i`?",
                "wrong-index",
                "noise",
            ),
            Misconception(
                "deep-state-in-place",
                {"    state = dict(state)\n": ""},
                "The new running statistics are put into the caller's dict.",
                "Whose dict is `state`?",
                "mutates-input",
                "state",
            ),
        ],
        minutes=45,
        after=("two_layer_net_loss", "l2_regularization", "dropout_backward", "batchnorm_backward", "layernorm_backward"),
    ),
)
