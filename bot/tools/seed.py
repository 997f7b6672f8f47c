# ruff: noqa: E501 (a table reads best with a row to a line)
"""Acme Corp's sample orders, dated from today so that they never look stale."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.tools.tables import Order


@dataclass(frozen=True, slots=True)
class _Sample:
    number: int
    customer: str
    item: str
    total_cents: int
    status: str
    ordered_days_ago: int
    due_in_days: int | None = None
    """Negative: delivered as many days ago."""
    carrier: str = ""
    last_seen: str = ""


_SAMPLES = (
    _Sample(1001, "Maria Lopez", "espresso machine", 34900, "delivered", 60, -52, "UPS"),
    _Sample(1004, "James Carter", "wool blanket", 8900, "delivered", 48, -44, "FedEx"),
    _Sample(1007, "Priya Shah", "cast iron skillet", 6450, "delivered", 41, -36, "USPS"),
    _Sample(1009, "Tom Becker", "folding bicycle", 79900, "cancelled", 40),
    _Sample(1011, "Aisha Khan", "standing desk", 52900, "delivered", 33, -27, "FedEx"),
    _Sample(1012, "Daniel Kim", "noise cancelling headphones", 24900, "delivered", 30, -25, "UPS"),
    _Sample(1015, "Sofia Rossi", "ceramic mug set", 4800, "delivered", 26, -21, "USPS"),
    _Sample(1016, "Liam Murphy", "garden hose", 3995, "delivered", 24, -19, "UPS"),
    _Sample(1018, "Chen Wei", "electric kettle", 5900, "delivered", 22, -18, "FedEx"),
    _Sample(1020, "Emma Wilson", "hiking boots", 16900, "delivered", 20, -14, "UPS"),
    _Sample(1021, "Noah Fischer", "desk organizer", 2750, "delivered", 18, -13, "USPS"),
    _Sample(1023, "Olivia Brown", "robot vacuum", 39900, "delivered", 17, -11, "FedEx"),
    _Sample(1025, "Lucas Silva", "running shoes", 12900, "delivered", 15, -10, "UPS"),
    _Sample(1027, "Hannah Cohen", "yoga mat", 4500, "delivered", 14, -9, "USPS"),
    _Sample(1029, "Ethan Wright", "portable speaker", 9900, "delivered", 12, -7, "UPS"),
    _Sample(1030, "Maria Lopez", "linen curtains", 11800, "delivered", 11, -6, "FedEx"),
    _Sample(1032, "Grace Miller", "air purifier", 19900, "delivered", 10, -5, "UPS"),
    _Sample(1034, "Omar Haddad", "chess set", 6900, "delivered", 9, -3, "USPS"),
    _Sample(1036, "Yuki Tanaka", "tea set", 7400, "delivered", 8, -2, "FedEx"),
    _Sample(1038, "Peter Novak", "winter jacket", 14900, "delivered", 7, -1, "UPS"),
    _Sample(1040, "Zoe Martin", "picture frame", 3200, "shipped", 6, 0, "USPS", "Austin, Texas"),
    _Sample(1042, "Maria Lopez", "walnut desk lamp", 14900, "shipped", 5, 2, "UPS", "Columbus, Ohio"),
    _Sample(1043, "David Jones", "office chair", 28900, "shipped", 5, 1, "FedEx", "Memphis, Tennessee"),
    _Sample(1045, "Ines Garcia", "board game", 4900, "shipped", 4, 2, "USPS", "Denver, Colorado"),
    _Sample(1047, "Ryan Scott", "camping tent", 22900, "shipped", 4, 3, "UPS", "Reno, Nevada"),
    _Sample(1049, "Aisha Khan", "monitor arm", 8900, "shipped", 3, 4, "FedEx", "Newark, New Jersey"),
    _Sample(1050, "Mia Schneider", "baking set", 5600, "shipped", 3, 3, "UPS", "Louisville, Kentucky"),
    _Sample(1052, "Jack Taylor", "guitar stand", 2900, "packed", 2, 5),
    _Sample(1054, "Nora Olsen", "down pillow", 7900, "packed", 2, 5),
    _Sample(1055, "Ben Adams", "wall clock", 4400, "packed", 1, 6),
    _Sample(1057, "Chloe Dubois", "bookshelf", 18900, "placed", 1, 7),
    _Sample(1058, "Sam Patel", "desk fan", 5900, "placed", 0, 6),
    _Sample(1060, "James Carter", "coffee grinder", 9900, "placed", 0, 7),
    _Sample(58213, "Karen White", "leather backpack", 17900, "shipped", 4, 1, "FedEx", "Atlanta, Georgia"),
)  # fmt: skip


def sample_orders(today: date) -> list[Order]:
    """Every sample order, as it would stand today; e-mails are `maria@example.com` and the like."""
    return [_order(sample, today) for sample in _SAMPLES]


def _order(sample: _Sample, today: date) -> Order:
    due = None if sample.due_in_days is None else today + timedelta(days=sample.due_in_days)
    delivered = sample.status == "delivered"
    return Order(
        number=sample.number,
        email=f"{sample.customer.split()[0].lower()}@example.com",
        customer=sample.customer,
        item=sample.item,
        total_cents=sample.total_cents,
        status=sample.status,
        carrier=sample.carrier,
        tracking_number=f"AC{sample.number:07}US" if sample.carrier else "",
        last_seen=sample.last_seen,
        ordered_on=today - timedelta(days=sample.ordered_days_ago),
        expected_on=None if delivered else due,
        delivered_on=due if delivered else None,
        sample=True,
    )
