"""A real PostgreSQL server for one test session, in a folder of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STARTED_WITHIN_S = "60"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server; `url` of a database by its name.

    `crash` ends it without letting it finish anything, `start` starts it again.
    """

    port: int
    user: str
    crash: Callable[[], None]
    start: Callable[[], None]

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{self.user}@127.0.0.1:{self.port}/{database}"


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Starts a server on a free port and stops it, whatever happens in between."""
    programs = _programs()
    # Short, because a unix socket's path is limited, and outside pytest's own folder, which the
    # server's user may not enter.
    folder = Path(tempfile.mkdtemp(prefix="tdpg"))
    data = folder / "data"
    run_as = _server_user()
    if run_as is not None:
        shutil.chown(folder, run_as)

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [programs / program, *arguments],
            check=True,
            user=run_as,
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdout=subprocess.DEVNULL,
        )

    port = _free_port()
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
    try:
        run("initdb", "-D", str(data), "-U", "owner", "-A", "trust", "-E", "UTF8", "--no-sync")
        log = str(folder / "log")
        control = ("pg_ctl", "-D", str(data), "-w", "-t", _STARTED_WITHIN_S)

        def start() -> None:
            run(*control, "-l", log, "-o", options, "start")

        def crash() -> None:
            run(*control, "-m", "immediate", "stop")

        start()
        try:
            yield PostgresServer(port, "owner", crash, start)
        finally:
            crash()
    finally:
        shutil.rmtree(folder)


def _programs() -> Path:
    """A missing server is an error: these tests are half of what storage promises."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise FileNotFoundError("PostgreSQL (initdb, pg_ctl) is not installed")
    return Path(on_path).parent


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root."""
    return "postgres" if hasattr(os, "geteuid") and os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
