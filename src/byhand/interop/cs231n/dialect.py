"""CS231n's names, put together."""

from __future__ import annotations

from byhand.spec import Dialect

from . import classifiers, features, layers, networks, normalization, optimizers
from .skeletons import untouched

OTHERS = (
    "conv_forward_naive", "conv_backward_naive", "max_pool_forward_naive", "max_pool_backward_naive",
    "ThreeLayerConvNet.loss", "rnn_step_forward", "rnn_step_backward", "rnn_forward", "rnn_backward",
    "word_embedding_forward", "word_embedding_backward", "lstm_step_forward", "lstm_step_backward", "lstm_forward",
    "lstm_backward", "temporal_affine_forward", "temporal_affine_backward", "temporal_softmax_loss", "CaptioningRNN.loss",
    "CaptioningRNN.sample", "MultiHeadAttention.forward", "PositionalEncoding.forward", "sim", "simclr_loss_naive",
    "sim_positive_pairs", "compute_sim_matrix", "simclr_loss_vectorized", "compute_saliency_maps", "make_fooling_image",
    "content_loss", "gram_matrix", "style_loss", "tv_loss", "sample_noise", "bce_loss", "discriminator_loss",
    "generator_loss", "ls_discriminator_loss", "ls_generator_loss",
)  # fmt: skip
"""What CS231n asks for that has no exercise yet. A chapter takes its names from here when it declares them."""

CS231N = Dialect(
    name="cs231n",
    title="CS231n",
    package="cs231n",
    entries=(
        *classifiers.ENTRIES,
        *layers.ENTRIES,
        *normalization.ENTRIES,
        *networks.ENTRIES,
        *optimizers.ENTRIES,
        *features.ENTRIES,
    ),
    others=OTHERS,
    untouched=untouched,
)
