"""How bills name the services under which each kind of resource is charged."""

from collections.abc import Mapping

# What is charged for resources of a kind and for nothing else.
AWS_SERVICES: Mapping[str, str] = {
    "instance": "Amazon Elastic Compute Cloud - Compute",
    "bucket": "Amazon Simple Storage Service",
    "database": "Amazon Relational Database Service",
    "load-balancer": "Amazon Elastic Load Balancing",
}
AZURE_SERVICES: Mapping[str, str] = {
    "instance": "Virtual Machines",
    "load-balancer": "Load Balancer",
    "nat-gateway": "NAT Gateway",
}
# What is charged for them, maybe beside others.
EC2_OTHER = frozenset({"EC2 - Other"})
AWS_CHARGES: Mapping[str, frozenset[str]] = {
    "instance": frozenset({"Amazon Elastic Compute Cloud - Compute"}),
    "volume": EC2_OTHER,
    "snapshot": EC2_OTHER,
    "nat-gateway": EC2_OTHER,
    "bucket": frozenset({"Amazon Simple Storage Service"}),
    "database": frozenset(
        {
            "Amazon Relational Database Service",
            "Amazon DocumentDB (with MongoDB compatibility)",
            "Amazon Neptune",
        }
    ),
    "address": frozenset({"Amazon Virtual Private Cloud"}),
    "load-balancer": frozenset({"Amazon Elastic Load Balancing"}),
}
AZURE_STORAGE = frozenset({"Storage"})
AZURE_NETWORK = frozenset({"Virtual Network", "NAT Gateway"})
AZURE_CHARGES: Mapping[str, frozenset[str]] = {
    "instance": frozenset({"Virtual Machines"}),
    "volume": AZURE_STORAGE,
    "snapshot": AZURE_STORAGE,
    "bucket": AZURE_STORAGE,
    "database": frozenset(
        {
            "SQL Database",
            "Azure Database for PostgreSQL",
            "Azure Database for MySQL",
        }
    ),
    "address": AZURE_NETWORK,
    "nat-gateway": AZURE_NETWORK,
    "load-balancer": frozenset({"Load Balancer", "Application Gateway"}),
}
