"""One search over everything that has a code or a number."""

from dataclasses import dataclass

from sqlalchemy import func, literal, or_, select, union_all

from app.domain.numbering import DocumentKind
from app.storage.reader import Reader
from app.storage.tables import document, party, product


@dataclass(frozen=True, slots=True)
class Found:
    """`kind`: product, customer or delivery; `code` is what names it."""

    kind: str
    code: str
    name: str


def find_anything(reader: Reader, words: str, limit: int) -> tuple[Found, ...]:
    """Whatever has all the words in its code or name, those that begin with them first."""
    terms = [term for term in words.upper().split() if term]
    if not terms:
        return ()
    sources = [
        (literal("product"), product, product.c.code, product.c.name, product.c.active),
        (literal("customer"), party, party.c.code, party.c.name, party.c.active),
        (
            literal("delivery"),
            document.outerjoin(
                party,
                (party.c.branch_id == document.c.branch_id) & (party.c.id == document.c.party_id),
            ),
            document.c.number,
            func.coalesce(party.c.name, ""),
            document.c.kind == DocumentKind.DN.value,
        ),
    ]
    queries = []
    for kind, table, code, name, wanted in sources:
        owner = document.c.branch_id if kind.value == "delivery" else table.c.branch_id
        has_all = [
            or_(code.icontains(term, autoescape=True), name.icontains(term, autoescape=True))
            for term in terms
        ]
        queries.append(
            select(kind.label("kind"), code.label("code"), name.label("name"))
            .select_from(table)
            .where(owner == reader.branch_id, wanted, code.is_not(None), *has_all)
        )
    found = union_all(*queries).subquery()
    starts = func.upper(found.c.code).startswith(terms[0], autoescape=True)
    query = select(found).order_by(starts.desc(), found.c.kind, found.c.code).limit(limit)
    return tuple(Found(*row) for row in reader.rows(query))
