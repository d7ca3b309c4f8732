"""Generations of EC2 instance types, and which families need a price.

https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
"""

from collections.abc import Iterable

from providers.instance_types import family_of

# Family -> its successors, the nearest generation first, of any maker of processors.
# https://aws.amazon.com/ec2/previous-generation/ (upgrade paths). A table alone says
# nothing of money: a successor is advised only where the price list has it cheaper.
SUCCESSORS = {
    "t1": ("t2", "t3", "t3a"),
    "t2": ("t3", "t3a"),
    "m1": ("m5", "m6i", "m6a", "m7i", "m7a"),
    "m2": ("r5", "r6i", "r6a", "r7i", "r7a"),
    "m3": ("m5", "m6i", "m6a", "m7i", "m7a"),
    "m4": ("m5", "m6i", "m6a", "m7i", "m7a", "m8i"),
    "m5": ("m6i", "m6a", "m7i", "m7a", "m8i"),
    "c1": ("c5", "c6i", "c6a", "c7i", "c7a"),
    "c3": ("c5", "c6i", "c6a", "c7i", "c7a"),
    "c4": ("c5", "c6i", "c6a", "c7i", "c7a", "c8i"),
    "c5": ("c6i", "c6a", "c7i", "c7a", "c8i"),
    "r3": ("r5", "r6i", "r6a", "r7i", "r7a"),
    "r4": ("r5", "r6i", "r6a", "r7i", "r7a", "r8i"),
    "r5": ("r6i", "r6a", "r7i", "r7a", "r8i"),
    "i2": ("i3", "i4i"),
    "i3": ("i4i",),
    "d2": ("d3",),
    "p2": ("p3",),
    "g2": ("g4dn", "g5"),
    "g3": ("g4dn", "g5"),
}
# The same on AWS's own ARM processors, for which software must be built.
GRAVITON = {
    "t2": ("t4g",),
    "t3": ("t4g",),
    "t3a": ("t4g",),
    "m4": ("m6g", "m7g"),
    "m5": ("m6g", "m7g"),
    "m5a": ("m6g", "m7g"),
    "c4": ("c6g", "c7g"),
    "c5": ("c6g", "c7g"),
    "c5a": ("c6g", "c7g"),
    "r4": ("r6g", "r7g"),
    "r5": ("r6g", "r7g"),
    "r5a": ("r6g", "r7g"),
}


def families_to_price(instance_types: Iterable[str]) -> list[str]:
    """Return the families whose prices the rules need for instances of these types."""
    own = {family_of(name) for name in instance_types if name}
    others = {
        family
        for name in own
        for family in (*SUCCESSORS.get(name, ()), *GRAVITON.get(name, ()))
    }
    return sorted(own | others)
