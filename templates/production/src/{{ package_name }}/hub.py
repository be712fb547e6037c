"""`hub`: the promoted model, or the page that runs it, to the Hugging Face hub.

A model repository gets model/, the reports and MODEL_CARD.md as its README; a static Space gets the
page that `site` built, in which the model runs in the visitor's browser.
"""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

# Before the import: neither statistics of use, nor the second protocol for files of a few MB.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_XET", "1")

from httpx2 import HTTPError
from huggingface_hub import HfApi, get_token
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from .errors import ProjectError
from .files import read_json, write

SITE, CARD, METADATA = Path("site/build"), Path("MODEL_CARD.md"), Path("model/metadata.json")
TOKEN = "Put a token that may write, of https://huggingface.co/settings/tokens, into HF_TOKEN."
REPORTS = ("reports/metrics.json", "reports/report.html", "reports/plots")


def run(name: str, space: bool = False, private: bool = False) -> None:
    """Publish to the repository ``name`` (owner/name), which is made where it is not there.

    Files of the same path are replaced, others stay. Raises ``ProjectError`` where nothing is
    promoted or built, and where the hub refuses.
    """
    if not METADATA.is_file():
        raise ProjectError("model/ is empty.", "Run: make promote")
    if space and not (SITE / "index.html").is_file():
        raise ProjectError("The page is not built.", "Run: make site")
    if get_token() is None:
        raise ProjectError("The hub wants to know who publishes, and no token is here.", TOKEN)
    kind = "space" if space else "model"
    with tempfile.TemporaryDirectory() as folder:
        (collect_page if space else collect_model)(Path(folder))
        try:
            upload(name, kind, Path(folder), private)
        except HFValidationError:
            hint = "Write OWNER/NAME of letters, digits, '-', '_' and '.'."
            raise ProjectError(f"{name!r} is no name of a repository.", hint, 2) from None
        except HfHubHTTPError as error:
            code = error.response.status_code
            hint = TOKEN if code in (401, 403) else "Look at the name, or try again later."
            raise ProjectError(f"The hub refused {name} (HTTP {code}).", hint) from None
        except (HTTPError, OSError) as error:
            message = f"The hub was not reached ({type(error).__name__})."
            raise ProjectError(message, "Look at the network, or try again later.") from None


def collect_model(folder: Path) -> None:
    """Copy what a model repository shows into a folder."""
    shutil.copytree(METADATA.parent, folder, dirs_exist_ok=True)
    shutil.copy2(CARD, folder / "README.md")  # its first lines are what the hub reads
    for path in filter(Path.exists, map(Path, REPORTS)):
        (folder / path).parent.mkdir(exist_ok=True)
        shutil.copytree(path, folder / path) if path.is_dir() else shutil.copy2(path, folder / path)


def collect_page(folder: Path) -> None:
    """Copy the built page into a folder, with the settings of a static Space."""
    shutil.copytree(SITE, folder, dirs_exist_ok=True)
    title = json.dumps(read_json(METADATA)["project"]["name"])  # a string of JSON is one of YAML
    settings = f"---\ntitle: {title}\nsdk: static\napp_file: index.html\n---\n"
    write(folder / "README.md", settings)


def upload(name: str, kind: str, folder: Path, private: bool) -> None:
    """Make the repository where it is not there, and commit the folder's files to it."""
    api, model = HfApi(), read_json(METADATA)["model"]["id"]
    sdk = "static" if kind == "space" else None
    url = api.create_repo(name, repo_type=kind, space_sdk=sdk, private=private, exist_ok=True)
    message = f"Publish model {model}"
    api.upload_folder(repo_id=name, repo_type=kind, folder_path=folder, commit_message=message)
    print(f"Published model {model}: {url}", file=sys.stderr)
