"""Layouts of papers, read from resources/layouts and checked before anything is printed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import resources
from app.errors import NotFound, SettingsError
from app.reports.page import from_mm

ALIGNMENTS = ("left", "right", "center")
MIN_SIZE_PT = 6
MIN_IMPACT_SIZE_PT = 9


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: `fields` stand below each other; widths in tenths of a point."""

    label: str
    fields: tuple[str, ...]
    width: int
    align: str


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A labelled value in the head; `share` is its part of the row's width."""

    field: str
    share: float


@dataclass(frozen=True, slots=True)
class Layout:
    """How one document stands on one paper; lengths in tenths of a point unless named _mm.

    `head` rows stand on the first page, `repeated_head` rows on the pages after it, `closing` rows
    below the table of the last one. Without columns the table brings its own.
    """

    document: str
    paper: str
    width_mm: float
    height_mm: float
    left: int
    top: int
    right: int
    bottom: int
    title_size: int
    issuer_size: int
    body_size: int
    small_size: int
    pitch: int
    padding: int
    barcode_module: int
    barcode_height: int
    signature_height: int
    head: tuple[tuple[HeadCell, ...], ...]
    repeated_head: tuple[tuple[HeadCell, ...], ...]
    columns: tuple[Column, ...]
    closing: tuple[tuple[HeadCell, ...], ...]
    signatures: tuple[str, ...]

    @property
    def width(self) -> int:
        """Width between the margins."""
        return from_mm(self.width_mm) - self.left - self.right

    @property
    def height(self) -> int:
        """Height of the whole sheet."""
        return from_mm(self.height_mm)


def papers(document: str) -> tuple[str, ...]:
    """Names of the papers there is a layout of `document` for."""
    files = resources.path("layouts").glob(f"{document}.*.toml")
    return tuple(sorted(file.name.removesuffix(".toml").split(".", 1)[1] for file in files))


@cache
def load_layout(document: str, paper: str) -> Layout:
    """Return a layout that comes with the program; NotFound if there is none for the paper."""
    file = resources.path("layouts", f"{document}.{paper}.toml")
    if not file.is_file():
        raise NotFound(what="paper layout", key=f"{document} {paper}")
    return read_layout(file)


def read_layout(file: Path) -> Layout:
    """Read and check a layout; raises SettingsError naming the file, the place and the remedy."""
    try:
        data = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            file=str(file), setting="", value=str(error), allowed="a TOML file"
        ) from error
    return _Reader(str(file), data).layout()


@dataclass(frozen=True, slots=True)
class _Reader:
    """Takes values out of a TOML table by their path and refuses what is missing or wrong."""

    file: str
    data: Mapping[str, object]

    def layout(self) -> Layout:
        least = MIN_IMPACT_SIZE_PT if self._find("impact") is True else MIN_SIZE_PT
        layout = Layout(
            document=self._text("document"),
            paper=self._text("paper.name"),
            width_mm=self._number("paper.width_mm", 30),
            height_mm=self._number("paper.height_mm", 30),
            left=from_mm(self._number("margins_mm.left", 0)),
            top=from_mm(self._number("margins_mm.top", 0)),
            right=from_mm(self._number("margins_mm.right", 0)),
            bottom=from_mm(self._number("margins_mm.bottom", 0)),
            title_size=self._points("type.title_pt", least),
            issuer_size=self._points("type.issuer_pt", least),
            body_size=self._points("type.body_pt", least),
            small_size=self._points("type.small_pt", least),
            pitch=self._points("type.pitch_pt", least),
            padding=self._points("type.padding_pt", 0),
            barcode_module=self._points("barcode.module_pt", 0.5),
            barcode_height=from_mm(self._number("barcode.height_mm", 5)),
            signature_height=from_mm(self._number("signatures.height_mm", 5)),
            head=self._head("head"),
            repeated_head=self._head("repeated_head"),
            columns=self._columns(),
            closing=self._head("closing"),
            signatures=tuple(map(str, self._list("signatures.labels"))),
        )
        used = sum(column.width for column in layout.columns)
        if layout.columns and abs(used - layout.width) > len(layout.columns):
            raise self._refusal("columns", f"{used / 10:.1f} pt", f"{layout.width / 10:.1f} pt")
        return layout

    def _columns(self) -> tuple[Column, ...]:
        columns = []
        for number, entry in enumerate(self._list("columns")):
            place = _Reader(self.file, {"columns": entry})
            align = place._text("columns.align")
            if align not in ALIGNMENTS:
                raise self._refusal(f"columns[{number}].align", align, ", ".join(ALIGNMENTS))
            columns.append(
                Column(
                    label=place._text("columns.label"),
                    fields=tuple(map(str, place._list("columns.fields"))),
                    width=from_mm(place._number("columns.width_mm", 3)),
                    align=align,
                )
            )
        return tuple(columns)

    def _head(self, key: str) -> tuple[tuple[HeadCell, ...], ...]:
        rows = []
        for row in self._list(key):
            cells = [_Reader(self.file, {key: cell}) for cell in cast(list[object], row)]
            rows.append(
                tuple(
                    HeadCell(cell._text(f"{key}.field"), cell._number(f"{key}.share", 1))
                    for cell in cells
                )
            )
        return tuple(rows)

    def _points(self, key: str, least: float) -> int:
        return round(self._number(key, least) * 10)

    def _number(self, key: str, least: float) -> float:
        value = self._find(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or value < least:
            raise self._refusal(key, value, f"a number of at least {least:g}")
        return value

    def _text(self, key: str) -> str:
        value = self._find(key)
        if not isinstance(value, str):
            raise self._refusal(key, value, "a text")
        return value

    def _list(self, key: str) -> list[object]:
        value = self._find(key)
        if not isinstance(value, list):
            raise self._refusal(key, value, "a list")
        return value

    def _find(self, key: str) -> object:
        found: object = self.data
        for part in key.split("."):
            if not isinstance(found, Mapping) or part not in found:
                return None
            found = found[part]
        return found

    def _refusal(self, key: str, value: object, allowed: str) -> SettingsError:
        return SettingsError(file=self.file, setting=key, value=value, allowed=allowed)
