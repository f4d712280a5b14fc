"""The midblock sidecar: holds a language model and trains the middle of it, over gRPC."""

__version__ = "0.1.0"
