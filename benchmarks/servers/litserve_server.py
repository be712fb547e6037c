"""The model behind LitServe, as its guide has it, with one worker."""

import os
from typing import Any

import litserve as ls
from model import Model


class Api(ls.LitAPI):  # type: ignore[misc]
    """Rows in, predictions out."""

    def setup(self, device: str) -> None:  # noqa: ARG002
        """Load the model in the worker."""
        self.model = Model()

    def decode_request(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the rows of a request."""
        rows: list[dict[str, Any]] = request["rows"]
        return rows

    def predict(self, rows: list[dict[str, Any]]) -> list[Any]:
        """Return a prediction a row."""
        return self.model.predict(rows)

    def encode_response(self, output: list[Any]) -> dict[str, Any]:
        """Return the answer's body."""
        return {"predictions": output}


if __name__ == "__main__":
    server = ls.LitServer(Api(), accelerator="cpu", workers_per_device=1)
    server.run(port=int(os.environ["PORT"]), generate_client_file=False, log_level="error")
