"""Every report there is by the name used on the command line, and every format it comes in."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import IO

from app.i18n import Translator
from app.reports.csv_file import write_csv
from app.reports.stock_over_time import STOCK_OVER_TIME
from app.reports.stock_statement import STOCK_STATEMENT
from app.reports.table import ReportDefinition, Table
from app.reports.table_pdf import write_pdf
from app.reports.workbook import write_xlsx

REPORTS: Mapping[str, ReportDefinition] = MappingProxyType(
    {report.name: report for report in (STOCK_STATEMENT, STOCK_OVER_TIME)}
)
WRITERS: Mapping[str, Callable[[Table, IO[bytes], Translator], None]] = MappingProxyType(
    {"pdf": write_pdf, "xlsx": write_xlsx, "csv": write_csv}
)
