"""The HTTP service: onnxruntime and numpy only, every answer bounded in time and memory."""
