"""ListMetrics, which tells by which dimensions a metric is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.testing.aws_emulator import agent_metrics, bucket_metrics
from core.testing.aws_emulator.pages import page_of, refuse_narrowed
from core.testing.aws_emulator.wire import Answer, AwsError, Call

if TYPE_CHECKING:
    from core.testing.aws_emulator.aws import EmulatedAws

METRICS_A_PAGE = 500
LISTED = {
    agent_metrics.NAMESPACE: agent_metrics.listed_memory,
    bucket_metrics.NAMESPACE: bucket_metrics.listed_buckets,
}


def list_metrics(aws: EmulatedAws, call: Call) -> Answer:
    """A page of the metrics of this region that have such a name and dimensions."""
    asked = call.parameters
    refuse_narrowed(asked, "RecentlyActive")
    namespace = asked.get("Namespace")
    if namespace not in LISTED:
        message = f"This emulator lists metrics of {' and '.join(LISTED)} alone."
        raise AwsError("InvalidParameterValue", message)
    wanted = [(one["Name"], one.get("Value")) for one in asked.get("Dimensions", [])]
    found = [
        {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [
                {"Name": name, "Value": value} for name, value in dimensions.items()
            ],
        }
        for metric, dimensions in LISTED[namespace](aws, call)
        if asked.get("MetricName") in (None, metric)
        and all(
            name in dimensions and value in (None, dimensions[name])
            for name, value in wanted
        )
    ]
    page, token = page_of(
        *(aws, call, found, METRICS_A_PAGE, asked.get("NextToken")),
        AwsError("InvalidParameterValue", "Request parameter NextToken is invalid"),
    )
    return {"Metrics": page} | ({"NextToken": token} if token else {})
