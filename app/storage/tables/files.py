"""Terminals that know files instead of records: how each is read, and what was taken from it."""

from sqlalchemy import CheckConstraint, Table, UniqueConstraint

from app.storage.tables.columns import (
    branch_and_key,
    flag,
    key,
    metadata,
    of_branch,
    one_of,
    refers,
    small,
    text,
    whole,
)

file_setup = Table(
    "file_setup",
    metadata,
    *branch_and_key(),
    small("terminal_no"),
    text("driver"),
    # By which of the two it is known again; the serial number counts more. One of them is there.
    text("serial"),
    text("port"),
    # Of a serial line; 0 for that of the family.
    small("baud"),
    text("profile"),
    flag("clears"),
    flag("sends"),
    # What its files do not say; empty where they do.
    text("customer"),
    text("location"),
    text("supplier"),
    of_branch(),
    UniqueConstraint("branch_id", "terminal_no"),
    CheckConstraint("serial <> '' OR port <> ''", name="is_known_by_something"),
)

taken_file = Table(
    "taken_file",
    metadata,
    *branch_and_key(),
    small("terminal_no"),
    small("epoch"),
    text("name"),
    # How many lines of goods, and a digest over them all: so a file that grew is known again.
    whole("lines"),
    text("lines_sha256"),
    text("sha256"),
    whole("size_bytes"),
    text("profile"),
    # clearing: it was about to be deleted on the terminal.
    text("state"),
    key("batch_id"),
    whole("received_ms"),
    of_branch(),
    refers("batch_id", "upload_batch"),
    UniqueConstraint("branch_id", "terminal_no", "epoch", "name"),
    one_of("state", ("held", "clearing", "cleared")),
)
