"""Data, training, honest evaluation and serving of one model."""

__version__ = "0.1.0"
