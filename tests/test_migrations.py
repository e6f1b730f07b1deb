"""The migrations build what models.py says, on the database under test, constraints and indexes included."""

import re

import pytest

from models import TABLES, is_sqlite


def normal(sql):
    """The same for both ways a statement can be written."""
    return re.sub(r"\s+", " ", re.sub(r'["`]', "", sql)).replace("( ", "(").replace(" )", ")").casefold().strip()


def in_database(database):
    if is_sqlite():
        rows = database.execute_sql("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        return {(kind, name): sql for kind, name, sql in rows}
    rows = database.execute_sql("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'").fetchall()
    return {("index", name): sql for name, sql in rows}


@pytest.fixture
def from_models(database):
    """The schema that models.py alone would make, in a schema or file of its own."""
    if is_sqlite():
        from peewee import SqliteDatabase

        other = SqliteDatabase(":memory:", pragmas={"foreign_keys": 1})
        with other.bind_ctx(TABLES):
            other.connect()
            other.create_tables(TABLES)
            yield other
        return
    with database.atomic() as transaction:
        database.execute_sql("CREATE SCHEMA from_models")
        database.execute_sql("SET LOCAL search_path TO from_models")
        database.create_tables(TABLES, safe=False)
        yield database
        transaction.rollback()


def constraints(database, schema):
    rows = database.execute_sql(
        "SELECT c.relname, k.contype, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s", (schema,)).fetchall()
    return sorted((table, kind, text.replace(f"{schema}.", "")) for table, kind, text in rows)


def columns(database, schema):
    return sorted(database.execute_sql(
        "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length FROM information_schema.columns "
        "WHERE table_schema = %s", (schema,)).fetchall())


def indexes(database, schema):
    rows = database.execute_sql("SELECT indexdef FROM pg_indexes WHERE schemaname = %s", (schema,)).fetchall()
    return sorted(plain(text.replace(f"{schema}.", "")) for (text,) in rows)


def plain(definition):
    """Without the casts and brackets that PostgreSQL writes differently for an index that was made anew from its own definition."""
    return re.sub(r"::(character varying|text)(\[\])?|[()]", "", definition)


def test_the_migrations_build_the_tables_of_the_models(database, from_models):
    if is_sqlite():
        wanted = {key: normal(sql) for key, sql in in_database(from_models).items()}
        built = {key: normal(sql) for key, sql in in_database(database.obj).items() if key in wanted or key[1].split("_")[0] != "sqlite"}
        for key, sql in wanted.items():
            assert built.get(key) == sql, key
        return
    tables = {table._meta.table_name for table in TABLES}
    ours = [row for row in constraints(database, "public") if row[0] in tables]
    assert ours == constraints(database, "from_models")
    assert [row for row in columns(database, "public") if row[0] in tables] == columns(database, "from_models")
    extra = set(indexes(database, "public")) - set(indexes(database, "from_models"))
    assert set(indexes(database, "from_models")) <= set(indexes(database, "public"))
    assert all("trigrams" in text or "migration" in text for text in extra), extra


def test_every_table_is_listed():
    import models

    declared = {each for each in vars(models).values() if isinstance(each, type) and issubclass(each, models.Table) and each is not models.Table}
    assert declared == set(TABLES)


def test_a_comment_names_the_query_of_each_index():
    from pathlib import Path

    text = (Path(__file__).parent.parent / "models.py").read_text()
    for line in text.splitlines():
        if re.search(r"\(\(\".*\), False\),|add_index\(", line):
            assert "# " in line, line
