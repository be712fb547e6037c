"""What git knows of this repository."""

import re
import subprocess
from pathlib import Path

OUTPUTS = ("reports", "model", "README.md", "MODEL_CARD.md")  # by the commands
HOST = r"(?:@|//|\.)(github|gitlab)\.com(?::\d+)?[:/]+([\w.-]+)/([\w./-]+?)(?:\.git)?/?$"


def lines(*arguments: str) -> list[str]:
    """Return the lines that git answers; none where it fails or is not there."""
    command = ["git", "-c", "core.quotePath=false", *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    except (OSError, subprocess.CalledProcessError):
        return []
    return answer.stdout.splitlines()


def commit() -> str | None:
    """Return the commit that is checked out, "-dirty" where it was changed; None without git."""
    head = lines("rev-parse", "--short", "HEAD")
    changes = lines("diff", "--name-only", "HEAD", "--", ".", *(f":!{name}" for name in OUTPUTS))
    return head[0] + ("-dirty" if changes else "") if head else None


def addresses() -> dict[str, str | None]:
    """Return the `repository` and the `site` of a remote on GitHub or GitLab, else None for both.

    They name neither user nor token.
    """
    match = re.search(HOST, "".join(lines("remote", "get-url", "origin")), re.IGNORECASE)
    if match is None:
        return {"repository": None, "site": None}
    host, owner, name = match[1].lower(), match[2], match[3]
    domain = f"{owner}.{host}.io".lower()
    site = f"https://{domain}/" + ("" if name.lower() == domain else f"{name}/")
    has_site = Path(".github/workflows/pages.yml").is_file()
    return {"repository": f"https://{host}.com/{owner}/{name}", "site": site if has_site else None}
