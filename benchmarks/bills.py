"""Bills of a large company in PostgreSQL, of as many rows as are asked for.

1,000 members with 25 services a day each, either below one payer or as accounts of
their own. The database makes the rows, as ten million of them are many for COPY.
"""

from datetime import date
from importlib import import_module

from django.db import connection

MEMBERS = 1_000
SERVICES = 25
ROWS_A_DAY = MEMBERS * SERVICES
REGIONS = 10
ESTIMATED_DAYS = 15

# ruff: noqa: S608 (every name that is put into a statement stands in this file)
# An amount in millionths that differs by day, member and service.
AMOUNT = """((number::bigint * 7919 + member * 104729
    + (day - date '2000-01-01') * 129971::bigint) % 40000000 + 1)::numeric / 1000000"""


def write(today: date, rows: int, *, with_payer: bool) -> None:
    """`rows` of costs up to yesterday, with their rollups and totals, in an empty
    database."""
    days = rows // ROWS_A_DAY
    triggers = import_module("costs.migrations._rollup_triggers")
    make_accounts(with_payer=with_payer)
    with connection.cursor() as cursor:
        # No trigger looks at a row, as all are summed at once below.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(charges(today, days, with_payer=with_payer))
        cursor.execute("SET session_replication_role = origin")
        for statement in triggers.refill():
            cursor.execute(statement)
        cursor.execute(totals(today))
        cursor.execute("VACUUM ANALYZE")


def make_accounts(*, with_payer: bool) -> None:
    """With the ids 1 to 1,000; the first pays for the others, if asked."""
    from syncs.models import CloudAccount

    CloudAccount.objects.bulk_create(
        CloudAccount(
            id=member,
            account_id=f"{member:012}",
            name=f"account {member}",
            is_payer=with_payer and member == 1,
            payer_id=1 if with_payer and member > 1 else None,
        )
        for member in range(1, MEMBERS + 1)
    )


def charges(today: date, days: int, *, with_payer: bool) -> str:
    return f"""
        INSERT INTO costs_dailycost (account_id, day, sub_account_id, service, region,
            resource_group, charge_category, currency, billed, effective, is_estimated)
        SELECT {"1" if with_payer else "member"}, day, lpad(member::text, 12, '0'),
            'Service ' || lpad(number::text, 2, '0'),
            'region-' || (member + number) % {REGIONS}, '',
            CASE WHEN number % 10 = 9 THEN 'Tax' ELSE 'Usage' END,
            'USD', amount, amount, day >= date '{today}' - {ESTIMATED_DAYS}
        FROM generate_series(1, {days}) AS back
        CROSS JOIN generate_series(1, {MEMBERS}) AS member
        CROSS JOIN generate_series(1, {SERVICES}) AS number
        CROSS JOIN LATERAL (SELECT date '{today}' - back AS day) days
        CROSS JOIN LATERAL (SELECT {AMOUNT} AS amount) amounts
    """


def totals(today: date) -> str:
    return f"""
        INSERT INTO costs_costtotal
            (account_id, day, currency, billed, effective, is_estimated)
        SELECT account_id, day, currency, billed, effective,
            day >= date '{today}' - {ESTIMATED_DAYS}
        FROM costs_costday
    """
