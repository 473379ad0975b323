"""`cs231n/solver.py`: training a model with loss(X, y) and params."""

import numpy as np

from . import optim


class Solver:
    """Trains a model, keeps its histories, and leaves it with the parameters that did best on the validation set."""

    def __init__(self, model, data, **kwargs):
        self.model, self.data = model, data
        self.update_rule = getattr(optim, kwargs.pop("update_rule", "sgd"))
        self.optim_config = kwargs.pop("optim_config", {})
        self.lr_decay = kwargs.pop("lr_decay", 1.0)
        self.batch_size = kwargs.pop("batch_size", 100)
        self.num_epochs = kwargs.pop("num_epochs", 10)
        self.num_train_samples = kwargs.pop("num_train_samples", 1000)
        self.num_val_samples = kwargs.pop("num_val_samples", None)
        self.checkpoint_name = kwargs.pop("checkpoint_name", None)
        self.print_every = kwargs.pop("print_every", 10)
        self.verbose = kwargs.pop("verbose", True)
        if kwargs:
            raise ValueError(f"Unrecognized arguments {', '.join(kwargs)}")
        self.epoch, self.best_val_acc, self.best_params = 0, 0, {}
        self.loss_history, self.train_acc_history, self.val_acc_history = [], [], []
        self.optim_configs = {name: dict(self.optim_config) for name in model.params}

    def _step(self):
        count = len(self.data["X_train"])
        batch = np.random.choice(count, self.batch_size)
        loss, grads = self.model.loss(self.data["X_train"][batch], self.data["y_train"][batch])
        self.loss_history.append(loss)
        for name, w in self.model.params.items():
            rule = self.update_rule(w, grads[name], self.optim_configs[name])
            self.model.params[name], self.optim_configs[name] = rule

    def check_accuracy(self, X, y, num_samples=None, batch_size=100):
        """Return the share of examples that the model gets right."""
        if num_samples is not None and len(X) > num_samples:
            chosen = np.random.choice(len(X), num_samples)
            X, y = X[chosen], y[chosen]
        starts = range(0, len(X), batch_size)
        return np.mean(np.concatenate([np.argmax(self.model.loss(X[i : i + batch_size]), axis=1) for i in starts]) == y)

    def train(self):
        """Train for num_epochs."""
        each = max(len(self.data["X_train"]) // self.batch_size, 1)
        total = self.num_epochs * each
        for t in range(total):
            self._step()
            if self.verbose and t % self.print_every == 0:
                print(f"(Iteration {t + 1} / {total}) loss: {self.loss_history[-1]:f}")
            ended = (t + 1) % each == 0
            if ended:
                self.epoch += 1
                for config in self.optim_configs.values():
                    config["learning_rate"] = config.get("learning_rate", 1e-2) * self.lr_decay
            if t == 0 or t == total - 1 or ended:
                self._look()
        self.model.params = self.best_params

    def _look(self):
        train = self.check_accuracy(self.data["X_train"], self.data["y_train"], self.num_train_samples)
        val = self.check_accuracy(self.data["X_val"], self.data["y_val"], self.num_val_samples)
        self.train_acc_history.append(train)
        self.val_acc_history.append(val)
        if self.verbose:
            print(f"(Epoch {self.epoch} / {self.num_epochs}) train acc: {train:f}; val_acc: {val:f}")
        if val > self.best_val_acc or not self.best_params:
            self.best_val_acc, self.best_params = val, {name: w.copy() for name, w in self.model.params.items()}
