"""The schema of the database: which revision it has, which it should have, and the way there."""

from pathlib import Path

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, OperationalError

from models.database import MIGRATIONS, migrate
from ops.errors import OpsError


def bring_up_to_date(url: str) -> str:
    """Migrate the database and return its revision. Raises OpsError when it cannot be reached."""
    try:
        migrate(url)
    except (ArgumentError, OperationalError) as error:
        raise OpsError(f"the database did not take the schema: {reason(error)}. Is DATABASE_URL right?") from error
    return newest_revision()


def newest_revision() -> str:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head() or ""


def revision_of(url: str) -> str | None:
    """The revision of a database, None for an empty one. Raises OperationalError when it cannot be reached."""
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def is_new_sqlite(url: str) -> bool:
    """Whether this is an SQLite file that is not there yet."""
    parsed = make_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(parsed.database or "").exists()


def reason(error: Exception) -> str:
    """The first line of an error, which is the telling one; the rest of a driver's error is SQL."""
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
