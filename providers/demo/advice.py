"""What Azure Advisor would tell the company: its subscription as a provider."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

from core.money import CENT
from core.windows import HOURS_PER_MONTH
from providers.base import Progress
from providers.demo.company import CURRENCY, INSTANCE_TYPES, hourly_usd
from providers.demo.estate import volumes
from providers.demo.fleet import describe
from providers.demo.lives import lives
from providers.demo.machines import Role
from providers.demo.provider import DemoProvider
from providers.demo.resource_prices import hourly_usd as hourly_of
from providers.instance_types import family_of
from providers.records import AdviceRecord, InstanceRecord, ResourceMarket, VolumeRecord

RIGHT_SIZE = "Right-size or shutdown underutilized virtual machines"
DISK = (
    "You have disks that have not been attached to a VM for more than 30 days. "
    "Evaluate whether you still need them."
)
UNATTACHED_FOR = timedelta(days=30)
RESERVE = "Consider virtual machine reserved instances to save over pay-as-you-go costs"
# The share of the pay-as-you-go price that a reservation saves, by its term.
RESERVED_SAVES = {"P1Y": Decimal("0.37"), "P3Y": Decimal("0.57")}
# What is reserved is what runs all the time.
STEADY = (Role.WEB, Role.API, Role.DATABASE, Role.WORKER)


class AzureDemoProvider(DemoProvider):
    """The company's subscription, of which Advisor has an opinion too."""

    def fetch_advice(self, progress: Progress) -> list[AdviceRecord]:
        self.meter.count("demo:ListRecommendations")
        found = [*self._of_machines(), *self._of_disks(), *self._of_commitments()]
        progress(f"{len(found)} recommendations of Azure Advisor")
        return found

    def _running(self, *roles: Role) -> Iterator[tuple[Role, InstanceRecord]]:
        role_of = {
            life.instance_id: life.machine.role
            for life in lives(self.account_id, self.events)
        }
        for one in describe(self.account_id, self.anchor, self.now, self.events):
            role = role_of[one.resource_id]
            if one.state == "running" and role in roles:
                yield role, one

    def _of_machines(self) -> Iterator[AdviceRecord]:
        for role, one in self._running(Role.IDLE, Role.OVERSIZED):
            target = _half_of(one.instance_type) if role is Role.OVERSIZED else ""
            saved = _monthly(one) - (_monthly(one, target) if target else 0)
            yield self._advice(
                RIGHT_SIZE,
                "high",
                one.resource_id,
                "Microsoft.Compute/virtualMachines",
                region=one.region,
                monthly_savings=saved,
                details={
                    "recommendationType": "SkuChange" if target else "Shutdown",
                    "currentSku": one.instance_type,
                    **({"targetSku": target} if target else {}),
                },
            )

    def _of_disks(self) -> Iterator[AdviceRecord]:
        long_ago = {one.resource_id for one in self._unattached(UNATTACHED_FOR)}
        for one in self._unattached():
            if one.resource_id in long_ago:
                market = ResourceMarket(one.region, "volume", "")
                hourly = hourly_of(market, one.volume_type, one.size_gib or 1)
                yield self._advice(
                    DISK,
                    "medium",
                    one.resource_id,
                    "Microsoft.Compute/disks",
                    region=one.region,
                    monthly_savings=hourly * HOURS_PER_MONTH,
                    details={"currentSku": one.volume_type},
                )

    def _unattached(self, ago: timedelta = timedelta(0)) -> Iterator[VolumeRecord]:
        then = self.now - ago
        for one in volumes(self.account_id, self.anchor, then, self.events):
            if not one.attached_to:
                yield one

    def _of_commitments(self) -> Iterator[AdviceRecord]:
        """One and three years of the family that costs most: one saving, told twice."""
        costs: dict[tuple[str, str], list[Decimal]] = {}
        for _, one in self._running(*STEADY):
            key = (one.region, family_of(one.instance_type))
            costs.setdefault(key, []).append(_monthly(one))
        if not costs:
            return
        region, family = max(costs, key=lambda key: sum(costs[key]))
        amounts = costs[region, family]
        for term, share in RESERVED_SAVES.items():
            yield self._advice(
                RESERVE,
                "high",
                f"/subscriptions/{self.account_id}",
                "Microsoft.Subscriptions/subscriptions",
                region=region,
                term=term,
                monthly_savings=sum(amounts, Decimal(0)) * share,
                details={"displaySKU": family, "displayQty": str(len(amounts))},
            )

    def _advice(
        self,
        problem: str,
        impact: str,
        resource_id: str,
        resource_type: str,
        *,
        monthly_savings: Decimal,
        details: dict[str, str],
        region: str,
        term: str = "",
    ) -> AdviceRecord:
        own = uuid5(NAMESPACE_URL, f"{resource_id}{problem}{term}")
        return AdviceRecord(
            advice_id=f"{resource_id}/providers/microsoft.advisor/recommendations/{own}",
            type_id=str(uuid5(NAMESPACE_URL, problem)),
            impact=impact,
            problem=problem,
            solution=problem,
            resource_id=resource_id,
            resource_type=resource_type,
            resource_name=resource_id.rpartition("/")[2],
            region=region,
            term=term,
            monthly_savings=monthly_savings.quantize(CENT),
            currency=CURRENCY,
            details=details,
            updated_at=self.now,
        )


def _half_of(instance_type: str) -> str:
    """Return the next smaller size of its family; "" without one."""
    family = family_of(instance_type)
    vcpus = INSTANCE_TYPES[instance_type].vcpus
    smaller = [
        (size.vcpus, name)
        for name, size in INSTANCE_TYPES.items()
        if family_of(name) == family and size.vcpus < vcpus
    ]
    return max(smaller)[1] if smaller else ""


def _monthly(one: InstanceRecord, instance_type: str = "") -> Decimal:
    name = instance_type or one.instance_type
    return hourly_usd(name, one.region, one.platform) * HOURS_PER_MONTH
