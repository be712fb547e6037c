"""Exit with 0 if the service in this container is ready, for the image's HEALTHCHECK."""

import os
import sys
import urllib.error
import urllib.request

if __name__ == "__main__":
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8000')}/readyz"
    try:
        urllib.request.urlopen(url, timeout=2)
    except (urllib.error.URLError, OSError):
        sys.exit(1)
