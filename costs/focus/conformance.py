"""What the official validator of FOCUS finds in an export, beside what is known.

    focus-validator --data-file FILE --validate-version 1.2 --block-download > found.txt
    python -m costs.focus.conformance lines found.txt

It exits with 1 where a rule fails that is not named here, and names those that no
longer fail. `days` are costs by day and service, `lines` the demo company's lines.
"""

import re
import sys
from pathlib import Path

FAILED = re.compile(r"^❌ (\S+): FAIL", re.MULTILINE)
TOTAL = re.compile(r"^Total: (\d+)", re.MULTILINE)
# A rule of other rules, which fails with them.
COMPOSED = re.compile(r"-C-000-")
FEE = "a fee that covers no usage is effective where it is billed"
UNKNOWN_PRICE = "no list price is known of a sum of a day"
KNOWN = {
    "days": {
        "ContractedCost-C-003-M": UNKNOWN_PRICE,
        "ContractedCost-C-004-M": UNKNOWN_PRICE,
        "EffectiveCost-C-005-C": FEE,
        "InvoiceId-C-005-C": "no invoice is known, and it asks for one of every charge",
        "ListCost-C-003-M": UNKNOWN_PRICE,
        "ListCost-C-004-M": UNKNOWN_PRICE,
    },
    "lines": {
        "EffectiveCost-C-005-C": FEE,
        "InvoiceId-C-004-C": "every charge has an invoice, and it asks for none",
    },
}


def main(kind: str, found: str) -> int:
    text = Path(found).read_text()
    if not TOTAL.search(text):
        print("The validator has no result:", text[-500:])
        return 1
    failed = {rule for rule in FAILED.findall(text) if not COMPOSED.search(rule)}
    known = KNOWN[kind]
    for rule in sorted(failed & known.keys()):
        print(f"known: {rule}, as {known[rule]}")
    for rule in sorted(known.keys() - failed):
        print(f"passes now: {rule}")
    new = sorted(failed - known.keys())
    for rule in new:
        print(f"NOT KNOWN: {rule}")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
