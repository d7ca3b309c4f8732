"""A bill between the cloud and the database: on disk, so that memory stays bounded."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from operator import attrgetter
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from django.db.models import Model

from core.db.money_field import largest_amount, too_large
from core.db.storable import Fitter
from core.money import as_text
from costs.models import DailyCost, TagCost
from providers.records import (
    CostReading,
    CostRecord,
    CostTotalRecord,
    TagCostRecord,
)
from syncs.runs.run_context import SyncFailed

R = TypeVar("R", bound=CostRecord | TagCostRecord)

NO_CHARGE_TAGGED = (
    "No charge has the tag {}, so all of these days are untagged. Check its spelling; "
    "in AWS the payer activates it in Billing under Cost allocation tags."
)


class StagedRows(Generic[R]):
    """One account's rows of a model as lines of CSV in a file.

    A line is the account's key and the columns, which record and model both have.
    """

    def __init__(self, account_key: int, record: type[R], model: type[Model]) -> None:
        self.account_key, self.model = account_key, model
        self.columns = tuple(field.name for field in fields(record))
        self.fitter: Fitter[R] = Fitter(record, model)
        self.file = tempfile.TemporaryFile(  # noqa: SIM115 closed by StagingFile
            "w+", newline="", encoding="utf-8"
        )
        self._lines = csv.writer(self.file)
        self._values = attrgetter(*self.columns)
        self.count = 0
        # A line whose values need no quotes.
        self._line = ",".join(["%s"] * (1 + len(self.columns))) + "\r\n"

    def add(self, records: Sequence[R]) -> None:
        """Write these rows, their texts as they can be stored."""
        self.count += len(records)
        rows = [self.fitter.fit(row, row.day) for row in records]
        lines = [(self.account_key, *self._values(row)) for row in rows]
        text = "".join([self._line % line for line in lines])
        # Twice as fast as to look at each value, and nearly always enough.
        if self._is_plain(text, len(lines)):
            self.file.write(text)
        else:
            self._lines.writerows(lines)

    def _is_plain(self, text: str, lines: int) -> bool:
        """Whether no value needs quotes: each comma parts two of them."""
        return (
            text.count(",") == lines * len(self.columns)
            and text.count("\r") == text.count("\n") == lines
            and '"' not in text
        )

    def rewind(self) -> None:
        """Put the file at its first line."""
        self.file.flush()
        self.file.seek(0)

    def read(self) -> Iterator[tuple[object, ...]]:
        """Every row as it was added, each text as its field of the model has it."""
        self.rewind()
        stored: list[Any] = [self.model._meta.get_field(name) for name in self.columns]
        parsers = [field.to_python for field in stored]
        for _, *line in csv.reader(self.file):
            values = [parse(text) for parse, text in zip(parsers, line, strict=True)]
            yield (self.account_key, *values)


class StagingFile:
    """What is read of one account's bill, gone when it is closed.

    Totals are few, and stay in memory; so do the tag keys, with whether any charge has
    one of them.
    """

    def __init__(self, account_key: int) -> None:
        self.totals: list[CostTotalRecord] = []
        self.costs = StagedRows(account_key, CostRecord, DailyCost)
        self.tags = StagedRows(account_key, TagCostRecord, TagCost)
        self.tag_keys: dict[str, bool] = {}
        self._largest = largest_amount()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.costs.file.close()
        self.tags.file.close()

    def add(self, part: CostReading) -> None:
        """Write the rows of some whole days. Raise SyncFailed for an amount that can't
        be stored."""
        self._check_amounts(part)
        self.totals.extend(part.totals)
        self.costs.add(part.rows)
        self.tags.add(part.tags)
        for row in part.tags:
            if row.tag_value or row.tag_key not in self.tag_keys:
                self.tag_keys[row.tag_key] = row.tag_value != ""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return self.costs.count + self.tags.count

    def _check_amounts(self, part: CostReading) -> None:
        charges: list[CostTotalRecord | CostRecord | TagCostRecord]
        charges = [*part.totals, *part.rows, *part.tags]
        for one in charges:
            amount = max(one.billed, one.effective, key=abs)
            if abs(amount) > self._largest:
                charge = getattr(one, "service", "the total")
                what = f"{charge} on {one.day}: {as_text(amount)} {one.currency}"
                raise SyncFailed(
                    f"{too_large(what)} Nothing of this answer was stored. Sync the "
                    "days before and after with --start and --end."
                )

    @property
    def remarks(self) -> list[str]:
        """What was stored otherwise than it was answered, and tags without a use."""
        unused = [key for key, is_used in self.tag_keys.items() if not is_used]
        return [
            self.costs.fitter.remark,
            self.tags.fitter.remark,
            *(NO_CHARGE_TAGGED.format(key) for key in sorted(unused)),
        ]
