"""What a reader is told while files are read: what was mended, and what could not be checked."""

from __future__ import annotations

import sys


def notice(message: str, where: str) -> None:
    """Print one line on standard error, the place in front."""
    print(f"{where}: {message}", file=sys.stderr)
