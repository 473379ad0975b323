"""`cs231n/classifiers/k_nearest_neighbor.py`."""

from byhand.procedures import neighbours


class KNearestNeighbor:
    """Remembers the training examples, and lets the nearest vote."""

    def train(self, X, y):
        """Remember the examples."""
        self.X_train, self.y_train = X, y

    def predict(self, X, k=1, num_loops=0):
        """Return the predicted classes."""
        ways = [self.compute_distances_no_loops, self.compute_distances_one_loop, self.compute_distances_two_loops]
        if num_loops not in range(3):
            raise ValueError(f"Invalid value {num_loops} for num_loops")
        return self.predict_labels(ways[num_loops](X), k=k)

    def compute_distances_two_loops(self, X):
        """Return (num_test, num_train)."""
        return neighbours.euclidean_distances_two_loops(X, self.X_train)

    def compute_distances_one_loop(self, X):
        """Return (num_test, num_train)."""
        return neighbours.euclidean_distances_one_loop(X, self.X_train)

    def compute_distances_no_loops(self, X):
        """Return (num_test, num_train)."""
        return neighbours.euclidean_distances(X, self.X_train)

    def predict_labels(self, dists, k=1):
        """Return the predicted classes."""
        return neighbours.knn_predict(dists, self.y_train, k=k)
