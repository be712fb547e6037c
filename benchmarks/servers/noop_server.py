"""The least that the same web server can do for a request: what the others are measured against."""

import os

import uvicorn
from fastapi import FastAPI, Response

app = FastAPI()


@app.post("/predict")
async def predict() -> Response:
    """Answer without reading the request."""
    return Response(b"{}", media_type="application/json")


if __name__ == "__main__":
    port = int(os.environ["PORT"])
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", server_header=False)
