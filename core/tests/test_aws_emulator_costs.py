"""The emulator's Cost Explorer."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from core.testing.aws_emulator import EmulatedAws, LineItem
from core.testing.aws_emulator.clients import Clients, code_of

NOW = datetime(2026, 6, 20, 9, tzinfo=UTC)
MEMBER = "222222222222"
BY_SERVICE = {"Type": "DIMENSION", "Key": "SERVICE"}


@pytest.fixture
def aws() -> Iterator[EmulatedAws]:
    with EmulatedAws(now=NOW) as emulated:
        emulated.world().add_costs(
            [
                item(1, "EC2", "10.0000000001", amortized=Decimal(12)),
                item(1, "S3", "0.004", region="eu-west-1"),
                item(1, "Tax", "1.90", record_type="Tax"),
                item(2, "EC2", "11"),
                item(2, "EC2", "-3", record_type="Credit"),
            ]
        )
        yield emulated


def item(
    day: int,
    service: str,
    unblended: str,
    region: str = "us-east-1",
    record_type: str = "Usage",
    amortized: Decimal | None = None,
    linked_account: str = "",
) -> LineItem:
    amount = Decimal(unblended)
    return LineItem(
        *(date(2026, 6, day), service, region, record_type, amount, amortized),
        linked_account=linked_account,
    )


def question(start: str = "2026-06-01", end: str = "2026-06-04") -> dict[str, Any]:
    return {
        "TimePeriod": {"Start": start, "End": end},
        "Granularity": "DAILY",
        "Metrics": ["UnblendedCost"],
    }


def ask(aws: EmulatedAws, account: str = "123456789012", **asked: Any) -> Any:
    return Clients(aws, account).ce().get_cost_and_usage(**(question() | asked))


def totals(answer: Any, metric: str = "UnblendedCost") -> list[str]:
    return [day["Total"][metric]["Amount"] for day in answer["ResultsByTime"]]


def test_it_answers_every_day_with_decimal_strings(aws: EmulatedAws) -> None:
    answer = ask(aws, Metrics=["UnblendedCost", "AmortizedCost"])
    assert totals(answer) == ["11.9040000001", "8", "0"]
    assert totals(answer, "AmortizedCost") == ["13.904", "8", "0"]
    last = answer["ResultsByTime"][-1]
    assert last["TimePeriod"] == {"Start": "2026-06-03", "End": "2026-06-04"}
    assert last["Total"]["UnblendedCost"]["Unit"] == "USD"


def test_it_empties_the_total_of_groups_and_drops_small_ones(
    aws: EmulatedAws,
) -> None:
    aws.world().dropped_below = Decimal("0.01")
    first = ask(aws, GroupBy=[BY_SERVICE])["ResultsByTime"][0]
    assert first["Total"] == {}
    assert [group["Keys"] for group in first["Groups"]] == [["EC2"], ["Tax"]]
    assert totals(ask(aws))[0] == "11.9040000001"


def test_it_pages_within_a_day(aws: EmulatedAws) -> None:
    aws.page_size["ce:GetCostAndUsage"] = 2
    found: list[tuple[str, str]] = []
    token: dict[str, str] = {}
    while True:
        answer = ask(aws, GroupBy=[BY_SERVICE], **token)
        for day in answer["ResultsByTime"]:
            start = day["TimePeriod"]["Start"][-2:]
            found += [(start, group["Keys"][0]) for group in day["Groups"]]
        if "NextPageToken" not in answer:
            break
        token = {"NextPageToken": answer["NextPageToken"]}
    assert found == [("01", "EC2"), ("01", "S3"), ("01", "Tax"), ("02", "EC2")]
    assert aws.requests["ce:GetCostAndUsage"] == 3


def test_it_refuses_a_token_of_another_question(aws: EmulatedAws) -> None:
    aws.page_size["ce:GetCostAndUsage"] = 1
    token = ask(aws)["NextPageToken"]
    with pytest.raises(ClientError) as refused:
        ask(aws, Metrics=["AmortizedCost"], NextPageToken=token)
    assert code_of(refused.value) == "InvalidNextTokenException"
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        ask(aws, NextPageToken="guess")


@pytest.mark.parametrize(
    "asked",
    [
        question("2026-06-04", "2026-06-04"),
        question("2026-06-01", "2026-07-02"),
        question("2025-04-30", "2026-06-01"),
        question("2026-06-21", "2026-06-22"),
        question("2026-6-1", "2026-06-04"),
        {"Granularity": "HOURLY"},
        {"Metrics": ["Cost"]},
        {"GroupBy": [BY_SERVICE, BY_SERVICE, BY_SERVICE]},
        {"GroupBy": [{"Type": "DIMENSION", "Key": "COLOUR"}]},
        {"Filter": {"And": [{"Dimensions": {"Key": "REGION", "Values": ["x"]}}]}},
        {"Filter": {"Dimensions": {"Key": "COLOUR", "Values": ["x"]}}},
        {"Filter": {}},
    ],
)
def test_it_refuses_a_question_that_breaks_a_rule(
    aws: EmulatedAws, asked: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        ask(aws, **asked)
    assert code_of(refused.value) == "ValidationException"


def test_it_accepts_the_longest_period(aws: EmulatedAws) -> None:
    assert len(ask(aws, **question("2025-05-01", "2026-07-01"))["ResultsByTime"]) == 426


def test_it_honours_filters(aws: EmulatedAws) -> None:
    taxes = {"Dimensions": {"Key": "RECORD_TYPE", "Values": ["Tax", "Credit"]}}
    ireland = {"Dimensions": {"Key": "REGION", "Values": ["eu-west-1"]}}
    unknown = {"Dimensions": {"Key": "SERVICE", "Values": ["No such service"]}}
    assert totals(ask(aws, Filter={"Not": taxes})) == ["10.0040000001", "11", "0"]
    assert totals(ask(aws, Filter={"Or": [taxes, ireland]})) == ["1.904", "-3", "0"]
    assert totals(ask(aws, Filter={"And": [taxes, ireland]})) == ["0", "0", "0"]
    assert totals(ask(aws, Filter=unknown)) == ["0", "0", "0"]


def test_it_marks_estimated_days_and_restates_them(aws: EmulatedAws) -> None:
    def estimated() -> list[bool]:
        answer = ask(aws, **question("2026-05-31", "2026-06-02"))
        return [day["Estimated"] for day in answer["ResultsByTime"]]

    assert estimated() == [False, True]
    aws.now = datetime(2026, 6, 14, tzinfo=UTC)
    assert estimated() == [True, True]
    aws.world().final_until = date(2026, 6, 2)
    assert estimated() == [False, False]
    aws.world().restate(date(2026, 6, 1), "S3", Decimal("1.004"))
    assert totals(ask(aws))[0] == "12.9040000001"
    with pytest.raises(LookupError):
        aws.world().restate(date(2026, 6, 2), "EC2", Decimal(1))


def test_it_cuts_months_to_the_period(aws: EmulatedAws) -> None:
    period = question("2026-05-15", "2026-06-02")["TimePeriod"]
    answer = ask(aws, TimePeriod=period, Granularity="MONTHLY")
    starts = [each["TimePeriod"] for each in answer["ResultsByTime"]]
    assert starts == [
        {"Start": "2026-05-15", "End": "2026-06-01"},
        {"Start": "2026-06-01", "End": "2026-06-02"},
    ]
    assert totals(answer) == ["0", "11.9040000001"]


def test_it_shows_a_member_only_itself(aws: EmulatedAws) -> None:
    aws.add_organization("123456789012", {MEMBER: "shop"})
    aws.world().add_costs([item(3, "EC2", "5", linked_account=MEMBER)])
    by_account = [{"Type": "DIMENSION", "Key": "LINKED_ACCOUNT"}]
    answer = ask(aws, GroupBy=by_account)
    assert totals(ask(aws)) == ["11.9040000001", "8", "5"]
    assert answer["ResultsByTime"][2]["Groups"][0]["Keys"] == [MEMBER]
    names = answer["DimensionValueAttributes"]
    assert {"Value": MEMBER, "Attributes": {"description": "shop"}} in names
    assert totals(ask(aws, account=MEMBER)) == ["0", "0", "5"]


def test_it_answers_as_if_never_enabled(aws: EmulatedAws) -> None:
    aws.world().cost_explorer_enabled = False
    with pytest.raises(ClientError, match="DataUnavailableException"):
        ask(aws)


def test_it_throttles_in_cost_explorers_words(aws: EmulatedAws) -> None:
    aws.throttle("ce:GetCostAndUsage", every=1)
    with pytest.raises(ClientError) as refused:
        ask(aws)
    assert code_of(refused.value) == "LimitExceededException"
    aws.heal()
    aws.deny("ce:GetCostAndUsage")
    with pytest.raises(ClientError) as denied:
        ask(aws)
    assert code_of(denied.value) == "AccessDeniedException"


def test_it_keeps_one_currency(aws: EmulatedAws) -> None:
    with pytest.raises(ValueError, match="EUR"):
        aws.world().add_costs(
            [LineItem(date(2026, 6, 1), "S3", "eu-west-1", currency="EUR")]
        )
