"""The trigram indexes behind the search boxes: FTS5 on SQLite, pg_trgm on PostgreSQL.

FTS5's trigrams hold the marks that say what a word of an order is of; pg_trgm knows letters and digits only, so PostgreSQL's index holds
those words too, each with its mark. What follows an @ is a word of its own. Of a long text each word is cut: a lexeme cannot be long.
"""

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

POSTGRESQL = (  # what waits to be put into the index is read by each search: half a megabyte of it (kB)
    "CREATE INDEX {table}_trigrams ON {table} USING gin ({column} gin_trgm_ops{words}) WITH (gin_pending_list_limit = 512)",
)
WORDS = {"order_text": ", order_text_words(text)"}
WORDS_OF_TEXT = r"""CREATE FUNCTION order_text_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT array_to_tsvector(array_remove(string_to_array(regexp_replace(
        CASE WHEN octet_length($1) > 2000 THEN regexp_replace(left($1, 250000), E'([^\x01-\x1b@]{40})[^\x01-\x1b@]+', E'\\1', 'g') ELSE $1 END,
        E'(?=[\x01-\x1b@])', E'\x1e', 'g'), E'\x1e'), ''))
$$"""


def up(migrator, db):
    on_sqlite = "sqlite" in type(db).__name__.lower()
    if not on_sqlite:
        db.execute_sql("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        db.execute_sql(WORDS_OF_TEXT)
    for table, key, column in SEARCHED:
        for statement in SQLITE if on_sqlite else POSTGRESQL:
            db.execute_sql(statement.format(table=table, key=key, column=column, words=WORDS.get(table, "")))
