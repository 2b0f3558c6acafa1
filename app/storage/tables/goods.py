"""What each kind of paper of the day of goods adds to its header and lines."""

from sqlalchemy import CheckConstraint, Column, Date, Index, Table, UniqueConstraint

from app.storage.tables.columns import (
    branch_and_key,
    extends,
    flag,
    key,
    metadata,
    one_of,
    refers,
    small,
    text,
    whole,
)

reservation = Table(
    "reservation",
    metadata,
    *branch_and_key(),
    key("order_line_id"),
    key("location_id"),
    key("product_id"),
    key("lot_id", optional=True),
    whole("qty"),
    text("state"),
    whole("made_ms"),
    whole("expires_ms", optional=True),
    refers("order_line_id", "document_line"),
    refers("location_id", "location"),
    refers("product_id", "product"),
    refers("lot_id", "lot"),
    one_of("state", ("pending", "posted", "void")),
    CheckConstraint("qty > 0", name="qty_positive"),
    Index(None, "branch_id", "order_line_id"),
    Index(None, "branch_id", "location_id", "product_id", "state"),
)

load_sheet = Table(
    "load_sheet",
    metadata,
    small("branch_id"),
    key("document_id"),
    *extends("document", "document_id"),
    key("route_id"),
    key("van_id"),
    key("driver_id", optional=True),
    key("checker_id", optional=True),
    Column("day", Date, nullable=False),
    text("seal_no"),
    whole("float_fen"),
    whole("checked_ms", optional=True),
    refers("route_id", "route"),
    refers("van_id", "location"),
    refers("driver_id", "person"),
    refers("checker_id", "person"),
    Index(None, "branch_id", "day", "route_id"),
)

load_line = Table(
    "load_line",
    metadata,
    small("branch_id"),
    key("line_id"),
    *extends("document_line", "line_id"),
    whole("picked"),
    whole("checked", optional=True),
    CheckConstraint("picked >= 0 AND COALESCE(checked, 0) >= 0", name="not_negative"),
)

delivery_proof = Table(
    "delivery_proof",
    metadata,
    small("branch_id"),
    key("document_id"),
    *extends("document", "document_id"),
    text("signer"),
    text("signature_sha256"),
    text("photo_sha256"),
    whole("lat_e6", optional=True),
    whole("lng_e6", optional=True),
    small("accuracy_m", optional=True),
    text("datum"),
)

goods_receipt = Table(
    "goods_receipt",
    metadata,
    small("branch_id"),
    key("document_id"),
    *extends("document", "document_id"),
    key("place_id"),
    text("asn_no"),
    text("truck"),
    refers("place_id", "location"),
)

goods_receipt_line = Table(
    "goods_receipt_line",
    metadata,
    small("branch_id"),
    key("line_id"),
    *extends("document_line", "line_id"),
    whole("expected"),
    whole("received", optional=True),
    whole("short", optional=True),
    whole("rejected", optional=True),
    whole("oversupply", optional=True),
    CheckConstraint(
        "expected >= 0 AND COALESCE(received, 0) >= 0 AND COALESCE(short, 0) >= 0"
        " AND COALESCE(rejected, 0) >= 0 AND COALESCE(oversupply, 0) >= 0",
        name="not_negative",
    ),
)

supplier_claim = Table(
    "supplier_claim",
    metadata,
    *branch_and_key(),
    key("line_id"),
    key("party_id"),
    text("kind"),
    whole("qty"),
    text("state"),
    text("note"),
    whole("opened_ms"),
    whole("closed_ms", optional=True),
    text("closed_by", optional=True),
    refers("line_id", "document_line"),
    refers("party_id", "party"),
    one_of("kind", ("short", "damaged", "oversupply", "returned")),
    one_of("state", ("open", "closed")),
    CheckConstraint("qty > 0", name="qty_positive"),
    CheckConstraint("(state = 'closed') = (closed_ms IS NOT NULL)", name="closed_has_time"),
    Index(None, "branch_id", "state"),
)

transfer = Table(
    "transfer",
    metadata,
    small("branch_id"),
    key("document_id"),
    *extends("document", "document_id"),
    key("source_id"),
    key("target_id"),
    whole("shipped_ms", optional=True),
    whole("received_ms", optional=True),
    refers("source_id", "location"),
    refers("target_id", "location"),
)

transfer_line = Table(
    "transfer_line",
    metadata,
    small("branch_id"),
    key("line_id"),
    *extends("document_line", "line_id"),
    whole("shipped"),
    whole("received", optional=True),
    whole("short", optional=True),
    CheckConstraint(
        "shipped >= 0 AND COALESCE(received, 0) >= 0 AND COALESCE(short, 0) >= 0",
        name="not_negative",
    ),
)

write_off = Table(
    "write_off",
    metadata,
    small("branch_id"),
    key("document_id"),
    *extends("document", "document_id"),
    key("place_id"),
    text("target"),
    text("approved_by", optional=True),
    refers("place_id", "location"),
    one_of("target", ("loss", "consumption")),
)

goods_return = Table(
    "goods_return",
    metadata,
    small("branch_id"),
    key("document_id"),
    *extends("document", "document_id"),
    text("mode"),
    key("delivery_id", optional=True),
    key("exchange_id", optional=True),
    key("van_id", optional=True),
    key("place_id", optional=True),
    text("approved_by", optional=True),
    whole("collected_ms", optional=True),
    whole("received_ms", optional=True),
    whole("inspected_ms", optional=True),
    refers("delivery_id", "document"),
    refers("exchange_id", "document"),
    refers("van_id", "location"),
    refers("place_id", "location"),
    one_of("mode", ("return", "exchange", "swap", "empties", "consignment")),
    Index(None, "branch_id", "delivery_id"),
)

goods_return_line = Table(
    "goods_return_line",
    metadata,
    small("branch_id"),
    key("line_id"),
    *extends("document_line", "line_id"),
    text("condition"),
    text("disposition"),
    whole("collected", optional=True),
    whole("received", optional=True),
    whole("accepted", optional=True),
    flag("no_reference"),
    one_of("condition", ("good", "near", "damaged", "expired")),
    CheckConstraint(
        "COALESCE(collected, 0) >= 0 AND COALESCE(received, 0) >= 0 AND COALESCE(accepted, 0) >= 0",
        name="not_negative",
    ),
)

stock_case = Table(
    "stock_case",
    metadata,
    *branch_and_key(),
    text("kind"),
    text("state"),
    key("location_id"),
    key("product_id"),
    key("document_id", optional=True),
    text("note"),
    whole("opened_ms"),
    whole("closed_ms", optional=True),
    text("closed_by", optional=True),
    refers("location_id", "location"),
    refers("product_id", "product"),
    refers("document_id", "document"),
    one_of("state", ("open", "closed")),
    CheckConstraint("(state = 'closed') = (closed_ms IS NOT NULL)", name="closed_has_time"),
    Index(None, "branch_id", "state"),
    UniqueConstraint("branch_id", "kind", "location_id", "product_id", "opened_ms"),
)
