"""Pictures, fonts, themes, translations and page layouts, and the one way to find them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent


def path(*parts: str) -> Path:
    """Return the path of one resource, for example `path("fonts", "NotoSansSC-Regular.ttf")`."""
    return ROOT.joinpath(*parts)
