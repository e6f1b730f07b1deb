"""Events are never changed but for `handled`, and never deleted: the database itself refuses, whatever code or person asks."""

KEPT = "id, kind, order_id, customer_id, product_id, operator_id, device_id, facts, cause_id, created"

SQLITE = (
    f"""CREATE TRIGGER event_never_changed BEFORE UPDATE OF {KEPT} ON event BEGIN
        SELECT RAISE(ABORT, 'events are never changed');
    END""",
    """CREATE TRIGGER event_never_deleted BEFORE DELETE ON event BEGIN
        SELECT RAISE(ABORT, 'events are never deleted');
    END""",
)

POSTGRESQL = (
    """CREATE FUNCTION event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'events are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation'; END $$""",
    f"CREATE TRIGGER event_never_changed BEFORE UPDATE OF {KEPT} ON event FOR EACH ROW EXECUTE FUNCTION event_stays()",
    "CREATE TRIGGER event_never_deleted BEFORE DELETE ON event FOR EACH ROW EXECUTE FUNCTION event_stays()",
)


def up(migrator, db):
    for statement in SQLITE if "sqlite" in type(db).__name__.lower() else POSTGRESQL:
        db.execute_sql(statement)
