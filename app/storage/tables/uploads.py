"""The batches that terminals uploaded, their records, and what waits for a person."""

from sqlalchemy import CheckConstraint, Column, Index, LargeBinary, Table, UniqueConstraint

from app.storage.tables.columns import (
    branch_and_key,
    key,
    metadata,
    of_branch,
    one_of,
    refers,
    small,
    text,
    whole,
)

upload_batch = Table(
    "upload_batch",
    metadata,
    *branch_and_key(),
    key("session_id", optional=True),
    small("terminal_no"),
    small("epoch"),
    whole("batch_no"),
    # 0 is the content that counts; 1, 2 ... are other contents sent under the same key.
    small("variant"),
    whole("seq_from"),
    whole("seq_to"),
    whole("record_count"),
    text("person_code"),
    whole("opened_ms"),
    whole("closed_ms"),
    text("app_version"),
    small("schema_version"),
    text("sha256"),
    whole("byte_len"),
    text("archive_path"),
    whole("clock_offset_ms"),
    whole("received_ms"),
    text("operator"),
    text("state"),
    text("code", optional=True),
    # Device that signed it and the chain value behind it; neither for families that sign nothing.
    text("signed_by", optional=True),
    text("chain", optional=True),
    # Who typed it from paper; nobody for what a terminal sent.
    text("typed_by", optional=True),
    of_branch(),
    refers("session_id", "dock_session"),
    UniqueConstraint("branch_id", "terminal_no", "epoch", "batch_no", "variant"),
    one_of("state", ("applied", "partly_applied", "rejected", "conflict")),
    CheckConstraint("(state = 'conflict') = (variant > 0)", name="variant_is_conflict"),
    CheckConstraint("seq_to >= seq_from - 1", name="range_in_order"),
)

raw_record = Table(
    "raw_record",
    metadata,
    *branch_and_key(),
    key("batch_id"),
    small("position"),
    small("terminal_no"),
    small("epoch"),
    whole("seq", optional=True),
    small("variant"),
    small("type", optional=True),
    whole("byte_offset"),
    whole("byte_len"),
    Column("sha256", LargeBinary(32), nullable=False),
    whole("event_raw_ms", optional=True),
    small("offset_min", optional=True),
    text("person_code", optional=True),
    text("disposition"),
    text("code", optional=True),
    refers("batch_id", "upload_batch"),
    UniqueConstraint("branch_id", "terminal_no", "epoch", "seq", "variant"),
    UniqueConstraint("branch_id", "batch_id", "position"),
    one_of(
        "disposition",
        ("accepted", "warned", "quarantined", "rejected", "stored", "no_effect", "conflict"),
    ),
)

record_link = Table(
    "record_link",
    metadata,
    *branch_and_key(),
    key("record_id"),
    key("document_id"),
    key("line_id", optional=True),
    text("role"),
    refers("record_id", "raw_record"),
    refers("document_id", "document"),
    refers("line_id", "document_line"),
    one_of("role", ("creates", "confirms", "contradicts", "corrects")),
    Index(None, "branch_id", "record_id"),
    Index(None, "branch_id", "document_id"),
    # Loading replaces draft lines; without this each of them would be looked for in all links.
    Index(None, "branch_id", "line_id"),
)

quarantine_item = Table(
    "quarantine_item",
    metadata,
    *branch_and_key(),
    key("batch_id"),
    key("record_id", optional=True),
    # All records of the document that waits, as a JSON list of sequence numbers.
    text("seqs"),
    text("code"),
    text("kind"),
    text("field"),
    text("raw_value"),
    text("detail"),
    text("state"),
    whole("created_ms"),
    text("resolved_by", optional=True),
    whole("resolved_ms", optional=True),
    text("how", optional=True),
    # What one person suggested and a second one has to confirm.
    text("proposed_by", optional=True),
    whole("proposed_ms", optional=True),
    text("proposal", optional=True),
    # What is held back with it: base units and fen of the whole document.
    whole("qty", optional=True),
    whole("amount_fen", optional=True),
    refers("batch_id", "upload_batch"),
    refers("record_id", "raw_record"),
    one_of("state", ("open", "fixed", "rejected")),
    CheckConstraint(
        "(state = 'open') = (resolved_ms IS NULL) AND (state = 'open') = (resolved_by IS NULL)",
        name="resolution_whole",
    ),
    Index(None, "branch_id", "state", "code", "raw_value"),
)

audit_event = Table(
    "audit_event",
    metadata,
    *branch_and_key(),
    whole("at_ms"),
    text("actor"),
    text("action"),
    text("subject"),
    text("detail"),
    # Empty until the hash chain is switched on.
    Column("prev_hash", LargeBinary(32)),
    Column("hash", LargeBinary(32)),
    of_branch(),
    Index(None, "branch_id", "at_ms"),
)
