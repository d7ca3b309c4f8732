"""Metrics of the database sent to a Prometheus Pushgateway, to CloudWatch, or both."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from django.conf import settings
from prometheus_client import CollectorRegistry, push_to_gateway
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from core.refusals import Refusal
from monitoring.database.gauges import database_gauges

JOB = "cloudintel"
ANSWERS_WITHIN_SECONDS = 5
# What CloudWatch takes at once.
AT_ONCE = 1000
NOT_SET = (
    "Nowhere to publish to: set PUSHGATEWAY_URL or CLOUDWATCH_NAMESPACE, and start the "
    "web server again."
)


class NotConfigured(Refusal):
    """No place is set."""


class PublishFailed(Refusal):
    """A place did not take them; the sentence says which and why."""

    is_away = True


def publish_metrics(now: datetime) -> Mapping[str, int]:
    """Send the metrics; return how many each place took. Repeating it does no harm.

    Raise NotConfigured or PublishFailed.
    """
    places = {"pushgateway": _push, "cloudwatch": _put}
    set_ones = {
        "pushgateway": settings.PUSHGATEWAY_URL,
        "cloudwatch": settings.CLOUDWATCH_NAMESPACE,
    }
    chosen = {name: place for name, place in set_ones.items() if place}
    if not chosen:
        raise NotConfigured(NOT_SET)
    gauges = list(database_gauges(now))
    return {name: places[name](gauges, place, now) for name, place in chosen.items()}


class _Given(Collector):
    def __init__(self, gauges: Sequence[Metric]) -> None:
        self.gauges = gauges

    def collect(self) -> Iterator[Metric]:
        yield from self.gauges


def _push(gauges: Sequence[Metric], url: str, now: datetime) -> int:
    registry = CollectorRegistry()
    registry.register(_Given(gauges))
    try:
        push_to_gateway(url, JOB, registry, timeout=ANSWERS_WITHIN_SECONDS)
    except HTTPError as error:
        raise PublishFailed(f"The Pushgateway refused them ({error.code}).") from None
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise PublishFailed(
            f"The Pushgateway at PUSHGATEWAY_URL does not answer ({reason})."
        ) from None
    except HTTPException as error:  # its text may be of an address with a password
        raise PublishFailed(
            f"What is at PUSHGATEWAY_URL is no Pushgateway ({type(error).__name__})."
        ) from None
    return sum(len(one.samples) for one in gauges)


def _put(gauges: Sequence[Metric], namespace: str, now: datetime) -> int:
    # Few processes publish; the import takes a tenth of a second.
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    data = [_datum(sample, now) for one in gauges for sample in one.samples]
    config = Config(
        connect_timeout=ANSWERS_WITHIN_SECONDS,
        read_timeout=ANSWERS_WITHIN_SECONDS,
        retries={"total_max_attempts": 2},
    )
    try:
        client = boto3.client("cloudwatch", config=config)
        for at in range(0, len(data), AT_ONCE):
            client.put_metric_data(
                Namespace=namespace, MetricData=data[at : at + AT_ONCE]
            )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        raise PublishFailed(
            f"CloudWatch refused them ({code}). It takes cloudwatch:PutMetricData."
        ) from None
    except BotoCoreError as error:
        raise PublishFailed(f"CloudWatch can't be asked: {error}") from None
    return len(data)


def _datum(sample: Any, now: datetime) -> Any:
    labels = sample.labels.items()
    return {
        "MetricName": sample.name,
        "Timestamp": now,
        "Value": sample.value,
        "Dimensions": [{"Name": name, "Value": value} for name, value in labels],
    }
