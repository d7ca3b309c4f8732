"""The triggers that keep BillDay equal to the totals that it counts, as those of
_rollup_triggers keep the sums of rows: in the transaction that writes them."""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from costs.migrations._rollup_triggers import COUNTED, EVENTS

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
TABLE, TOTALS, ACCOUNTS = "costs_billday", "costs_costtotal", "syncs_cloudaccount"
INTO = f"INSERT INTO {TABLE} (day, currency, total_count, estimated_count)"
IS_HELD = f"""ON CONFLICT (day, currency) DO UPDATE SET
    total_count = {TABLE}.total_count + excluded.total_count,
    estimated_count = {TABLE}.estimated_count + excluded.estimated_count"""
DELETE_EMPTY = f"DELETE FROM {TABLE} WHERE total_count = 0"
ESTIMATED = "CASE WHEN is_estimated THEN 1 ELSE 0 END"
MOVED = {
    "added": (1, "NEW.payer_id IS NULL AND OLD.payer_id IS NOT NULL"),
    "taken": (-1, "NEW.payer_id IS NOT NULL AND OLD.payer_id IS NULL"),
}


def install(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers, and the counts of the totals that are there."""
    install_one = {"postgresql": postgresql, "sqlite": sqlite}
    for statement in [*install_one[editor.connection.vendor](), refill()]:
        editor.execute(statement, params=None)


def uninstall(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the triggers away; they go with their functions on PostgreSQL."""
    if editor.connection.vendor == "postgresql":
        for event in ("insert", "update", "delete", "added", "taken"):
            editor.execute(f"DROP FUNCTION {TABLE}_{event} CASCADE")
        return
    for event, sides in EVENTS.items():
        for side in sides:
            editor.execute(f"DROP TRIGGER {TABLE}_{event.lower()}_{side}")
    for side in MOVED:
        editor.execute(f"DROP TRIGGER {TABLE}_move_{side}")


def refill() -> str:
    """The counts of all totals that are stored."""
    return f"{INTO} {counted(f'{TOTALS} WHERE {COUNTED}')}"


def counted(rows: str, sign: int = 1) -> str:
    return (
        f"SELECT day, currency, {sign} * COUNT(*), {sign} * SUM({ESTIMATED}) "
        f"FROM {rows} GROUP BY day, currency"
    )


def postgresql() -> Iterator[str]:
    for event, sides in EVENTS.items():
        name = f"{TABLE}_{event.lower()}"
        changed = " UNION ALL ".join(
            f"SELECT account_id, day, currency, {sign} AS total_count, "
            f"{sign} * {ESTIMATED} AS estimated_count FROM {side}"
            for side, sign in sides.items()
        )
        yield function(
            name,
            f"""{INTO} SELECT day, currency, SUM(total_count), SUM(estimated_count)
            FROM ({changed}) changed WHERE {COUNTED} GROUP BY day, currency
            HAVING SUM(total_count) <> 0 OR SUM(estimated_count) <> 0 {IS_HELD}""",
        )
        tables = {"added": "NEW TABLE AS added", "taken": "OLD TABLE AS taken"}
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON {TOTALS} "
            f"REFERENCING {' '.join(tables[side] for side in sides)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    for side, (sign, condition) in MOVED.items():
        name = f"{TABLE}_{side}"
        moved = counted(f"{TOTALS} WHERE account_id = NEW.id", sign)
        yield function(name, f"{INTO} {moved} {IS_HELD}")
        yield (
            f"CREATE TRIGGER {name} AFTER UPDATE OF payer_id ON {ACCOUNTS} "
            f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
        )


def function(name: str, statement: str) -> str:
    """One store at a time adds to the counts, as to the sums of rows."""
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('costs_costrollup'));
            {statement};
            {DELETE_EMPTY};
            RETURN NULL;
        END $$
    """


def sqlite() -> Iterator[str]:
    for event, sides in EVENTS.items():
        for side, sign in sides.items():
            row = "NEW" if side == "added" else "OLD"
            yield f"""
                CREATE TRIGGER {TABLE}_{event.lower()}_{side} AFTER {event} ON {TOTALS}
                BEGIN
                    {INTO} SELECT {row}.day, {row}.currency, {sign},
                        {sign} * {row}.is_estimated WHERE {row}.{COUNTED} {IS_HELD};
                    {DELETE_EMPTY if side == "taken" else "SELECT 1"};
                END
            """
    for side, (sign, condition) in MOVED.items():
        moved = counted(f"{TOTALS} WHERE account_id = NEW.id", sign)
        yield (
            f"CREATE TRIGGER {TABLE}_move_{side} AFTER UPDATE OF payer_id ON {ACCOUNTS} "
            f"WHEN {condition} BEGIN {INTO} {moved} {IS_HELD}; {DELETE_EMPTY}; END"
        )
