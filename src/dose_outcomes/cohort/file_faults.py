"""What is wrong with a file as a whole, though it can be read: it holds no rows, or may have been cut off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.raw import RawTable
from dose_outcomes.study import Study

#: Without rows of these nobody can be analysed; a study without scores is still one of side effects.
NEEDED = ("patients", "indications", "doses")


def file_faults(raw: Iterable[RawTable], study: Study) -> Iterator[Fault]:
    """Yield a fault for each table without rows that needs some, and for each text file whose last line is open.

    Parameters
    ----------
    raw : iterable of RawTable
        The tables as read.
    """
    for table in raw:
        if table.name in NEEDED and not table.rows_read and study.data.source == "csv":
            yield Fault(
                check=f"{table.name}.rows",
                table=table.name,
                file=table.file,
                column="",
                sentence="holds no row of data below the names of the columns, and nobody can be analysed",
                remedy="Export it again, or name another file under data.tables in the study file",
                category="completeness",
                aspect="",
                number=1,
                checked=1,
            )
        if table.open_row is not None:
            yield Fault(
                check=f"{table.name}.last_line",
                table=table.name,
                file=table.file,
                column="",
                sentence="the last line is not closed by a line break: was the file cut off within its last cell?",
                remedy="See whether the row is complete, then close it with a line break",
                rows=(table.open_row,),
                severity="warning",
                category="completeness",
                aspect="",
                checked=table.rows_read,
            )
