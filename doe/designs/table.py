"""A design from a file: a row a run, a column a factor, checked like any other."""

from __future__ import annotations

from doe.designs import _layout as told
from doe.designs._errors import DesignError
from doe.designs._fixed import Fixed, Table
from doe.designs._rows import read_rows
from doe.model import Study


def _lay(study: Study) -> Table:
    file = told.text(study, "file")
    if file is None:
        raise DesignError(f"{study.design} wants a layout: file=table.csv")
    return Table(read_rows(study, file))


table = Fixed(
    "a table of runs from a CSV file: a column a factor, a row a run; layout file=table.csv",
    _lay,
    {"file": "the CSV file; its head names the factors, and perhaps 'run'"},
)
"""The design ``table``."""
