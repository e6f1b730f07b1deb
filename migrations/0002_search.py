"""The trigram indexes behind the search boxes: FTS5 on SQLite, pg_trgm on PostgreSQL."""

SEARCHED = (("order_text", "key", "text"), ("product", "id", "search"), ("customer", "id", "search"))

SQLITE = (
    "CREATE VIRTUAL TABLE {table}_index USING fts5({column}, content='{table}', content_rowid='{key}', "
    "tokenize='trigram case_sensitive 1', detail='none', columnsize=0)",
    """CREATE TRIGGER {table}_index_added AFTER INSERT ON {table} BEGIN
        INSERT INTO {table}_index(rowid, {column}) VALUES (new.{key}, new.{column});
    END""",
    """CREATE TRIGGER {table}_index_removed AFTER DELETE ON {table} BEGIN
        INSERT INTO {table}_index({table}_index, rowid, {column}) VALUES ('delete', old.{key}, old.{column});
    END""",
    """CREATE TRIGGER {table}_index_changed AFTER UPDATE OF {column} ON {table} WHEN old.{column} IS NOT new.{column} BEGIN
        INSERT INTO {table}_index({table}_index, rowid, {column}) VALUES ('delete', old.{key}, old.{column});
        INSERT INTO {table}_index(rowid, {column}) VALUES (new.{key}, new.{column});
    END""",
)

POSTGRESQL = ("CREATE INDEX {table}_trigrams ON {table} USING gin ({column} gin_trgm_ops)",)


def up(migrator, db):
    on_sqlite = "sqlite" in type(db).__name__.lower()
    if not on_sqlite:
        db.execute_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    for table, key, column in SEARCHED:
        for statement in SQLITE if on_sqlite else POSTGRESQL:
            db.execute_sql(statement.format(table=table, key=key, column=column))
