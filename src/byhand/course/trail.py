"""The trail: the order in which the exercises are done. Chapters say where a function is at home; the trail goes to and fro.

The linear half of chapter 1 needs the first gradients of chapter 2, and a drill of chapter 0 comes just before the exercise
that uses it. A name in parentheses is a side trip: nothing on the core trail needs it, and `byhand list` folds it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Leg:
    """A part of the trail that one sets out to do in one go."""

    title: str
    entries: tuple[str, ...]
    """Names of exercises; those of side trips in parentheses."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names alone."""
        return tuple(entry.strip("()") for entry in self.entries)

    @property
    def side_trips(self) -> frozenset[str]:
        """Those of them that are side trips."""
        return frozenset(entry.strip("()") for entry in self.entries if entry.startswith("("))


TRAIL = (
    Leg(
        "Loops into arrays",
        ("row_normalize", "one_hot", "gather_rows", "standardize_columns", "pairwise_difference", "(running_mean)"),
    ),
    Leg(
        "Nearest neighbours",
        (
            "euclidean_distances_two_loops",
            "(euclidean_distances_one_loop)",
            "euclidean_distances",
            "top_k_indices",
            "(argmax_per_group)",
            "knn_predict",
            "cross_validate",
        ),
    ),
    Leg("First gradients", ("numerical_gradient", "gradient_check", "scalar_circuit_backward")),
    Leg(
        "Linear classifiers",
        (
            "stable_softmax_rows",
            "shift_scores",
            "predict_initial_loss",
            "cross_entropy",
            "scores_gradient",
            "(linear_softmax_loss_naive)",
            "linear_softmax_loss",
            "(linear_svm_loss_naive)",
            "(linear_svm_loss)",
            "predict_linear",
            "train_linear",
        ),
    ),
    Leg("Features", ("(block_sum)", "(color_histogram_hsv)", "(hog)")),
    Leg(
        "Backpropagation",
        (
            "sum_backward",
            "mean_backward",
            "broadcast_backward",
            "fan_out_backward",
            "affine_forward",
            "(batched_outer)",
            "affine_backward",
            "relu_forward",
            "relu_backward",
            "(leaky_relu_forward)",
            "(leaky_relu_backward)",
            "(sigmoid_forward)",
            "(sigmoid_backward)",
            "(tanh_forward)",
            "(tanh_backward)",
            "(svm_loss)",
            "softmax_loss",
            "two_layer_net_loss",
        ),
    ),
    Leg(
        "A tape of your own",
        (
            "(tape_broadcast_backward)",
            "(tape_add_backward)",
            "(tape_multiply_backward)",
            "(tape_matmul_backward)",
            "(tape_reduce_backward)",
            "(tape_elementwise_backward)",
            "(topological_order)",
            "(tape_backward)",
            "(tape_two_layer_net_loss)",
        ),
    ),
    Leg(
        "Training",
        (
            "(xavier_init)",
            "he_init",
            "sgd",
            "sgd_momentum",
            "(nesterov)",
            "(adagrad)",
            "(rmsprop)",
            "adam",
            "(adamw)",
            "(cosine_schedule)",
            "(warmup)",
            "(clip_gradient_norm)",
            "l2_regularization",
            "dropout_forward",
            "dropout_backward",
            "minibatches",
            "train_step",
            "solver",
            "overfit_fifty",
            "(tune_rate_and_reg)",
        ),
    ),
    Leg(
        "Normalisation",
        (
            "center_backward",
            "variance_backward",
            "standardize_backward",
            "batchnorm_forward",
            "batchnorm_backward",
            "(batchnorm_backward_alt)",
            "(predict_batchnorm_batch_size)",
            "layernorm_forward",
            "layernorm_backward",
            "(rmsnorm_forward)",
            "(rmsnorm_backward)",
            "(groupnorm_forward)",
            "(groupnorm_backward)",
            "(spatial_batchnorm_forward)",
            "(spatial_batchnorm_backward)",
            "(spatial_groupnorm_forward)",
            "(spatial_groupnorm_backward)",
            "fully_connected_net_loss",
        ),
    ),
    Leg(
        "Drills for the chapters to come",
        ("(masked_mean)", "(scatter_add)", "(sliding_windows)", "(bilinear_form)", "(causal_mask)"),
    ),
)

REFRESHER = (
    "euclidean_distances",
    "linear_softmax_loss",
    "affine_backward",
    "softmax_loss",
    "two_layer_net_loss",
    "adam",
    "dropout_backward",
    "batchnorm_forward",
    "batchnorm_backward",
    "layernorm_backward",
)
"""What those who knew it once write again, in an afternoon: the exercises on which everything else rests."""
