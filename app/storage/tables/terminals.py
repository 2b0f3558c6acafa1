"""Terminals, the keys they are known by, the sessions they were docked in, what they carry."""

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

terminal = Table(
    "terminal",
    metadata,
    *branch_and_key(),
    small("terminal_no"),
    small("epoch"),
    text("serial"),
    text("model"),
    text("app_version"),
    text("person_code"),
    text("route_code", optional=True),
    text("status"),
    whole("received_seq"),
    whole("backed_up_seq"),
    whole("last_seen_ms"),
    # What it said of itself when it was last there.
    small("battery_percent", optional=True),
    whole("free_bytes", optional=True),
    whole("clock_offset_ms", optional=True),
    whole("masters_ms", optional=True),
    # The last two tickets that it was given; one that shows an older one is a copy.
    text("ticket", optional=True),
    text("ticket_before", optional=True),
    of_branch(),
    UniqueConstraint("branch_id", "terminal_no"),
    CheckConstraint("terminal_no BETWEEN 1 AND 65535", name="terminal_no_in_range"),
    one_of("status", ("active", "revoked", "lost")),
)

terminal_key = Table(
    "terminal_key",
    metadata,
    *branch_and_key(),
    small("terminal_no"),
    # SHA-256 of the certificate, in hex.
    text("device_id"),
    Column("certificate", LargeBinary, nullable=False),
    small("epoch"),
    text("method"),
    text("state"),
    whole("paired_ms"),
    text("paired_by"),
    whole("revoked_ms", optional=True),
    text("revoked_by", optional=True),
    text("reason", optional=True),
    of_branch(),
    UniqueConstraint("branch_id", "device_id"),
    one_of("method", ("qr", "code", "file")),
    one_of("state", ("trusted", "revoked")),
    Index(None, "branch_id", "terminal_no"),
)

dock_session = Table(
    "dock_session",
    metadata,
    *branch_and_key(),
    key("terminal_id", optional=True),
    text("port_url"),
    text("driver"),
    text("operator"),
    text("state"),
    text("error_code"),
    whole("started_ms"),
    whole("ended_ms", optional=True),
    whole("clock_offset_ms", optional=True),
    small("battery_percent", optional=True),
    small("batches"),
    whole("records"),
    whole("problems"),
    small("epoch", optional=True),
    whole("blobs", optional=True),
    whole("received_bytes", optional=True),
    whole("sent_bytes", optional=True),
    text("ticket", optional=True),
    # Events as a JSON list, and the recorded traffic, relative to the folder of sessions.
    text("log", optional=True),
    text("traffic_path", optional=True),
    of_branch(),
    refers("terminal_id", "terminal"),
    one_of("state", ("running", "done", "failed")),
    Index(None, "branch_id", "started_ms"),
)

blob = Table(
    "blob",
    metadata,
    *branch_and_key(),
    # Of the content, in hex; the file is found by it.
    text("sha256"),
    whole("size_bytes"),
    text("purpose"),
    # The record that spoke of it first.
    small("terminal_no"),
    small("epoch"),
    whole("seq"),
    text("state"),
    whole("announced_ms"),
    whole("held_ms", optional=True),
    of_branch(),
    UniqueConstraint("branch_id", "sha256"),
    # gone: its terminal has it no longer.
    one_of("state", ("awaited", "held", "gone")),
    CheckConstraint("(state = 'held') = (held_ms IS NOT NULL)", name="held_has_time"),
)

data_set = Table(
    "data_set",
    metadata,
    *branch_and_key(),
    text("name"),
    # Empty for the whole branch, else the number of the terminal that it is for.
    text("scope"),
    whole("revision"),
    # Of the content in hex; the payload is deflated.
    text("sha256"),
    small("row_count"),
    Column("payload", LargeBinary, nullable=False),
    whole("made_ms"),
    of_branch(),
    UniqueConstraint("branch_id", "name", "scope", "revision"),
)

number_block = Table(
    "number_block",
    metadata,
    *branch_and_key(),
    small("terminal_no"),
    small("epoch"),
    small("year"),
    whole("first_no"),
    whole("last_no"),
    # 0 until the first one is used.
    whole("used_no"),
    text("state"),
    whole("issued_ms"),
    whole("closed_ms", optional=True),
    text("closed_by", optional=True),
    text("note", optional=True),
    of_branch(),
    UniqueConstraint("branch_id", "terminal_no", "year", "first_no"),
    CheckConstraint("first_no <= last_no", name="block_in_order"),
    one_of("state", ("issued", "used_up", "returned", "filled")),
)

backup_run = Table(
    "backup_run",
    metadata,
    *branch_and_key(),
    whole("made_ms"),
    text("made_by"),
    text("file"),
    text("sha256"),
    whole("size_bytes"),
    whole("verified_ms", optional=True),
    # Terminal, epoch, received_seq of each terminal as the backup holds them, as a JSON list.
    text("watermarks"),
    of_branch(),
    Index(None, "branch_id", "made_ms"),
)
