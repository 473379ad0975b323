"""The script that goes with an export: it trains real handwritten digits on the learner's functions alone."""

from __future__ import annotations

from collections.abc import Mapping

_LOSSES = {
    "fully_connected_net_loss": '''
def init(sizes, rng):
    """Return the weights and biases of a network with these layer sizes."""
    params = {}
    for i, (d, m) in enumerate(zip(sizes[:-1], sizes[1:]), 1):
        params[f"w{i}"] = rng.standard_normal((d, m)) * np.sqrt(2 / d)
        params[f"b{i}"] = np.zeros(m)
    return params


def loss_and_grad(params, batch):
    """Return the loss on a batch, its gradients, and the network's state (there is none)."""
    x, y = batch
    return fully_connected_net_loss(params, {}, x, y, None, normalization=None, keep=1.0, reg=1e-4, train=True)


SIZES = [64, 100, 10]
''',
    "two_layer_net_loss": '''
def init(sizes, rng):
    """Return the weights and biases of a network of two layers."""
    d, h, c = sizes
    return {
        "w1": rng.standard_normal((d, h)) * np.sqrt(2 / d),
        "b1": np.zeros(h),
        "w2": rng.standard_normal((h, c)) * np.sqrt(2 / h),
        "b2": np.zeros(c),
    }


def loss_and_grad(params, batch):
    """Return the loss on a batch, its gradients, and the network's state (there is none)."""
    loss, grads = two_layer_net_loss(params, *batch, reg=1e-4)
    return loss, grads, None


SIZES = [64, 100, 10]
''',
}

_RULES = {
    "adam": ('{"m": np.zeros_like(w), "v": np.zeros_like(w), "t": 0}', "2e-3"),
    "sgd_momentum": ('{"v": np.zeros_like(w)}', "5e-2"),
    "sgd": ("{}", "2e-1"),
}

_STEP = '''
def train_step(loss_and_grad, rule, params, moments, batch, *, lr):
    """Make one step: the gradients on a batch, then the update of every parameter."""
    loss, grads, state = loss_and_grad(params, batch)
    updated = {name: rule(params[name], grads[name], moments[name], lr=lr) for name in params}
    params = {name: w for name, (w, _) in updated.items()}
    moments = {name: moment for name, (_, moment) in updated.items()}
    return params, moments, loss, state

'''

_BATCHES = '''
def minibatches(order, batch_size):
    """Cut the order into batches; what is left over at the end is left out."""
    return [order[i : i + batch_size] for i in range(0, len(order) - batch_size + 1, batch_size)]

'''

_PREDICT = {
    "affine_forward": '''
def predict(params, x):
    """Return the class with the highest score: the forward pass alone."""
    layers = len(params) // 2
    for i in range(1, layers + 1):
        x, _ = affine_forward(x, params[f"w{i}"], params[f"b{i}"])
        if i < layers:
            x = np.maximum(x, 0)
    return x.argmax(axis=1)

''',
    "": '''
def predict(params, x):
    """Return the class with the highest score: the forward pass alone."""
    layers = len(params) // 2
    for i in range(1, layers + 1):
        x = x @ params[f"w{i}"] + params[f"b{i}"]
        if i < layers:
            x = np.maximum(x, 0)
    return x.argmax(axis=1)

''',
}

_MAIN = '''
def main():
    """Train, and say how many digits of the test set are recognised."""
    rng = np.random.default_rng(0)
    x, y = load_digits(return_X_y=True)
    x, order = x / 16.0, rng.permutation(len(x))
    x, y = x[order], y[order]
    x_train, y_train, x_test, y_test = x[:-360], y[:-360], x[-360:], y[-360:]
    params = init(SIZES, rng)
    moments = {{name: {state} for name, w in params.items()}}
    for epoch in range(1, 31):
        losses = []
        for i in minibatches(rng.permutation(len(x_train)), 50):
            params, moments, loss, _ = train_step(
                loss_and_grad, {rule}, params, moments, (x_train[i], y_train[i]), lr={lr}
            )
            losses.append(loss)
        if epoch % 5 == 0:
            accuracy = np.mean(predict(params, x_test) == y_test)
            print(f"epoch {{epoch:2d}}  loss {{np.mean(losses):.4f}}  test accuracy {{accuracy:.4f}}")


if __name__ == "__main__":
    main()
'''


def training_script(package: str, where: Mapping[str, str]) -> str | None:
    """Return the script for the functions at hand (name -> module), or None: no network's loss, or no update rule."""
    loss = next((name for name in _LOSSES if name in where), None)
    rule = next((name for name in _RULES if name in where), None)
    if loss is None or rule is None:
        return None
    used = [n for n in (loss, rule, "train_step", "minibatches", "affine_forward") if n in where]
    modules = sorted({where[n] for n in used})
    imports = "".join(f"from {package}.{m} import {', '.join(sorted(n for n in used if where[n] == m))}\n" for m in modules)
    state, lr = _RULES[rule]
    return "\n".join(
        [
            '"""Train a network on 1,797 real handwritten digits with functions written by hand."""\n',
            "import numpy as np",
            "from sklearn.datasets import load_digits\n",
            imports,
            (_LOSSES[loss] + "\n").lstrip("\n"),
            *([] if "train_step" in where else [_STEP.lstrip("\n")]),
            *([] if "minibatches" in where else [_BATCHES.lstrip("\n")]),
            _PREDICT["affine_forward" if "affine_forward" in where else ""].lstrip("\n"),
            _MAIN.format(state=state, rule=rule, lr=lr).lstrip("\n"),
        ]
    )
