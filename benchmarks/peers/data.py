"""Gives the peer the rows that cloudintel holds, in the peer's own grain."""

from django.db import connection

# One row per account, service, region and day; indexes are there before, as ours are.
FILL = """
    INSERT INTO peer_daily_cost (account_id, day, service, region, amount, currency)
    SELECT sub_account_id, day, service, region, sum(billed), currency
    FROM costs_dailycost GROUP BY 1, 2, 3, 4, 6 ORDER BY 2;
    INSERT INTO peer_instance (instance_id, name)
    SELECT resource_id, name FROM inventory_resource ORDER BY id;
    INSERT INTO peer_cpu_metric (instance_id, day, average, maximum)
    SELECT resource.resource_id, day, average_percent, maximum_percent
    FROM metrics_cpumetric JOIN inventory_resource resource ON resource.id =
        metrics_cpumetric.resource_id ORDER BY day
"""


def fill() -> None:
    """Creates the peer's tables and fills them."""
    from benchmarks.peers.tables import Base, engine

    Base.metadata.create_all(engine)
    with connection.cursor() as cursor:
        cursor.execute(FILL)
        cursor.execute("VACUUM ANALYZE")
