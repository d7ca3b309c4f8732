"""The values of a tag as series, and what their anomalies come from."""

from math import nan

import pytest

from insights.anomalies.engine.incidents import find_incidents
from insights.anomalies.engine.tagged import find_tag_anomalies, tag_causes
from insights.anomalies.tests.series import FIRST_DAY, add, drawn
from insights.bill_records import Bill, Scope

EC2, S3, LOGS = Scope("1", "EC2"), Scope("1", "S3"), Scope("2", "Logs")
DAYS = (150, 151)


def shop(sign: int = 1) -> Bill:
    """EC2 and logs that change at once, S3 that goes the other way a little."""
    parts = {
        S3: add(drawn(40, noise=0.001), dict.fromkeys(DAYS, -2.0 * sign)),
        LOGS: add(drawn(50, noise=0.001), dict.fromkeys(DAYS, 30.0 * sign)),
        EC2: add(drawn(100, noise=0.001), dict.fromkeys(DAYS, 90.0 * sign)),
    }
    return Bill("EUR", FIRST_DAY, parts)


@pytest.mark.parametrize(("sign", "direction"), [(1, "up"), (-1, "down")])
def test_its_causes_are_what_went_its_way_the_largest_first(
    sign: int, direction: str
) -> None:
    (one,) = find_tag_anomalies({"shop": shop(sign)}, shop(sign))
    assert (one.key, one.currency, one.direction) == ("shop", "EUR", direction)
    assert one.days == 2
    assert [cause.scope for cause in one.causes] == [EC2, LOGS]
    assert [cause.share for cause in one.causes] == pytest.approx(
        [0.75, 0.25], abs=0.01
    )
    amounts = [cause.amount for cause in one.causes]
    assert amounts == pytest.approx([180 * sign, 60 * sign], abs=2)


def test_days_before_it_that_were_not_read_are_left_out_of_what_is_usual() -> None:
    bill = shop()
    for values in bill.usage.values():
        values[128:148] = [nan] * 20  # type: ignore[index]
    (one,) = find_tag_anomalies({"shop": bill}, bill)
    amounts = [cause.amount for cause in one.causes]
    assert amounts == pytest.approx([180, 60], abs=2)


def test_each_value_is_judged_on_its_own() -> None:
    quiet = Bill("EUR", FIRST_DAY, {EC2: drawn(100)})
    found = find_tag_anomalies({"data": quiet, "shop": shop(), "web": shop(-1)}, quiet)
    assert [(one.key, one.direction) for one in found] == [
        *(("shop", "up"), ("web", "down"))
    ]


def test_without_values_nothing_is_found() -> None:
    assert find_tag_anomalies({}, shop()) == []


def spent(**values: float) -> dict[str, Bill]:
    """What each value of a tag cost in EC2, with that much more on two days."""
    return {
        value: Bill(
            "EUR",
            FIRST_DAY,
            {
                EC2: add(drawn(100, noise=0.001), dict.fromkeys(DAYS, more)),
                S3: add(drawn(90, noise=0.001), dict.fromkeys(DAYS, -50.0)),
            },
        )
        for value, more in values.items()
    }


def test_an_anomaly_of_a_bill_names_the_values_that_went_its_way() -> None:
    ec2 = add(drawn(300, noise=0.001), dict.fromkeys(DAYS, 120.0))
    (one,) = find_incidents(Bill("EUR", FIRST_DAY, {EC2: ec2}))
    values = spent(shop=90.0, data=0.0) | {"": spent(web=30.0)["web"]}
    found = tag_causes(values, one)
    assert [cause.value for cause in found] == ["shop", ""]
    assert [cause.share for cause in found] == pytest.approx([0.75, 0.25], abs=0.01)
    assert [cause.amount for cause in found] == pytest.approx([180, 60], abs=2)


def test_of_a_tag_that_was_not_read_before_nothing_is_known() -> None:
    ec2 = add(drawn(300, noise=0.001), dict.fromkeys(DAYS, 120.0))
    (one,) = find_incidents(Bill("EUR", FIRST_DAY, {EC2: ec2}))
    values = spent(shop=90.0, data=30.0)
    for known, wanted in ((10, ["shop", "data"]), (9, [])):
        for bill in values.values():
            unread = slice(DAYS[0] - 28, DAYS[0] - known)
            for amounts in bill.usage.values():
                amounts[unread] = [nan] * (28 - known)  # type: ignore[index]
        assert [cause.value for cause in tag_causes(values, one)] == wanted


def test_a_tag_that_is_reported_by_account_alone_names_values_of_its_account() -> None:
    ec2 = add(drawn(300, noise=0.001), dict.fromkeys(DAYS, 120.0))
    (one,) = find_incidents(Bill("EUR", FIRST_DAY, {EC2: ec2}))
    values = {
        value: Bill("EUR", FIRST_DAY, {Scope(owner): ec2})
        for value, owner in (("shop", "1"), ("data", "2"))
    }
    assert [cause.value for cause in tag_causes(values, one)] == ["shop"]
