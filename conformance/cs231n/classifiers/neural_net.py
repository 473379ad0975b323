"""`cs231n/classifiers/neural_net.py`: the two-layer network of the years to 2019."""

import numpy as np

from byhand.layers import activations, linear
from byhand.models import two_layer_net


class TwoLayerNet:
    """Affine, relu, affine, softmax; the loss regularises by reg times the sum of squares."""

    def __init__(self, input_size, hidden_size, output_size, std=1e-4):
        self.params = {
            "W1": std * np.random.randn(input_size, hidden_size),
            "b1": np.zeros(hidden_size),
            "W2": std * np.random.randn(hidden_size, output_size),
            "b2": np.zeros(output_size),
        }

    def loss(self, X, y=None, reg=0.0):
        """Return loss, grads; without y, the scores."""
        params = {name.lower(): value for name, value in self.params.items()}
        if y is None:
            hidden, _ = activations.relu_forward(linear.affine_forward(X, params["w1"], params["b1"])[0])
            return linear.affine_forward(hidden, params["w2"], params["b2"])[0]
        loss, grads = two_layer_net.two_layer_net_loss(params, X, y, reg=2 * reg)
        return loss, {name.replace("w", "W"): value for name, value in grads.items()}

    def train(
        self,
        X,
        y,
        X_val,
        y_val,
        learning_rate=1e-3,
        learning_rate_decay=0.95,
        reg=5e-6,
        num_iters=100,
        batch_size=200,
        verbose=False,
    ):
        """Train by stochastic gradient descent and return the histories."""
        each = max(len(X) // batch_size, 1)
        found = {"loss_history": [], "train_acc_history": [], "val_acc_history": []}
        for t in range(num_iters):
            batch = np.random.choice(len(X), batch_size)
            loss, grads = self.loss(X[batch], y[batch], reg)
            found["loss_history"].append(loss)
            self.params = {name: w - learning_rate * grads[name] for name, w in self.params.items()}
            if t % each == 0:
                found["train_acc_history"].append(np.mean(self.predict(X[batch]) == y[batch]))
                found["val_acc_history"].append(np.mean(self.predict(X_val) == y_val))
                learning_rate *= learning_rate_decay
        return found

    def predict(self, X):
        """Return the predicted classes."""
        return np.argmax(self.loss(X), axis=1)
