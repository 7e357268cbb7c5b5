"""Statements that make the database itself refuse to change or remove an integrated entry."""

from sqlalchemy import Connection, Table, event

REFUSALS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        """CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END""",
        """CREATE TRIGGER audit_entry_no_delete BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END""",
    ),
    "postgresql": (
        """CREATE OR REPLACE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_entry is append-only'; END $$""",
        """CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE ON audit_entry
FOR EACH ROW EXECUTE FUNCTION audit_entry_refuse()""",
        """CREATE TRIGGER audit_entry_no_truncate BEFORE TRUNCATE ON audit_entry
FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()""",
    ),
}
"""By dialect, what a migration executes after it made the table, in order."""

REMOVALS: dict[str, tuple[str, ...]] = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS audit_entry_no_update",
        "DROP TRIGGER IF EXISTS audit_entry_no_delete",
    ),
    "postgresql": (
        "DROP TRIGGER IF EXISTS audit_entry_no_change ON audit_entry",
        "DROP TRIGGER IF EXISTS audit_entry_no_truncate ON audit_entry",
        "DROP FUNCTION IF EXISTS audit_entry_refuse()",
    ),
}
"""By dialect, what the owner of the database executes before an expired part is dropped."""


def attach(table: Table) -> None:
    """Execute the refusals whenever the metadata creates the table."""
    event.listen(table, "after_create", _refuse)


def _refuse(_table: Table, connection: Connection, **_kw: object) -> None:
    for statement in REFUSALS[connection.dialect.name]:
        connection.exec_driver_sql(statement)
