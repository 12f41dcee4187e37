"""Contracts: the one description of each canonical extract table, read from `contracts/<source>/<table>.yml`.

Raw tables, landing checks, dbt sources and staging descriptions all derive from it. No file handling and no SQL execution here.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from ingestion.errors import DataRefusedError

CONTRACT_DIR = Path(__file__).parent / "contracts"

# A code is compared, a text is only shown: see `texts.py` for what of a code does not count.
ColumnType = Literal["text", "code", "integer", "money", "quantity", "rate", "exchange_rate", "percent", "date", "timestamp"]
DeliveryMode = Literal["full", "delta"]

SQL_TYPES: dict[ColumnType, str] = {
    "text": "VARCHAR",
    "code": "VARCHAR",
    "integer": "INTEGER",
    "money": "DECIMAL(18,2)",
    "quantity": "DECIMAL(18,4)",
    "rate": "DECIMAL(18,8)",
    "exchange_rate": "DECIMAL(18,8)",
    "percent": "DECIMAL(9,4)",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}


class Column(BaseModel):
    """One canonical column: what it may hold and what it means.

    `case: upper` is for codes whose standard is in capitals. `if_unfit: value` is for optional columns where null says no more
    than that it is not known: a value that cannot be read is set aside alone and its row counts. Where null says something else
    (no end agreed, falls due at once, none set), the row is set aside.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    type: ColumnType
    description: str
    label_zh: str
    unit: str | None = None
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    case: Literal["as_written", "upper"] = "as_written"
    if_unfit: Literal["row", "value"] = "row"

    @model_validator(mode="after")
    def _says_how_it_is_compared(self) -> "Column":
        if self.type == "text" and (self.allowed or self.pattern or re.search("_(code|no|id)$", self.name)):
            raise ValueError(f"{self.name} identifies or has fixed forms: its type is code")
        if self.case != "as_written" and self.type != "code":
            raise ValueError(f"{self.name}: case belongs to type code")
        if self.required and self.if_unfit == "value":
            raise ValueError(f"{self.name} is required: it cannot be set aside alone")
        return self

    @property
    def sql_type(self) -> str:
        """The DuckDB type of the column in the raw table."""
        return SQL_TYPES[self.type]


class RowRule(BaseModel):
    """A condition over typed columns that every row must meet; `reason` is what quarantine says when it does not."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    expression: str
    reason: str


class Contract(BaseModel):
    """One canonical extract table: its grain, key, delivery mode and columns."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Literal["erp", "crm", "bureau", "any"]
    table: str
    description: str
    grain: str
    delivery_mode: DeliveryMode
    key: tuple[str, ...]
    replaces_by: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    row_rules: tuple[RowRule, ...] = ()

    @model_validator(mode="after")
    def _names_exist(self) -> "Contract":
        names = [column.name for column in self.columns]
        unknown = [name for name in (*self.key, *self.replaces_by) if name not in names]
        if unknown or len(names) != len(set(names)):
            raise ValueError(f"key or replaces_by names no column, or a column stands twice: {unknown or names}")
        texts = [column.name for column in self.columns if column.type == "text" and column.name in self.key]
        if texts:
            raise ValueError(f"key columns are of type code, not text: {texts}")
        if self.replaces_by and self.delivery_mode != "full":
            raise ValueError("replaces_by belongs to delivery_mode full")
        return self

    @property
    def name(self) -> str:
        """`erp.documents`: how profiles and messages call the table."""
        return f"{self.source}.{self.table}"

    @property
    def replaced_within(self) -> tuple[str, ...]:
        """Columns within whose values a delivery of the whole replaces what was delivered before; of none, within the table."""
        is_of_company = self.delivery_mode == "delta" and "company_code" in self.key
        return ("company_code",) if is_of_company else self.replaces_by

    @property
    def amount_column(self) -> str | None:
        """The amount that a row is about: the first column of money; None where there is none."""
        return next((column.name for column in self.columns if column.type == "money"), None)

    @property
    def has_currency(self) -> bool:
        """Whether a row names the currency of its amounts."""
        return any(column.name == "currency_code" for column in self.columns)

    @property
    def raw_name(self) -> str:
        """`erp__documents`: the table in schema `raw`, and the last part of its asset key."""
        return f"{self.source}__{self.table}"

    def rules_json(self) -> str:
        """What decides how a row is read and judged; a reworded description does not."""
        return self.model_dump_json(
            exclude={"description": True, "grain": True, "columns": {"__all__": {"description", "label_zh"}}}
        )


@cache
def load_contracts(folder: Path = CONTRACT_DIR) -> dict[str, Contract]:
    """All contracts by name (`erp.documents`), in file order; a malformed one is refused with its path."""
    contracts = (read_contract(path) for path in sorted(folder.glob("*/*.yml")))
    return {contract.name: contract for contract in contracts}


def read_contract(path: Path) -> Contract:
    """One contract file; its folder is its source and its stem is its table."""
    body = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    try:
        return Contract(source=path.parent.name, table=path.stem, **body)
    except (ValidationError, TypeError) as error:
        raise DataRefusedError(f"Contract {path} is malformed: {error}", "correct that file") from error
