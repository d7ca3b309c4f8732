"""What queries took: by name and hour, and the slowest with their plans."""

from django.db import models

from clouds.access import OfAllAccountsQuerySet

NAME_LENGTH = 100


class NamedQuery(models.Model):
    """One row is one query of our code, distinguished by its text without any value."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    text = models.TextField(help_text="With ? in place of each value.")

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "named queries"
        permissions = [("publish_metrics", "Can publish metrics of the database")]

    def __str__(self) -> str:
        return self.name


class QueryHour(models.Model):
    """One row is how often a query took about as long, in an hour.

    Bucket n holds what took from 2^(n/4) to 2^((n+1)/4) microseconds.
    """

    name = models.CharField(max_length=NAME_LENGTH)
    hour = models.DateTimeField()
    bucket = models.SmallIntegerField()
    count = models.BigIntegerField()
    total_ms = models.FloatField("total, ms")
    slowest_ms = models.FloatField("slowest, ms")

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "name", "bucket"], name="one_query_bucket"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.hour:%Y-%m-%d %H:00}"


class SlowQuery(models.Model):
    """One row is the slowest time of a query in an hour, where it was slow."""

    name = models.CharField(max_length=NAME_LENGTH)
    hour = models.DateTimeField()
    at = models.DateTimeField()
    elapsed_ms = models.FloatField("duration, ms")
    plan = models.TextField(
        blank=True, help_text="Steps without any value; empty: it could not be planned."
    )

    objects = OfAllAccountsQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "slow queries"
        constraints = [
            models.UniqueConstraint(fields=["hour", "name"], name="one_slow_query")
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.elapsed_ms:,.0f} ms"
