"""Lists of products and customers for a terminal that takes files, as its profile writes them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from app.domain.business_day import business_date
from app.domain.pricing import resolve_price
from app.domain.problems import Problem, problem
from app.domain.profiles.writing import Row, write_list
from app.domain.rights import Actor, Right
from app.domain.stock import LocationKind
from app.services.office import Office
from app.services.profiles import find_profile
from app.storage.queries.directory import (
    customers_by_code,
    find_branch,
    products_by_code,
)
from app.storage.queries.prices import price_book
from app.storage.queries.stock import on_hand
from app.storage.reader import Reader
from app.storage.store.files import FileSetup
from drivers.file_contract import TerminalFile

_NOBODY = UUID(int=0)
"""Whose prices are those of everybody: a list for a terminal knows no customer."""


@dataclass(frozen=True, slots=True)
class SentLists:
    """What a terminal was sent last, remembered only to spare it the same again."""

    folder: Path
    terminal_no: int

    def are(self, files: Sequence[TerminalFile]) -> bool:
        """Whether it has exactly these."""
        try:
            return self._file.read_text() == _digest(files)
        except OSError:
            return False

    def keep(self, files: Sequence[TerminalFile]) -> None:
        """It has these now. A disk that refuses costs no more than sending them again."""
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._file.write_text(_digest(files))

    @property
    def _file(self) -> Path:
        return self.folder / f"lists-{self.terminal_no}.sha256"


def list_files(
    office: Office, actor: Actor, setup: FileSetup
) -> tuple[tuple[TerminalFile, ...], tuple[Problem, ...]]:
    """The list of the terminal's profile, none if it has none; and the rows that it cannot say.

    Raises NotFound for an unknown profile.
    """
    actor.require(Right.DOCK)
    listing = find_profile(office.paths, setup.profile).profile.listing
    if listing is None:
        return (), ()
    with office.database.read() as reader:
        branch = find_branch(reader)
        today = business_date(office.clock.now_ms(), branch.tz_offset_min, branch.cutoff_min)
        make = _customers if listing.what == "customers" else _products
        # what is not known is left out, not written as nothing
        rows = [
            {name: value for name, value in row.items() if value != ""}
            for row in make(reader, today)
        ]
    written = write_list(listing, rows)
    name_of = "customer" if listing.what == "customers" else "code"
    left_out = tuple(
        problem(
            "W_LIST_ROW",
            listing.file,
            row=str(rows[each.row - 1][name_of]),
            column=each.column,
            line_fault=each.reason,
        )
        for each in written.left_out
    )
    return (TerminalFile(listing.file, written.data),), left_out


def _digest(files: Sequence[TerminalFile]) -> str:
    digest = hashlib.sha256()
    for file in files:
        for part in (file.name.encode(), file.data):
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _products(reader: Reader, today: date) -> Iterator[Row]:
    """A row for each packing that has a number under its bars, else for the default one."""
    stock = _in_warehouses(reader)
    products = [each for each in products_by_code(reader).values() if each.active]
    prices = price_book(reader, {each.id for each in products})
    for product in products:
        candidates = prices.candidates(product.id, _NOBODY, "")
        scanned = [each for each in product.packings.items if each.gtin]
        for packing in scanned or [product.packings.default]:
            price = resolve_price(candidates, packing.code, today)
            row: dict[str, str | Decimal] = {
                "code": product.code,
                "name": product.name,
                "short_name": product.short_name or product.name,
                "gtin": packing.gtin or "",
                "packing": packing.code,
                "factor": Decimal(packing.factor),
                "stock": Decimal(stock[product.code]),
                "unit": packing.name,
                "text": product.spec,
            }
            if price is not None:
                fen = Decimal(price.price_fen) * packing.factor / price.factor
                row["price"] = fen.quantize(Decimal(1)).scaleb(-2)
            yield row


def _customers(reader: Reader, today: date) -> Iterator[Row]:
    for customer in customers_by_code(reader, None, today).values():
        if customer.active:
            yield {
                "customer": customer.code,
                "name": customer.name,
                "short_name": customer.name,
                "address": customer.address,
                "phone": customer.phone,
                "text": customer.contact,
            }


def _in_warehouses(reader: Reader) -> defaultdict[str, int]:
    stock: defaultdict[str, int] = defaultdict(int)
    for row in on_hand(reader):
        if row.kind is LocationKind.WAREHOUSE:
            stock[row.product_code] += row.qty
    return stock
