"""Turns data sets into packages: nothing for what a terminal holds, else what changed, else all."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.rights import Actor, Right
from app.errors import RuleBroken
from app.services.datasets.catalogue import DATASETS
from app.services.datasets.dataset import Context, DataSet, Scope, context_of
from app.services.office import Office
from app.storage.queries.data_sets import KnownRevision, known_revisions, payloads
from app.storage.reader import Reader
from drivers.contract import Held, Package, TerminalInfo
from drivers.protocols.docking.datasets import DatasetError, delta, encode_rows


@dataclass(frozen=True, slots=True)
class _Made:
    """A data set as it is now; `scope` as the table keeps it, `known` the newest first."""

    dataset: DataSet
    scope: str
    content: bytes
    row_count: int
    sha256: bytes
    known: Sequence[KnownRevision]

    @property
    def is_known(self) -> bool:
        return bool(self.known) and self.known[0].sha256 == self.sha256.hex()


def packages_for(
    office: Office, actor: Actor, info: TerminalInfo, day: date
) -> tuple[Package, ...]:
    """What a terminal needs for the business day and does not hold.

    Raises RuleBroken("data-set") when the branch has more of something than a data set may hold.
    """
    actor.require(Right.DOCK)
    with office.database.read() as reader:
        context = context_of(reader, info.terminal, day, office.clock.now_ms())
        made = _make(reader, context)
    revisions = _keep(office, actor, info.terminal, made)
    held = {each.name: each for each in info.held}
    with office.database.read() as reader:
        bases = _bases(reader, made, held)
    packages = (
        _package(each, revisions[each.dataset.name], held.get(each.dataset.name), bases)
        for each in made
    )
    return tuple(package for package in packages if package is not None)


def _make(reader: Reader, context: Context) -> list[_Made]:
    own = str(context.terminal_no)
    known = known_revisions(reader, ["", own])
    made = []
    for dataset in DATASETS:
        rows = list(dataset.rows(reader, context))
        try:
            content = encode_rows(rows, dataset.key_columns)
        except DatasetError as error:
            raise RuleBroken("data-set", name=dataset.name, reason=error.reason) from error
        scope = own if dataset.scope is Scope.TERMINAL else ""
        digest = hashlib.sha256(content).digest()
        revisions = known.get((dataset.name, scope), ())
        made.append(_Made(dataset, scope, content, len(rows), digest, revisions))
    return made


def _keep(office: Office, actor: Actor, terminal_no: int, made: Sequence[_Made]) -> dict[str, int]:
    """The revision of each content by the name of its set; new contents get the next one."""
    revisions = {each.dataset.name: each.known[0].revision for each in made if each.is_known}
    fresh = [(each, zlib.compress(each.content)) for each in made if not each.is_known]
    if not fresh:
        return revisions
    subject = f"terminal {terminal_no}"
    with office.database.transaction(actor, "keep data sets", subject) as store:
        # another desk of the branch may be making the same revision
        store.lock()
        for each, payload in fresh:
            revisions[each.dataset.name] = store.data_sets.keep(
                each.dataset.name,
                each.scope,
                sha256=each.sha256.hex(),
                row_count=each.row_count,
                payload=payload,
            )
    return revisions


def _bases(reader: Reader, made: Sequence[_Made], held: Mapping[str, Held]) -> dict[str, bytes]:
    """The contents that the terminal holds, by the name of the set, where they are still known."""
    bases, wanted = {}, {}
    for each in made:
        name = each.dataset.name
        has = held.get(name)
        if has is None:
            continue
        if has.sha256 == each.sha256:
            # under another revision: of a desk that was restored, or from before a change and back
            bases[name] = each.content
        for known in each.known:
            if (known.revision, known.sha256) == (has.revision, has.sha256.hex()):
                wanted[name] = known.id
    found = payloads(reader, wanted.values()) if wanted else {}
    # a revision may have been dropped by another desk meanwhile
    inflated = {name: zlib.decompress(found[key]) for name, key in wanted.items() if key in found}
    return bases | inflated


def _package(
    made: _Made, revision: int, held: Held | None, bases: Mapping[str, bytes]
) -> Package | None:
    name, columns = made.dataset.name, made.dataset.key_columns
    if held is not None and (held.revision, held.sha256) == (revision, made.sha256):
        return None
    base = bases.get(name)
    if held is not None and held.revision and base is not None:
        try:
            change = delta(base, made.content, columns)
        except DatasetError:
            # more changed than a delta may hold, or the base is of another time
            change = made.content
        if len(change) < len(made.content):
            return Package(name, revision, change, made.sha256, columns, held.revision)
    return Package(name, revision, made.content, made.sha256, columns)
