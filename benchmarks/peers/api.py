"""The peer's API: FastAPI over SQLAlchemy, reading the rows that its tables hold.

uvicorn benchmarks.peers.api:app --workers 2
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import Depends, FastAPI, Query
from pydantic import BaseModel
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from benchmarks.peers.tables import CpuMetric, DailyCost, Instance, engine

app = FastAPI()


class Point(BaseModel):
    day: date
    amount: Decimal


class Series(BaseModel):
    key: str
    total: Decimal
    points: list[Point]


class Trend(BaseModel):
    start: date
    end: date
    total: Decimal
    series: list[Series]


class Summary(BaseModel):
    start: date
    end: date
    total: Decimal
    average_daily: Decimal
    highest: Point
    lowest: Point
    days: int
    previous_total: Decimal | None
    change_percent: float | None


class CpuPoint(BaseModel):
    day: date
    average: float
    maximum: float


class CpuTrend(BaseModel):
    instance_id: str
    points: list[CpuPoint]


def session() -> Iterator[Session]:
    with Session(engine) as opened:
        yield opened


Opened = Annotated[Session, Depends(session)]


@app.get("/cost-trend")
def cost_trend(opened: Opened, start: date, end: date) -> Trend:
    rows = opened.execute(
        select(DailyCost.service, DailyCost.day, func.sum(DailyCost.amount))
        .where(DailyCost.day >= start, DailyCost.day < end)
        .group_by(DailyCost.service, DailyCost.day)
        .order_by(DailyCost.service, DailyCost.day)
    )
    points: dict[str, list[Point]] = defaultdict(list)
    for service, day, amount in rows:
        points[service].append(Point(day=day, amount=amount))
    series = [
        Series(
            key=key,
            total=sum((point.amount for point in found), Decimal(0)),
            points=found,
        )
        for key, found in points.items()
    ]
    series.sort(key=lambda one: -one.total)
    total = sum((one.total for one in series), Decimal(0))
    return Trend(start=start, end=end, total=total, series=series)


@app.get("/cost-summary")
def cost_summary(opened: Opened, start: date, end: date) -> Summary:
    days = _per_day(opened, start, end)
    before = _per_day(opened, start - (end - start), start)
    total = sum(days.values(), Decimal(0))
    previous = sum(before.values(), Decimal(0)) or None
    highest = max(days, key=lambda day: days[day])
    lowest = min(days, key=lambda day: days[day])
    return Summary(
        start=start,
        end=end,
        total=total,
        average_daily=total / len(days),
        highest=Point(day=highest, amount=days[highest]),
        lowest=Point(day=lowest, amount=days[lowest]),
        days=len(days),
        previous_total=previous,
        change_percent=float((total - previous) / previous * 100) if previous else None,
    )


def _per_day(opened: Session, start: date, end: date) -> dict[date, Decimal]:
    rows = opened.execute(
        select(DailyCost.day, func.sum(DailyCost.amount))
        .where(DailyCost.day >= start, DailyCost.day < end)
        .group_by(DailyCost.day)
    )
    return dict(rows.all())


@app.get("/cpu-trend")
def cpu_trend(
    opened: Opened,
    start: date,
    end: date,
    page: int = 1,
    page_size: Annotated[int, Query(le=1000)] = 50,
) -> list[CpuTrend]:
    ids = opened.scalars(
        select(Instance.instance_id)
        .order_by(Instance.id)
        .offset((page - 1) * page_size)
        .limit(page_size)
    ).all()
    rows = opened.scalars(
        select(CpuMetric)
        .where(CpuMetric.instance_id.in_(ids))
        .where(CpuMetric.day >= start, CpuMetric.day < end)
        .order_by(CpuMetric.instance_id, CpuMetric.day)
    )
    points: dict[str, list[CpuPoint]] = defaultdict(list)
    for row in rows:
        points[row.instance_id].append(
            CpuPoint(day=row.day, average=row.average, maximum=row.maximum)
        )
    return [CpuTrend(instance_id=key, points=found) for key, found in points.items()]
