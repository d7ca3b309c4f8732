"""One tenant: its subscriptions, their machines and the bill over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from core.testing.azure_emulator.bill import Charge, charges_of_a_day
from core.testing.azure_emulator.machines import EmulatedVm, ScaleSet, guid
from core.testing.azure_emulator.resources import EmulatedResource

TENANT = "11111111-1111-4111-8111-111111111111"
NAMESPACES = (
    *("Microsoft.Compute", "Microsoft.CostManagement", "Microsoft.Insights"),
    *("Microsoft.Storage", "Microsoft.Network", "Microsoft.Sql"),
    *("Microsoft.DBforPostgreSQL", "Microsoft.DBforMySQL", "Microsoft.Advisor"),
)
ResourceT = TypeVar("ResourceT", bound=EmulatedResource)


@dataclass
class EmulatedSubscription:
    """One subscription. Everything may be changed while the emulator runs."""

    subscription_id: str
    name: str
    tenant_id: str = TENANT
    state: str = "Enabled"  # Warned, PastDue, Disabled; a Deleted one is not found
    # Without any role in it, it is not in the list either.
    readable: bool = True
    registered: set[str] = field(default_factory=lambda: set(NAMESPACES))
    vms: dict[str, EmulatedVm] = field(default_factory=dict)  # by lower-case id
    scale_sets: dict[str, ScaleSet] = field(default_factory=dict)
    resources: dict[str, EmulatedResource] = field(default_factory=dict)  # all others
    # Management locks by the id in lower case of what they are of: CanNotDelete or
    # ReadOnly.
    locks: dict[str, str] = field(default_factory=dict)
    # Changes that were begun, by id: their state, or the error that they ended with.
    operations: dict[str, str] = field(default_factory=dict)
    # Resources that a change is made of, by id.
    changing: set[str] = field(default_factory=set)
    # Sizes that no hardware is free for.
    sizes_sold_out: set[str] = field(default_factory=set)

    @property
    def id(self) -> str:
        """Its resource id."""
        return f"/subscriptions/{self.subscription_id}"

    def add_vm(self, name: str, **fields: Any) -> EmulatedVm:
        """A machine; its group and name must be new."""
        vm = EmulatedVm(self.subscription_id, name, **fields)
        if vm.id.lower() in self.vms:
            raise ValueError(f"{vm.id} exists")
        self.vms[vm.id.lower()] = vm
        return vm

    def remove_vm(self, vm: EmulatedVm) -> None:
        """It is gone from every answer; its bill and its id stay."""
        del self.vms[vm.id.lower()]

    def add_scale_set(self, name: str, instances: int = 2, **fields: Any) -> ScaleSet:
        """A scale set with its instances: of a flexible one they are ordinary VMs."""
        made = ScaleSet(self.subscription_id, name, capacity=instances, **fields)
        self.scale_sets[made.id.lower()] = made
        for number in range(instances):
            vm = made.make_instance(number)
            (self.vms if made.mode == "Flexible" else made.instances)[vm.id.lower()] = (
                vm
            )
        return made

    def add(self, kind: type[ResourceT], name: str, /, **fields: Any) -> ResourceT:
        """Anything but a machine; its group and name must be new among its kind."""
        made = kind(self.subscription_id, name, **fields)
        if made.id.lower() in self.resources:
            raise ValueError(f"{made.id} exists")
        self.resources[made.id.lower()] = made
        return made

    def remove(self, resource: EmulatedResource) -> None:
        """It is gone from every answer."""
        del self.resources[resource.id.lower()]

    def machines(self) -> Iterator[EmulatedVm]:
        """All machines, those of uniform scale sets too."""
        yield from self.vms.values()
        for scale_set in self.scale_sets.values():
            yield from scale_set.instances.values()


@dataclass
class AzureWorld:
    """Everything that one principal of one tenant can see."""

    tenant_id: str = TENANT
    subscriptions: dict[str, EmulatedSubscription] = field(default_factory=dict)
    management_groups: dict[str, set[str]] = field(default_factory=dict)
    # Scopes of the bill by their lower-case path, and their subscriptions; None: the
    # whole bill, with what belongs to no subscription.
    billing_scopes: dict[str, set[str] | None] = field(default_factory=dict)
    agreement: str = "EA"  # or MCA, MOSP
    currency: str = "USD"
    dollars: dict[str, float] = field(
        default_factory=lambda: {"USD": 1.0, "EUR": 1.0837, "GBP": 1.2915}
    )
    charges_by_day: dict[date, list[Charge]] = field(default_factory=dict)
    # The bill's last day that is there yet; None: it reaches to today.
    costs_until: date | None = None
    regions: list[str] = field(
        default_factory=lambda: ["westeurope", "northeurope", "eastus"]
    )
    # Metrics that this world's machines have beyond those that all have.
    more_metrics: set[str] = field(default_factory=set)

    def add_subscription(
        self, subscription_id: str = "", name: str = "", **fields: Any
    ) -> EmulatedSubscription:
        """A subscription; without an id the next of a row of ids."""
        made_id = subscription_id.lower() or guid(f"sub-{len(self.subscriptions)}")
        if made_id in self.subscriptions:
            raise ValueError(f"{made_id} exists")
        fields = {"tenant_id": self.tenant_id} | fields
        made = EmulatedSubscription(made_id, name or made_id, **fields)
        self.subscriptions[made_id] = made
        return made

    def add_management_group(self, name: str, *members: EmulatedSubscription) -> str:
        """A management group; returns its scope."""
        self.management_groups[name.lower()] = {
            member.subscription_id for member in members
        }
        return f"/providers/Microsoft.Management/managementGroups/{name}"

    def add_billing_scope(self, path: str, *members: EmulatedSubscription) -> str:
        """A billing account, or a part of one with its subscriptions; its scope."""
        scope = f"/providers/Microsoft.Billing/billingAccounts/{path}"
        ids = {member.subscription_id for member in members}
        self.billing_scopes[scope.lower()] = ids or None
        return scope

    # The bill

    @property
    def charges(self) -> Iterator[Charge]:
        """The whole bill."""
        for charges in self.charges_by_day.values():
            yield from charges

    def cost(
        self, day: date, service: str, amount: float | str | None, **fields: Any
    ) -> Charge:
        """Adds a charge; `vm=` gives it a machine's ids, group and place."""
        vm: EmulatedVm | None = fields.pop("vm", None)
        subscription = fields.pop("subscription", None)
        if isinstance(subscription, EmulatedSubscription):
            fields["subscription_id"] = subscription.subscription_id
        if vm is not None:
            fields = vm.charged_as() | fields
        fields = {"currency": self.currency} | fields
        actual = None if amount is None else float(amount)
        charge = Charge(day, service, actual, **fields)
        self.charges_by_day.setdefault(day, []).append(charge)
        return charge

    def bill_machines(self, day: date) -> None:
        """Adds what the machines cost on a day: hours at their price, and a disk."""
        for subscription in self.subscriptions.values():
            for vm in subscription.machines():
                for charge in charges_of_a_day(vm, day):
                    amount = charge.pop("dollars") / self.dollars[self.currency]
                    self.cost(day, amount=amount, vm=vm, **charge)

    def add_reservation(
        self, day: date, amount: float, *, days: int, used: float, **fields: Any
    ) -> None:
        """A purchase, spread over its days: what is used of it, and what is not."""
        fields = {"pricing_model": "Reservation"} | fields
        self.cost(
            *(day, "Virtual Machines", amount),
            amortized=None,
            charge_type="Purchase",
            **fields,
        )
        for number in range(days):
            later = day + timedelta(days=number)
            share = amount / days
            self.cost(later, "Virtual Machines", 0, amortized=share * used, **fields)
            self.cost(
                *(later, "Virtual Machines", None),
                amortized=share * (1 - used),
                charge_type="UnusedReservation",
                **fields,
            )

    def restate(
        self, day: date, service: str, amount: float | str, **which: Any
    ) -> None:
        """Changes the one charge of a day that matches; raises unless it is one."""
        charges = self.charges_by_day.get(day, [])
        found = [
            place
            for place, charge in enumerate(charges)
            if charge.service == service
            and all(getattr(charge, name) == value for name, value in which.items())
        ]
        if len(found) != 1:
            raise LookupError(f"{len(found)} charges of {service} on {day}")
        charges[found[0]] = replace(charges[found[0]], actual=float(amount))

    def restate_month(self, month: date, factor: float) -> None:
        """Rates all of a month's usage again."""
        for day, charges in self.charges_by_day.items():
            if (day.year, day.month) == (month.year, month.month):
                charges[:] = [charge.times(factor) for charge in charges]

    def day_of(self, moment: datetime) -> date:
        """The bill's last day at a moment."""
        today = moment.astimezone(UTC).date()
        return min(today, self.costs_until) if self.costs_until else today
