"""Bills of a large company in PostgreSQL, of as many rows as are asked for.

However many rows, they cover the same 400 days with 25 services a day of each member,
so that what is asked of a window differs by the members alone: a million rows are the
bills of 100, ten millions those of 1,000, accounts of their own or below one payer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from django.db import connection

from core.windows import Window

DAYS = 400
SERVICES = 25
REGIONS = 10
ESTIMATED_DAYS = 15
# Of every other member's services; the others, as accounts of AWS, have none.
GROUPS = 20

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
# An amount in millionths that differs by day, member and service.
AMOUNT = """((number::bigint * 7919 + member * 104729
    + (day - date '2000-01-01') * 129971::bigint) % 40000000 + 1)::numeric / 1000000"""


def write(today: date, rows: int, *, with_payer: bool, days: int = DAYS) -> None:
    """`rows` of costs up to yesterday, with their sums and totals, in an empty
    database."""
    from costs.rollups import rebuild

    members = max(rows // (days * SERVICES), 1)
    make_accounts(members, with_payer=with_payer)
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '256MB'; SET maintenance_work_mem = '1GB'")
        with filled_at_once("costs_dailycost"):
            cursor.execute(charges(today, members, days, with_payer=with_payer))
        cursor.execute(totals(today))
        rebuild(Window(today - timedelta(days=days), today))
        cursor.execute("RESET work_mem; RESET maintenance_work_mem")
        cursor.execute("VACUUM ANALYZE")


@contextmanager
def filled_at_once(table: str) -> Iterator[None]:
    """No index is kept and no trigger looks at a row while all are written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            f"WHERE conrelid = '{table}'::regclass AND contype = 'u'"
        )
        constraints = cursor.fetchall()
        for name, _ in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) "
            f"FROM pg_index WHERE indrelid = '{table}'::regclass AND NOT indisprimary"
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = origin")
        for name, definition in constraints:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
        for _, definition in indexes:
            cursor.execute(definition)


def make_accounts(members: int, *, with_payer: bool) -> None:
    """With the ids 1 to `members`; the first pays for the others, if asked."""
    from clouds.models import CloudAccount

    CloudAccount.objects.bulk_create(
        CloudAccount(
            id=member,
            account_id=f"{member:012}",
            name=f"account {member}",
            is_payer=with_payer and member == 1,
            payer_id=1 if with_payer and member > 1 else None,
        )
        for member in range(1, members + 1)
    )


def charges(today: date, members: int, days: int, *, with_payer: bool) -> str:
    return f"""
        INSERT INTO costs_dailycost (account_id, day, sub_account_id, service, region,
            resource_group, charge_category, currency, billed, effective, is_estimated)
        SELECT {"1" if with_payer else "member"}, day, lpad(member::text, 12, '0'),
            'Service ' || lpad(number::text, 2, '0'),
            'region-' || (member + number) % {REGIONS},
            CASE WHEN member % 2 = 0 THEN 'group-' || (member / 2 + number) % {GROUPS}
                ELSE '' END,
            CASE WHEN number % 10 = 9 THEN 'Tax' ELSE 'Usage' END,
            'USD', amount, amount, day >= date '{today}' - {ESTIMATED_DAYS}
        FROM generate_series(1, {days}) AS back
        CROSS JOIN generate_series(1, {members}) AS member
        CROSS JOIN generate_series(1, {SERVICES}) AS number
        CROSS JOIN LATERAL (SELECT date '{today}' - back AS day) each_day
        CROSS JOIN LATERAL (SELECT {AMOUNT} AS amount) amounts
    """


def totals(today: date) -> str:
    return f"""
        INSERT INTO costs_costtotal
            (account_id, day, currency, billed, effective, is_estimated, is_reconciled)
        SELECT account_id, day, currency, SUM(billed), SUM(effective),
            day >= date '{today}' - {ESTIMATED_DAYS}, false
        FROM costs_dailycost GROUP BY account_id, day, currency
    """
