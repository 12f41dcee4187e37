"""The IBM file aged with pandas alone, independent of the warehouse: open and overdue amounts by bucket as of a date."""

from decimal import Decimal
from pathlib import Path

import pandas as pd

EDGES = [-100_000, 0, 30, 60, 90, 100_000]
CODES = ["not_due", "1-30", "31-60", "61-90", "90+"]


def aged(file: Path, as_of_date: str) -> dict[str, tuple[Decimal, int]]:
    """Amount and number of open invoices by bucket: invoiced on or before the date, settled after it."""
    invoices = pd.read_csv(file, dtype=str)
    day = pd.Timestamp(as_of_date)
    dates = {name: pd.to_datetime(invoices[name], format="%m/%d/%Y") for name in ("InvoiceDate", "DueDate", "SettledDate")}
    is_open = (dates["InvoiceDate"] <= day) & (dates["SettledDate"] > day)
    buckets = pd.cut((day - dates["DueDate"]).dt.days, EDGES, labels=CODES)[is_open]
    amounts = invoices.loc[is_open, "InvoiceAmount"].map(Decimal)
    return {code: (sum(group, Decimal(0)), len(group)) for code, group in amounts.groupby(buckets, observed=True)}
