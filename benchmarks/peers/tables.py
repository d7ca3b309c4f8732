"""The peer's tables, by SQLAlchemy's ORM."""

import os
from datetime import date
from decimal import Decimal

from sqlalchemy import (
    Date,
    Float,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    create_engine,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# Such as postgresql+psycopg2://user@host:5432/name
engine = create_engine(os.environ["PEER_DATABASE_URL"])


class Base(DeclarativeBase):
    """All of the peer's tables."""


class DailyCost(Base):
    """What one service cost in one account and region on one day."""

    __tablename__ = "peer_daily_cost"
    __table_args__ = (Index("peer_daily_cost_day", "day", "service"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(String(12))
    day: Mapped[date] = mapped_column(Date)
    service: Mapped[str] = mapped_column(String(200))
    region: Mapped[str] = mapped_column(String(64))
    amount: Mapped[Decimal] = mapped_column(Numeric(20, 10))
    currency: Mapped[str] = mapped_column(String(3))


class Instance(Base):
    """One virtual machine."""

    __tablename__ = "peer_instance"

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(256))


class CpuMetric(Base):
    """How hard one instance worked on one day."""

    __tablename__ = "peer_cpu_metric"
    __table_args__ = (UniqueConstraint("instance_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    average: Mapped[float] = mapped_column(Float)
    maximum: Mapped[float] = mapped_column(Float)
