from django.db import migrations


def partition(apps, schema_editor):
    """Make the empty table anew as one in partitions, which only PostgreSQL has."""
    if schema_editor.connection.vendor != "postgresql":
        return
    for statement in (
        "DROP TABLE monitoring_metricpoint",
        "CREATE TABLE monitoring_metricpoint ("
        "series_id bigint NOT NULL, recorded_at timestamptz NOT NULL, "
        "value double precision NOT NULL, PRIMARY KEY (series_id, recorded_at)"
        ") PARTITION BY RANGE (recorded_at)",
        "CREATE INDEX metricpoint_time"
        " ON monitoring_metricpoint (recorded_at, series_id)",
    ):
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]

    operations = [migrations.RunPython(partition, migrations.RunPython.noop)]
