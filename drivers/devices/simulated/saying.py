"""What a handheld tells whoever started it."""

import json
import os
import sys


def say(document: dict[str, object]) -> None:
    """One line of JSON on stdout."""
    try:
        sys.stdout.write(json.dumps(document) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # whoever started us is gone; the next desk may still come
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
