"""The demo's raw extracts read with Python alone, independent of the warehouse: what the profile `demo` says, line by line."""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import openpyxl

from orchestration.audit.reference_engine import Application, Document, Instalment, Ledger

# Value maps of the profile that these readers need.
DOCUMENT_TYPES = {
    "RV": "invoice", "DD": "debit_note", "DZ": "receipt", "DG": "credit_note", "AN": "advance",
    "WO": "write_off", "RC": "recovery", "RB": "refund", "RF": "refund", "FX": "fx_revaluation",
}  # fmt: skip

Row = dict[str, str]


def csv_rows(extracts: Path, pattern: str) -> Iterator[Row]:
    """Rows of GB18030 CSV files, the files in the order of their names; empty fields as empty texts."""
    for file in sorted(extracts.glob(pattern)):
        with file.open(encoding="gb18030", newline="") as lines:
            yield from csv.DictReader(lines)


def xlsx_rows(extracts: Path, pattern: str) -> Iterator[Row]:
    """Rows of the first sheets of workbooks, every cell as a text; empty cells as empty texts, dates as YYYY-MM-DD."""
    for file in sorted(extracts.glob(pattern)):
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        rows = book.worksheets[0].iter_rows(values_only=True)
        header = [str(cell) for cell in next(rows)]
        for row in rows:
            yield dict(zip(header, map(_cell, row), strict=True))


def jsonl_rows(extracts: Path, pattern: str) -> Iterator[Row]:
    """Rows of JSON lines, every value as the text that was written; null and what lacks as empty texts."""
    for file in sorted(extracts.glob(pattern)):
        with file.open(encoding="utf-8") as lines:
            for line in lines:
                values = json.loads(line, parse_float=str, parse_int=str)
                yield {name: "" if value is None else str(value) for name, value in values.items()}


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value).strip()


def amount(text: str) -> Decimal:
    """A number with commas between thousands."""
    return Decimal(text.replace(",", ""))


def signed(row: Row, column: str) -> Decimal:
    """An unsigned amount with its debit (S) or credit (H) mark."""
    return {"S": 1, "H": -1}[row["借贷标识"]] * amount(row[column])


def day(text: str) -> date | None:
    """YYYYMMDD or YYYY-MM-DD; None where nothing is written."""
    return date.fromisoformat(text) if text else None


def known_day(text: str) -> date:
    """A day that must be written."""
    return date.fromisoformat(text)


def companies(extracts: Path) -> list[str]:
    """Codes of the selling companies."""
    return [row["公司代码"] for row in csv_rows(extracts, "erp/companies.csv")]


def ledgers(extracts: Path) -> dict[str, Ledger]:
    """The postings of each company. None of the three tables has rows in quarantine."""
    result = {code: Ledger(code, []) for code in companies(extracts)}
    for row in csv_rows(extracts, "erp/ar_documents_*.csv"):
        result[row["公司代码"]].documents.append(
            Document(
                number=row["凭证号"],
                document_type=DOCUMENT_TYPES[row["凭证类型"]],
                customer=row["客户编号"],
                document_date=known_day(row["凭证日期"]),
                accounting_date=day(row["记账日期"]) or known_day(row["凭证日期"]),
                due_date=day(row["到期日"]),
                currency=row["币种"].upper(),
                amount=signed(row, "金额"),
                fx_rate=Decimal(row["汇率"]) if row["汇率"] else None,
                reference=row["参考凭证号"] or None,
            )
        )
    for row in csv_rows(extracts, "erp/ar_instalments_*.csv"):
        part = Instalment(row["凭证号"], int(row["期次"]), known_day(row["到期日"]), amount(row["金额"]))
        result[row["公司代码"]].instalments.append(part)
    for row in csv_rows(extracts, "erp/ar_clearing_*.csv"):
        number = int(row["期次"]) if row["期次"] else None
        result[row["公司代码"]].applications.append(
            Application(
                row["核销号"], row["贷方凭证"], row["借方凭证"], number, known_day(row["核销日期"]), amount(row["核销金额"])
            )
        )
    return result


@dataclass(frozen=True)
class Posting:
    """A document with who bought and who sold; the amount in base currency at its own rate, to the cent."""

    company: str
    number: str
    document_type: str
    customer: str
    salesperson: str
    segment: str
    accounting_date: date
    base_amount: Decimal

    @property
    def levels(self) -> dict[str, str]:
        """What it counts for at each level of reports."""
        return {
            "company": self.company, "customer": self.customer, "salesperson": self.salesperson, "segment": self.segment
        }  # fmt: skip


def postings(extracts: Path, customer_ids: dict[tuple[str, str], str]) -> list[Posting]:
    """All documents; the salesperson is the document's, else the customer's, else unassigned."""
    master = {(row["公司代码"], row["客户编号"]): row for row in csv_rows(extracts, "erp/customers.csv")}
    result = []
    for row in csv_rows(extracts, "erp/ar_documents_*.csv"):
        account = row["公司代码"], row["客户编号"]
        customer = master.get(account, {})
        result.append(
            Posting(
                company=account[0],
                number=row["凭证号"],
                document_type=DOCUMENT_TYPES[row["凭证类型"]],
                customer=customer_ids[account],
                salesperson=row["销售员"] or customer.get("销售员") or "unassigned",
                segment=customer.get("客户细分") or "unassigned",
                accounting_date=day(row["记账日期"]) or known_day(row["凭证日期"]),
                base_amount=(signed(row, "金额") * Decimal(row["汇率"])).quantize(Decimal("0.01"), ROUND_HALF_UP),
            )
        )
    return result
