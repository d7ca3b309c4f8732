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
# True of every row, but the planner thinks of few. Told of a million, it sorts them for
# each dimension, as their sums would not fit in memory were they as long as their
# columns allow.
SEEMS_RARE = "day = day + 0"
DELETE_EMPTY = """
    DELETE FROM costs_costday WHERE row_count = 0;
    DELETE FROM costs_costrollup WHERE row_count = 0;
"""
TOO_LARGE = "A day costs more than SQLite can keep exactly; use PostgreSQL."
ADDED = "SUM(billed), SUM(effective), SUM(row_count)"
HAVING_CHANGED = "HAVING SUM(billed) <> 0 OR SUM(effective) <> 0 OR SUM(row_count) <> 0"
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
        for name in [*names, "costs_rollup_move", "costs_account_gone"]:
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
    """A function and a trigger for each kind of statement, one for moves, and one
    for accounts that go.

    Stores of several accounts add to the same sums: a lock lets one do so at a time,
    in whatever order each came to its days.
    """
    for event, sides in EVENTS.items():
        name = f"costs_rollup_{event.lower()}"
        changed = " UNION ALL ".join(
            sums(f"{side} WHERE {SEEMS_RARE}", sign) for side, sign in sides.items()
        )
        yield function(name, f"{with_days(changed)} {into_rollup(COUNTED)}")
        tables = {"added": "NEW TABLE AS added", "taken": "OLD TABLE AS taken"}
        yield (
            f"CREATE TRIGGER {name} AFTER {event} ON costs_dailycost "
            f"REFERENCING {' '.join(tables[side] for side in sides)} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    sign = "CASE WHEN NEW.payer_id IS NULL THEN 1 ELSE -1 END"
    moved = sums("costs_dailycost WHERE account_id = NEW.id", sign)
    yield function("costs_rollup_move", f"WITH sums AS ({moved}) {into_rollup('true')}")
    yield """
        CREATE TRIGGER costs_rollup_move AFTER UPDATE OF payer_id ON syncs_cloudaccount
        FOR EACH ROW WHEN ((OLD.payer_id IS NULL) <> (NEW.payer_id IS NULL))
        EXECUTE FUNCTION costs_rollup_move()
    """
    yield from postgresql_guard()


def function(name: str, statement: str) -> str:
    """A plan is kept for the session, made when the first rows were few or many: to
    hash is right for both, to sort is slow for many."""
    return f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
        SET work_mem = '64MB' SET enable_sort = off AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock(hashtext('costs_costrollup'));
            {statement};
            {DELETE_EMPTY}
            RETURN NULL;
        END $$
    """


def sums(rows: str, sign: int | str) -> str:
    """Of three dimensions, by account, in one pass over `rows`.

    The fourth, and CostDay, are sums of the regions' few sums.
    """
    return f"""
        SELECT CASE GROUPING(service, region, sub_account_id)
            WHEN 3 THEN 'service' WHEN 5 THEN 'region' ELSE 'account' END AS dimension,
            account_id, day, currency, COALESCE(service, '') AS service,
            COALESCE(region, '') AS region,
            COALESCE(sub_account_id, '') AS sub_account_id, charge_category,
            {sign} * SUM(billed) AS billed, {sign} * SUM(effective) AS effective,
            {sign} * COUNT(*) AS row_count
        FROM {rows}
        GROUP BY account_id, day, currency, charge_category,
            GROUPING SETS ((service), (region), (sub_account_id))
    """


def with_days(changed: str) -> str:
    """Adds them to CostDay, and is the start of what adds them to CostRollup."""
    return f"""
        WITH sums AS ({changed}), days AS (
            {INTO_DAYS} SELECT account_id, day, currency, {ADDED} FROM sums
            WHERE dimension = 'region' GROUP BY account_id, day, currency
            {HAVING_CHANGED} {DAY_IS_HELD}
        )
    """


def into_rollup(condition: str) -> str:
    keys = "day, currency, service, region, sub_account_id, charge_category"
    return f"""
        {INTO_ROLLUP} SELECT dimension, {keys}, {ADDED} FROM (
            SELECT * FROM sums UNION ALL
            SELECT 'none', account_id, day, currency, '', '', '', charge_category,
                billed, effective, row_count
            FROM sums WHERE dimension = 'region'
        ) sums WHERE {condition} GROUP BY dimension, {keys}
        {HAVING_CHANGED} {ROLLUP_IS_HELD}
    """


def postgresql_guard() -> Iterator[str]:
    """No account goes while rows of it stay.

    CostDay's foreign key says so of what is committed: each account with rows has a
    day there. This looks once more at the end, for rows that another transaction
    stored after this one had deleted what it saw.
    """
    yield """
        CREATE FUNCTION costs_account_gone() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM costs_dailycost WHERE account_id = OLD.id)
            AND NOT EXISTS (SELECT FROM syncs_cloudaccount WHERE id = OLD.id) THEN
                RAISE foreign_key_violation USING MESSAGE =
                    format('account %s still has costs', OLD.id);
            END IF;
            RETURN NULL;
        END $$
    """
    yield """
        CREATE CONSTRAINT TRIGGER costs_account_gone
        AFTER DELETE OR UPDATE OF id ON syncs_cloudaccount
        DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION costs_account_gone()
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
        {refuse_too_large()}
    """


def refuse_too_large() -> str:
    """SQLite makes a floating point number of a sum that its integers can't hold."""
    of_day = "day = NEW.day AND currency = NEW.currency"
    is_real = "'real' IN (typeof(billed), typeof(effective))"
    return f"""
        SELECT RAISE(ABORT, '{TOO_LARGE}') WHERE EXISTS (
            SELECT 1 FROM {DAYS}
            WHERE account_id = NEW.account_id AND {of_day} AND {is_real}
        ) OR EXISTS (
            SELECT 1 FROM {ROLLUP} WHERE dimension = 'none' AND {of_day}
            AND service = '' AND region = '' AND sub_account_id = ''
            AND charge_category = NEW.charge_category AND {is_real}
        );
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
