"""A design from a file: a row a run, a column a factor, checked like any other."""

from __future__ import annotations

from doe.designs import _layout as told
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.designs._rows import heads, read_rows
from doe.model import Study


def _lay(study: Study) -> Table:
    file = told.text(study, "file")
    if file is None:
        raise DesignError(f"{study.design} wants a layout: file=table.csv")
    return Table(read_rows(study, file))


def _sets_noise(study: Study) -> bool:
    """Whether the file has a column for a noise factor: then it says the whole plan, as `doe plan --to` writes it."""
    file = told.text(study, "file")
    names = {factor.name for factor in study.factors if factor.role == "noise"}
    return file is not None and bool(names) and not names.isdisjoint(heads(file))


table = Fixed(
    "a table of runs from a CSV file: a column a factor, a row a run; layout file=table.csv",
    _lay,
    {
        "file": "the CSV file; its head names the factors, and perhaps 'run'; noise without a column is crossed",
        "sha256": "what the file's content must hash to; noted by itself",
    },
    _sets_noise,
)
"""The design ``table``."""
