"""Renders every screen of the sample branch into a folder: `poe screenshots [FOLDER]`."""

import sys
import tempfile
from pathlib import Path

from app.domain.rights import Actor
from app.main import open_office, read_options, run
from app.ui.screenshots import take_screenshots


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots")
    with tempfile.TemporaryDirectory() as scratch:
        data = Path(scratch) / "data"
        code = run(["--data", str(data), "demo", "--headless"])
        if code not in (0, 1):
            return code
        with open_office(read_options(data, None, None, as_json=False, user="梅琳")) as office:
            files = take_screenshots(office, Actor.everything("梅琳"), folder)
    sys.stdout.write("".join(f"{file}\n" for file in files))
    return 0


if __name__ == "__main__":
    sys.exit(main())
