"""Write the migration from the newest version in the tree to what `app.storage.tables` says now."""

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine

from app.storage.migrate import upgrade

MIGRATIONS = Path(__file__).resolve().parent.parent / "app" / "storage" / "migrations"


def main(words: str) -> None:
    """Make an empty database of the newest version, compare, and write the file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/newest.sqlite"
        upgrade(url)
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.revision(config, message=words, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit('Say in a few words what changes: poe migration "batches have a removal date"')
    main(sys.argv[1])
