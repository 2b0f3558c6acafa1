"""What is nobody's business outside the branch: names, addresses and numbers of people."""

from sqlalchemy import select

from app.storage.reader import Reader
from app.storage.tables import branch, party, person, route, vehicle


def private_texts(reader: Reader) -> frozenset[str]:
    """Every text by which a customer, a person or the branch itself could be known."""
    columns = (
        *(party.c[name] for name in ("name", "legal_name", "address", "contact", "phone")),
        party.c.licence_no,
        person.c.name,
        person.c.phone,
        route.c.name,
        vehicle.c.name,
        vehicle.c.plate,
    )
    queries = [
        select(column).where(column.table.c.branch_id == reader.branch_id) for column in columns
    ]
    queries += [
        select(branch.c[name]).where(branch.c.id == reader.branch_id)
        for name in ("name", "address", "phone", "licence_no")
    ]
    found = {str(text).strip() for query in queries for (text,) in reader.rows(query) if text}
    return frozenset(found - {""})
