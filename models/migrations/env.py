"""How Alembic runs our migrations: inside the transaction that `models.database.migrate` opened."""

from alembic import context

from models.tables import metadata

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7466733)")
context.configure(connection=connection, target_metadata=metadata)
context.run_migrations()
