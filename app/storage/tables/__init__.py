"""The tables by area."""

from app.storage.tables.columns import metadata
from app.storage.tables.documents import (
    count_line,
    delivery,
    delivery_line,
    document,
    document_line,
    document_snapshot,
    number_series,
    print_log,
    sales_order,
    stock_count,
)
from app.storage.tables.files import file_setup, taken_file
from app.storage.tables.organisation import (
    branch,
    code_alias,
    person,
    reason,
    route,
    route_stop,
    vehicle,
)
from app.storage.tables.parties import customer_profile, party
from app.storage.tables.products import lot, packing, price_item, price_list, product
from app.storage.tables.stock import location, stock_balance, stock_move
from app.storage.tables.terminals import (
    backup_run,
    blob,
    data_set,
    dock_session,
    number_block,
    terminal,
    terminal_key,
)
from app.storage.tables.uploads import (
    audit_event,
    quarantine_item,
    raw_record,
    record_link,
    upload_batch,
)

__all__ = [
    "audit_event",
    "backup_run",
    "blob",
    "branch",
    "code_alias",
    "count_line",
    "customer_profile",
    "data_set",
    "delivery",
    "delivery_line",
    "dock_session",
    "document",
    "document_line",
    "document_snapshot",
    "file_setup",
    "location",
    "lot",
    "metadata",
    "number_block",
    "number_series",
    "packing",
    "party",
    "person",
    "price_item",
    "price_list",
    "print_log",
    "product",
    "quarantine_item",
    "raw_record",
    "reason",
    "record_link",
    "route",
    "route_stop",
    "sales_order",
    "stock_balance",
    "stock_count",
    "stock_move",
    "taken_file",
    "terminal",
    "terminal_key",
    "upload_batch",
    "vehicle",
]
