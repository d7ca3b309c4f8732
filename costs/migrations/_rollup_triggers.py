"""The triggers that keep CostDay and CostRollup equal to the rows they sum.

After each statement (PostgreSQL) or row (SQLite) the difference that it made is added
to the sums, in the same transaction, whoever wrote: a sync, the admin, a deleted
account. Amounts are exact, so that adding differences never drifts.
"""

from collections.abc import Iterator

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
# Each dimension, and what stands in the columns service, region and sub_account_id.
DIMENSIONS = {
    "none": ("''", "''", "''"),
    "service": ("service", "''", "''"),
    "region": ("''", "region", "''"),
    "account": ("''", "''", "sub_account_id"),
}
DAYS, ROLLUP = "costs_costday", "costs_costrollup"


def added_to(table: str) -> str:
    """What an upsert does where the key is held."""
    figures = ("billed", "effective", "row_count")
    sums = (f"{name} = {table}.{name} + excluded.{name}" for name in figures)
    return f"DO UPDATE SET {', '.join(sums)}"


INTO_DAYS = f"""INSERT INTO {DAYS}
    (account_id, day, currency, billed, effective, row_count)"""
DAY_IS_HELD = f"ON CONFLICT (account_id, day, currency) {added_to(DAYS)}"
INTO_ROLLUP = f"""INSERT INTO {ROLLUP}
    (dimension, day, currency, service, region, sub_account_id, charge_category,
    billed, effective, row_count)"""
ROLLUP_IS_HELD = f"""ON CONFLICT (dimension, day, currency, service, region,
    sub_account_id, charge_category) {added_to(ROLLUP)}"""
# Of accounts without a payer.
COUNTED = "account_id IN (SELECT id FROM syncs_cloudaccount WHERE payer_id IS NULL)"
DELETE_EMPTY = """
    DELETE FROM costs_costday WHERE row_count = 0;
    DELETE FROM costs_costrollup WHERE row_count = 0;
"""
# What a statement added, and what it took away.
EVENTS = {
    "INSERT": {"added": 1},
    "UPDATE": {"added": 1, "taken": -1},
    "DELETE": {"taken": -1},
}


def install(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Creates the triggers, and the sums of the rows that are there."""
    vendor = editor.connection.vendor
    install_one = {"postgresql": postgresql, "sqlite": sqlite}[vendor]
    for statement in [*install_one(), *refill()]:
        editor.execute(statement, params=None)


def uninstall(apps: object, editor: BaseDatabaseSchemaEditor) -> None:
    """Takes the triggers away; their functions go with them on PostgreSQL."""
    if editor.connection.vendor == "postgresql":
        names = [*(f"costs_rollup_{event.lower()}" for event in EVENTS)]
        for name in [*names, "costs_rollup_move"]:
            editor.execute(f"DROP FUNCTION {name} CASCADE")
        return
    for event, sides in EVENTS.items():
        for side in sides:
            editor.execute(f"DROP TRIGGER costs_rollup_{event.lower()}_{side}")
    for side in ("added", "taken"):
        editor.execute(f"DROP TRIGGER costs_rollup_move_{side}")


def refill() -> Iterator[str]:
    """The sums of all rows that are stored."""
    yield (
        f"{INTO_DAYS} SELECT account_id, day, currency, SUM(billed), SUM(effective), "
        "COUNT(*) FROM costs_dailycost WHERE true GROUP BY account_id, day, currency"
    )
    for columns in DIMENSIONS.items():
        yield f"{INTO_ROLLUP} {grouped(*columns, f'costs_dailycost WHERE {COUNTED}')}"


def grouped(dimension: str, columns: tuple[str, ...], rows: str, sign: int = 1) -> str:
    """A SELECT of one dimension's sums, in the order of INTO_ROLLUP."""
    keys = [column for column in columns if column != "''"]
    return (
        f"SELECT '{dimension}', day, currency, {', '.join(columns)}, charge_category, "
        f"{sign} * SUM(billed), {sign} * SUM(effective), {sign} * COUNT(*) FROM {rows} "
        f"GROUP BY {', '.join(['day', 'currency', 'charge_category', *keys])}"
    )


def postgresql() -> Iterator[str]:
    """A function and a trigger for each kind of statement, and one for moves.

    Stores of several accounts add to the same sums: a lock lets one do so at a time,
    in whatever order each came to its days.
    """
    for event, sides in EVENTS.items():
        name = f"costs_rollup_{event.lower()}"
        changed = " UNION ALL ".join(
            "SELECT account_id, day, currency, service, region, sub_account_id, "
            f"charge_category, {sign} * billed AS billed, "
            f"{sign} * effective AS effective, {sign} AS row_count FROM {side}"
            for side, sign in sides.items()
        )
        yield function(name, changed)
        tables = {"added": "NEW TABLE AS added", "taken": "OLD TABLE AS taken"}
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON costs_dailycost "
            f"REFERENCING {' '.join(tables[side] for side in sides)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    changed = (
        "SELECT account_id, day, currency, service, region, sub_account_id, "
        "charge_category, sign * billed AS billed, sign * effective AS effective, "
        "sign AS row_count FROM costs_dailycost WHERE account_id = NEW.id"
    )
    yield f"""
        CREATE FUNCTION costs_rollup_move() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE sign integer := CASE WHEN NEW.payer_id IS NULL THEN 1 ELSE -1 END;
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('costs_costrollup'));
            WITH changed AS ({changed}) {INTO_ROLLUP} {by_dimension("changed")};
            {DELETE_EMPTY}
            RETURN NULL;
        END $$
    """
    yield """
        CREATE TRIGGER costs_rollup_move AFTER UPDATE OF payer_id ON syncs_cloudaccount
        FOR EACH ROW WHEN ((OLD.payer_id IS NULL) <> (NEW.payer_id IS NULL))
        EXECUTE FUNCTION costs_rollup_move()
    """


def function(name: str, changed: str) -> str:
    """Adds what a statement changed to both tables of sums."""
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
        SET work_mem = '64MB' AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('costs_costrollup'));
            {INTO_DAYS}
            SELECT account_id, day, currency,
                SUM(billed), SUM(effective), SUM(row_count)
            FROM ({changed}) changed GROUP BY account_id, day, currency
            HAVING SUM(billed) <> 0 OR SUM(effective) <> 0 OR SUM(row_count) <> 0
            {DAY_IS_HELD};
            {INTO_ROLLUP}
            {by_dimension(f"({changed}) changed WHERE {COUNTED}")};
            {DELETE_EMPTY}
            RETURN NULL;
        END $$
    """


def by_dimension(rows: str) -> str:
    """All four dimensions in one pass over `rows`."""
    return f"""
        SELECT CASE GROUPING(service, region, sub_account_id)
            WHEN 3 THEN 'service' WHEN 5 THEN 'region' WHEN 6 THEN 'account'
            ELSE 'none' END,
            day, currency, COALESCE(service, ''), COALESCE(region, ''),
            COALESCE(sub_account_id, ''), charge_category,
            SUM(billed), SUM(effective), SUM(row_count)
        FROM {rows}
        GROUP BY day, currency, charge_category,
            GROUPING SETS ((service), (region), (sub_account_id), ())
        HAVING SUM(billed) <> 0 OR SUM(effective) <> 0 OR SUM(row_count) <> 0
        {ROLLUP_IS_HELD}
    """


def sqlite() -> Iterator[str]:
    """A trigger for each row that comes or goes, and two for moves."""
    for event, sides in EVENTS.items():
        for side in sides:
            yield row_trigger(f"costs_rollup_{event.lower()}_{side}", event, side)
    for side, sign, condition in (
        ("added", 1, "NEW.payer_id IS NULL AND OLD.payer_id IS NOT NULL"),
        ("taken", -1, "NEW.payer_id IS NOT NULL AND OLD.payer_id IS NULL"),
    ):
        rows = "costs_dailycost WHERE account_id = NEW.id"
        added = "".join(
            f"{INTO_ROLLUP} {grouped(*columns, rows, sign)} {ROLLUP_IS_HELD};"
            for columns in DIMENSIONS.items()
        )
        yield (
            f"CREATE TRIGGER costs_rollup_move_{side} "
            "AFTER UPDATE OF payer_id ON syncs_cloudaccount "
            f"WHEN {condition} BEGIN {added} {DELETE_EMPTY} END"
        )


def row_trigger(name: str, event: str, side: str) -> str:
    change = added_row() if side == "added" else taken_row()
    return f"CREATE TRIGGER {name} AFTER {event} ON costs_dailycost BEGIN {change} END"


def added_row() -> str:
    row = "NEW.billed, NEW.effective, 1"
    keys = ", ".join(
        f"('{dimension}', NEW.day, NEW.currency, {', '.join(of_row('NEW', columns))}, "
        f"NEW.charge_category, {row})"
        for dimension, columns in DIMENSIONS.items()
    )
    return f"""
        {INTO_DAYS} VALUES (NEW.account_id, NEW.day, NEW.currency, {row})
        {DAY_IS_HELD};
        {INTO_ROLLUP} SELECT * FROM (VALUES {keys})
        WHERE NEW.{COUNTED} {ROLLUP_IS_HELD};
    """


def taken_row() -> str:
    """Only what is held becomes less: a flush may have emptied the sums before."""
    less = """
        billed = billed - OLD.billed,
        effective = effective - OLD.effective,
        row_count = row_count - 1
    """
    of_day = "day = OLD.day AND currency = OLD.currency"
    rollups = []
    for dimension, columns in DIMENSIONS.items():
        service, region, sub_account = of_row("OLD", columns)
        rollups.append(
            f"UPDATE {ROLLUP} SET {less} WHERE dimension = '{dimension}' AND {of_day} "
            f"AND service = {service} AND region = {region} "
            f"AND sub_account_id = {sub_account} "
            f"AND charge_category = OLD.charge_category AND OLD.{COUNTED};"
        )
    return f"""
        UPDATE {DAYS} SET {less} WHERE account_id = OLD.account_id AND {of_day};
        {" ".join(rollups)}
        {DELETE_EMPTY}
    """


def of_row(row: str, columns: tuple[str, ...]) -> list[str]:
    return [name if name == "''" else f"{row}.{name}" for name in columns]
