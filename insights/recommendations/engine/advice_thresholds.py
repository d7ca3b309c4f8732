"""Where each rule draws its line, and who published that line.

Trusted Advisor, "Low utilization Amazon EC2 instances": CPU of 10 % or less and
network of 5 MB or less on 4 of the last 14 days. Idle load balancers: no healthy
target, or fewer than 100 requests a day for 7 days; unassociated Elastic IPs; EBS
volumes unattached, or with less than one IOPS, for 7 days; RDS databases without a
connection for 7 days.
  https://docs.aws.amazon.com/awssupport/latest/user/cost-optimization-checks.html
Compute Optimizer, idle: peak CPU under 5 % and network under 5 MB a day, 14 days; NAT
gateways over 32 days.
  https://docs.aws.amazon.com/compute-optimizer/latest/ug/view-idle-recommendations.html
Compute Optimizer, rightsizing: P99.5 of CPU with 20 % head-room; 14, 32 or 93 days.
  https://docs.aws.amazon.com/compute-optimizer/latest/ug/rightsizing-preferences.html
Cost Explorer, rightsizing: idle where the maximum of 14 days is at most 1 %.
  https://docs.aws.amazon.com/cost-management/latest/userguide/understanding-rr-calc.html
Azure Advisor, shut down: P95 of maximum CPU under 3 %, average of 2 % at most.
  https://learn.microsoft.com/azure/advisor/advisor-cost-recommendations
Google Cloud, idle VMs: 97 % of the time under 0.03 vCPUs; received under 2,000 and sent
under 1,000 bytes a second for 95 % of it.
  https://cloud.google.com/compute/docs/instances/viewing-and-applying-idle-vm-recommendations
Cloudaware, idle EC2 instance: average under 5 % and maximum under 15 %.
  https://ce.prod.cloudaware.com/ce/ca/aws/ec2/instance-idle/description
Microsoft's FinOps toolkit, underutilized premium SSD disks: 5 % of IOPS and of MB/s.
  https://learn.microsoft.com/cloud-computing/finops/toolkit/optimization-engine/customize
AWS Config, `ec2-stopped-instance`: stopped for more than 30 days.
  https://docs.aws.amazon.com/config/latest/developerguide/ec2-stopped-instance.html
AWS Prescriptive Guidance, schedules: office hours are 50 of a week's 168.
  https://docs.aws.amazon.com/prescriptive-guidance/latest/optimize-costs-microsoft-workloads/windows-ec2-schedules.html
"""

from dataclasses import dataclass
from decimal import Decimal

from metrics.idle import IDLE_BELOW_PERCENT


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Percent are of all vCPUs, MB are 10^6 bytes, money is a month's."""

    lookback_days: int = 32
    """The days looked at: Compute Optimizer's middle choice, so that work that comes
    once a month is seen."""
    least_days: int = 14
    """Measured days without which nothing is said: Compute Optimizer's shortest."""

    idle_peak_percent: float = IDLE_BELOW_PERCENT
    """Compute Optimizer: a machine that never goes over it is idle..."""
    idle_network_mb: float = 5.0
    """...if it also moves no more than this a day (Trusted Advisor too)."""
    unused_peak_percent: float = 1.0
    """Cost Explorer: one that never goes over this is idle whatever its network..."""
    background_network_mb: float = 1000.0
    """...and under the idle peak so is one with no more than this a day. Ours: agents
    and broadcasts make some 400 MB a day on real machines that do nothing."""
    quiet_average_percent: float = 2.0
    """Azure Advisor: no day's average is higher on a machine that does nothing..."""
    quiet_peak_percent: float = 15.0
    """...and its rare peaks, such as updates, stay under Cloudaware's maximum."""
    quiet_received_mb: float = 172.8
    """Google Cloud's 2,000 bytes a second, for a day..."""
    quiet_sent_mb: float = 86.4
    """...and its 1,000 bytes a second..."""
    quiet_network_share: float = 0.95
    """...on this share of days."""

    p99_headroom: float = 0.20
    """Compute Optimizer: what remains above the highest day's p99 on the new size."""
    maximum_headroom: float = 0.10
    """Above the one highest sample, which Compute Optimizer does not look at."""
    memory_headroom: float = 0.20
    """Compute Optimizer: the same for memory, where an agent measures it."""

    stopped_days: int = 30
    """AWS Config's rule for stopped instances."""
    allocated_days: int = 1
    """Ours: one that is stopped and still billed is not left so over night."""

    idle_volume_days: int = 7
    """Trusted Advisor: an attached disk is idle that in so many days..."""
    idle_volume_iops: float = 1.0
    """...had less than one operation a second, here in its busiest minute or hour."""
    disk_headroom: float = 0.20
    """Ours, as Compute Optimizer's for CPU: what stays above the busiest minute of a
    disk whose IOPS and throughput are paid for..."""
    busiest_minute_of_hour: float = 10.0
    """Ours: of Azure's disks hours are known, so a Premium SSD v2 or Ultra Disk gets
    room for a minute so many times as busy as its busiest hour..."""
    premium_disk_share: float = 0.05
    """...and Microsoft's FinOps toolkit: a premium disk is underused whose busiest hour
    has less than this share of its IOPS and of its throughput."""

    unattached_days: int = 7
    """Trusted Advisor: a disk that is unattached for so long (Azure Advisor: 30)."""
    idle_address_days: int = 1
    """Trusted Advisor names an unassociated address at once. Ours: not over night."""
    orphan_snapshot_days: int = 30
    """Ours: a snapshot of a disk that is gone is kept for a month..."""
    snapshot_days: int = 365
    """...and one of a disk that is there for a year."""
    idle_balancer_days: int = 7
    """Trusted Advisor: a balancer is idle that in so many days..."""
    idle_requests_a_day: int = 100
    """...had fewer requests than this on each..."""
    idle_gateway_days: int = 32
    """Compute Optimizer: a NAT gateway that carried nothing for so long."""
    cost_per_million_requests: Decimal = Decimal("25.00")
    """Ours: from here on a balancer's hours are dear for what it carries..."""
    cost_per_gib: Decimal = Decimal("1.00")
    """...or per GiB: AWS takes $0.045 for carrying one through a NAT gateway."""
    idle_database_days: int = 7
    """Trusted Advisor: a database without a connection for so long."""
    cold_least_gib: int = 100
    """Ours: the size from which a tier is worth a person's time."""
    cold_requests_a_day: int = 100
    """Ours: what monitoring and scanners send to an account that nobody uses."""
    cold_read_share: Decimal = Decimal("0.10")
    """Ours: the share of a colder tier's bytes that is read, and paid for, a month."""

    weekends: int = 3
    """Weekends that must all have been quiet before every weekend is called so."""
    night_hours: int = 8
    """The shortest quiet stretch of each night that is worth a schedule."""

    least_saving: Decimal = Decimal("1.00")
    """A change that saves less a month is not worth a person's time."""
    critical_saving: Decimal = Decimal("500.00")
    """From here on advice has critical priority..."""
    high_saving: Decimal = Decimal("100.00")
    """...from here on high..."""
    medium_saving: Decimal = Decimal("20.00")
    """...and from here on medium."""

    commitment_days: int = 60
    """The longest of Cost Explorer's look-backs for Savings Plans (7, 30 or 60 days):
    what ran all day for so long is worth a commitment..."""
    commitment_saving: Decimal = Decimal("20.00")
    """...that saves at least this a month. Ours: it binds for a year."""
    unused_commitment_share: Decimal = Decimal("0.10")
    """Ours: the part of a commitment's cost that nothing used, from which it is
    wasted..."""
    unused_commitment_cost: Decimal = Decimal("25.00")
    """...if it also costs this much a month."""

    bill_settling_days: int = 3
    """A bill's latest days still lack usage, so they are not compared."""
    bill_days: int = 7
    """Complete days of bill without which a saving is neither there nor missing."""
    bill_days_at_most: int = 28
    """The days compared before and after: four whole weeks."""
