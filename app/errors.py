"""Every error that the office side raises on purpose.

AppError
├── UsageError          2  the command was called in a wrong way
├── SettingsError       3  the settings file cannot be used
├── DatabaseError       3  the database does not do what is asked of it
│   ├── SchemaError        its tables are older or newer than this program
│   ├── DiskFull           no room left where it lives
│   └── DatabaseBusy       somebody else held it for too long
├── ArchiveError        3  the raw archive cannot keep or give back an upload
│   └── ArchiveFull        no room left where it lives
├── ProfileError        3  a format profile cannot be used
├── OutputError         3  a file that was asked for cannot be written
├── BackupError         3  a file is no backup that could be used
│   └── BackupLocked    4  its passphrase is missing, wrong or not asked for
├── ScreenMissing       3  there is nothing to show a window on
├── WindowOpen          3  another process shows a window of the same data folder
├── PortError           3  a terminal or its line failed (carries the driver's own code)
├── PermissionDenied    4  the person lacks the right
├── RuleBroken          4  a rule of the trade refuses (carries the rule's name)
├── NotFound            4  nothing goes by that name or number
└── Cancelled           1  a person stopped the work

The number is the exit code of the command line. Errors carry fields, never sentences:
`app.explain` turns class and fields into words in the reader's language.
"""

from typing import ClassVar


class AppError(Exception):
    """Root of the tree; `fields` holds what a sentence about it may mention."""

    code: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 3

    def __init__(self, **fields: object) -> None:
        super().__init__()
        self.fields = fields

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.fields.items())
        return f"{self.code} ({details})" if details else self.code


class UsageError(AppError):
    """Fields: `reason` (a short English phrase), `argument`."""

    code = "usage"
    exit_code = 2


class SettingsError(AppError):
    """Fields: `file`, `setting`, `value`, `allowed`."""

    code = "settings"


class DatabaseError(AppError):
    """Fields: `reason` as the database words it."""

    code = "database"


class SchemaError(DatabaseError):
    """Fields: `found`, `expected` (revision names; `found` is empty for an empty database)."""

    code = "schema"


class DiskFull(DatabaseError):
    """Fields: `path`."""

    code = "disk-full"


class DatabaseBusy(DatabaseError):
    """Fields: `waited_s`."""

    code = "database-busy"


class ArchiveError(AppError):
    """Fields: `path`, `reason`."""

    code = "archive"


class ArchiveFull(ArchiveError):
    """Fields: `path`."""

    code = "archive-full"


class ProfileError(AppError):
    """Fields: `profile` (its code, or the name of its file), `faults` (everything that is wrong
    with it, each with `key`, `reason`, `value`)."""

    code = "profile"


class OutputError(AppError):
    """Fields: `path`, `reason`."""

    code = "output"


class BackupError(AppError):
    """Fields: `path`, `flaw` (a word of `app.explain.words`)."""

    code = "backup"


class BackupLocked(BackupError):
    """Fields: `path`, `flaw`."""

    code = "backup-locked"
    exit_code = 4


class ScreenMissing(AppError):
    """No fields."""

    code = "screen"


class WindowOpen(AppError):
    """Fields: path of the data folder, process (id of who shows it)."""

    code = "window_open"


class PortError(AppError):
    """What a driver reported, carried over the edge: `driver_code` is the driver's own code."""

    code = "port"

    def __init__(self, driver_code: str, *, retry_helps: bool = False, **fields: object) -> None:
        super().__init__(driver_code=driver_code, **fields)
        self.driver_code = driver_code
        self.retry_helps = retry_helps


class PermissionDenied(AppError):
    """Fields: `user`, `right`."""

    code = "permission"
    exit_code = 4


class RuleBroken(AppError):
    """A domain rule refuses; `rule` is its stable name, for example `number-taken`."""

    code = "rule"
    exit_code = 4

    def __init__(self, rule: str, **fields: object) -> None:
        super().__init__(rule=rule, **fields)
        self.rule = rule


class NotFound(AppError):
    """Fields: `what` (a word such as "delivery note"), `key`."""

    code = "not-found"
    exit_code = 4


class Cancelled(AppError):
    """A person stopped the work; what was not committed is undone."""

    code = "cancelled"
    exit_code = 1
