"""Metrics of up to 50 resources in one question to Azure Monitor.

Batches are billed, so one question has as many resources and metrics as it can.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from core.windows import ONE_DAY, Window, utc_day
from providers.azure.azure_errors import failure
from providers.azure.client import (
    AzureClient,
    AzureOptions,
    Question,
    Service,
    understood,
)
from providers.errors import ErrorKind, ProviderError

API_VERSION = "2024-02-01"
OPERATION = "Microsoft.Insights/metrics:getBatch"
RESOURCES_PER_CALL = 50
DAYS_KEPT = 93
DAILY, HOURLY = "P1D", "PT1H"
# A month of hours of 50 disks would be 144,000 points in the memory of each worker.
DAYS_PER_CALL = {DAILY: 30, HOURLY: 7}
# Of each region, while others are stored.
CALLS_AHEAD = 8
HOURS_PER_CALL = DAYS_PER_CALL[HOURLY] * 24
REFUSALS = {
    401: (
        ErrorKind.DENIED,
        "Assign the role Monitoring Reader on the subscription itself: rights on "
        "single resources are not enough.",
    ),
    403: (
        ErrorKind.NOT_ENABLED,
        "Register the resource provider Microsoft.Insights in the subscription "
        "(`az provider register --namespace Microsoft.Insights`), which its owner can.",
    ),
}

Series = Sequence[Mapping[str, Any]]
"""As Azure answers them: one, or one for each value of a dimension."""
Datum = Mapping[str, float | None]
"""Aggregation -> value. One without a value is no data, and not 0."""
Days = Mapping[date, Datum]
# Metric -> day -> datum, of one resource.
Figures = Mapping[str, Days]


def metric_window(now: datetime) -> Window:
    """Return the complete days for which Azure Monitor keeps metrics."""
    today = utc_day(now)
    return Window(today - ONE_DAY * DAYS_KEPT, today)


def parts_of(window: Window, interval: str = DAILY) -> Iterator[Window]:
    """Return the parts of the window for which one question each will do."""
    start = window.start
    while start < window.end:
        end = min(start + ONE_DAY * DAYS_PER_CALL[interval], window.end)
        yield Window(start, end)
        start = end


def price(options: AzureOptions) -> str:
    """Return what reading metrics costs."""
    usd = options.metrics_call_usd
    cost = f"${usd} a batch" if usd else "Azure bills each batch, and names no price"
    return f"{cost}, of 50 resources of a region and 30 days (AZURE_METRICS_CALL_USD)"


def batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Return as many of them as one question takes."""
    for start in range(0, len(ids), RESOURCES_PER_CALL):
        yield ids[start : start + RESOURCES_PER_CALL]


def batch_question(
    client: AzureClient,
    what: str,
    region: str,
    namespace: str,
    ids: Sequence[str],
    *,
    start: datetime,
    end: datetime,
    **params: str,
) -> Question:
    """The resources are all of one region, and of the type that is the namespace."""
    return Question(
        what=f"{what} in {region} of {client.account}",
        operation=OPERATION,
        path=f"{client.account.scope}/metrics:getBatch",
        api_version=API_VERSION,
        params={
            "starttime": f"{start:%Y-%m-%dT%H:%M:%SZ}",
            "endtime": f"{end:%Y-%m-%dT%H:%M:%SZ}",
            "metricnamespace": namespace,
            **params,
        },
        body={"resourceids": list(ids)},
        service=Service.METRICS,
        region=region,
        role="Monitoring Reader",
        refusals=REFUSALS,
        usd=client.options.metrics_call_usd,
        fractions=float,
    )


def daily_question(
    client: AzureClient,
    what: str,
    days: Window,
    region: str,
    namespace: str,
    ids: Sequence[str],
    figures: Mapping[str, Sequence[str]],
    interval: str = DAILY,
) -> Question:
    """`figures` are the aggregations that are read of each metric."""
    return batch_question(
        client,
        f"{what} of {days}",
        region,
        namespace,
        ids,
        start=days.start_at,
        end=days.end_at,
        interval=interval,
        metricnames=",".join(figures),
        aggregation=",".join(
            sorted({one for all_ in figures.values() for one in all_})
        ),
    )


def fetch_days(
    client: AzureClient, question: Question, ids: Sequence[str]
) -> tuple[Mapping[str, Figures], Sequence[ProviderError]]:
    """Return resource -> figures, and what one metric each was refused with.

    Of an hourly question they are those of each day's highest hour. A resource of which
    every metric was refused is not among them.
    """
    answered, refused = fetch_batch(client, question, ids)
    per_day = _of_hours if question.params["interval"] == HOURLY else _of_days
    with understood(question):
        found = {
            resource_id: {name: per_day(series) for name, series in metrics.items()}
            for resource_id, metrics in answered.items()
            if metrics
        }
    return found, refused


def _of_days(series: Series) -> Days:
    return {_day(datum["timeStamp"]): datum for one in series for datum in one["data"]}


def _of_hours(series: Series) -> Days:
    found: dict[date, Datum] = {}
    for one in series:
        for datum in one["data"]:
            day = _day(datum["timeStamp"])
            found[day] = _higher(found[day], datum) if day in found else datum
    return found


def _higher(one: Datum, other: Datum) -> Datum:
    """Return the one of the higher average; one without is no data."""
    first, second = one.get("average"), other.get("average")
    return one if second is None or (first is not None and first > second) else other


@lru_cache(maxsize=HOURS_PER_CALL)
def _day(text: str) -> date:
    """The day of a datum; all resources of a question have the same."""
    return utc_day(datetime.fromisoformat(text))


def fetch_batch(
    client: AzureClient, question: Question, ids: Sequence[str]
) -> tuple[Mapping[str, Mapping[str, Series]], Sequence[ProviderError]]:
    """Return resource -> metric -> series, and what one metric each was refused with.

    Raise ProviderError where a resource is missing.
    """
    found: dict[str, dict[str, Series]] = {}
    refused = []
    with understood(question):
        for raw in client.ask(question)["values"]:
            of_resource = found.setdefault(raw["resourceid"].lower(), {})
            for metric in raw["value"]:
                name, code = metric["name"]["value"], metric.get("errorCode", "Success")
                if code == "Success":
                    of_resource[name] = metric["timeseries"]
                else:
                    refused.append(_refused(question, raw["resourceid"], name, metric))
    if missing := [one for one in ids if one not in found]:
        reason = f"the answer lacks {len(missing)} of {len(ids)} resources, such as "
        reason += missing[0]
        raise failure(
            ErrorKind.INCOMPLETE, question.reading, reason, region=question.region
        )
    return found, refused


def _refused(
    question: Question, resource_id: str, name: str, metric: Mapping[str, Any]
) -> ProviderError:
    said = metric.get("errorMessage") or "no further reason"
    reason = f"{name} of {resource_id.lower()}: {metric['errorCode']} ({said})"
    advice = "What was answered was stored: sync again."
    return failure(
        ErrorKind.UNAVAILABLE, question.reading, reason, advice, question.region
    )
