"""Asks all rules of all tables at once: what each found, and where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dose_outcomes.cohort.checks.across import across_rules
from dose_outcomes.cohort.checks.course import beside_course, course
from dose_outcomes.cohort.checks.rule import Rule
from dose_outcomes.cohort.checks.schemas import rules
from dose_outcomes.cohort.checks.together import HOLDS, Together, together_rules
from dose_outcomes.cohort.checks.verdicts import Verdict
from dose_outcomes.cohort.conversion import EXPECTED
from dose_outcomes.cohort.faults import ROWS_LISTED, Fault, failing_cells, failing_row_numbers
from dose_outcomes.cohort.raw import ROW
from dose_outcomes.cohort.tables import TABLES
from dose_outcomes.study import Study

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

#: Rules that an empty cell breaks: one that is empty because it could not be converted is not reported twice.
EMPTY = ("filled", "recorded")


@dataclass(frozen=True)
class Checker:
    """The tables of a cohort, and the study that they are checked under.

    Attributes
    ----------
    stored : mapping of str to Table
        Typed tables by name, all of them; they are checked.
    numbered : mapping of str to Table
        The same with row numbers; read only when a rule is broken.
    files : dict of str to str
        File of each table that has one.
    unconverted : tuple of Fault
        Cells that could not be converted, which are empty in the tables.
    """

    connection: Backend
    study: Study
    stored: Mapping[str, ir.Table]
    numbered: Mapping[str, ir.Table]
    files: dict[str, str]
    unconverted: tuple[Fault, ...] = ()

    def check(self) -> tuple[list[Verdict], list[Fault]]:
        """Return the verdict of every rule, and a fault for each that is broken."""
        courses = self.connection.create_table("course of patients", course(self.stored), overwrite=True)
        verdicts: list[Verdict] = []
        faults: list[Fault] = list(self.unconverted)
        for name in TABLES:
            found = self._of_table(name, courses) if name in self.files else []
            asked = [*rules(name, self.study), *across_rules(name, self.study, self.files)]
            for verdict, fault in found or [(Verdict.of_rule(rule, 0, 0), None) for rule in asked]:
                verdicts.append(verdict)
                faults += [fault] if fault else []
        with_rows = {verdict.table for verdict in verdicts if verdict.checked}
        for together in together_rules(self.study, self._instruments()):
            verdict, fault = self._together(together, with_rows)
            verdicts.append(verdict)
            faults += [fault] if fault else []
        return verdicts, [_counted(fault, verdicts) for fault in faults]

    def _of_table(self, name: str, courses: ir.Table) -> list[tuple[Verdict, Fault | None]]:
        """Ask all rules of a table in one query, and one more for each that is asked of all rows at once."""
        joined = beside_course(self.stored[name], courses)
        asked = [*rules(name, self.study), *across_rules(name, self.study, self.files)]
        typed = {key: column.kind for key, column in TABLES[name].columns.items() if column.kind != "text"}
        marked = joined.select(
            **{f"checked {rule.id}": rule.is_asked(joined) for rule in asked},
            **{f"broken {rule.id}": rule.is_broken(joined) for rule in asked if not rule.met},
            **{f"filled {key}": joined[key].notnull() for key in typed},
        )
        counts = self._one_row(marked, {key: marked[key].sum() for key in marked.columns})
        found: list[tuple[Verdict, Fault | None]] = []
        for key, kind in typed.items():
            found += [(verdict, None) for verdict in self._of_type(name, key, EXPECTED[kind], counts[f"filled {key}"])]
        met = {rule.id: bool(self.connection.execute(rule.met(self.stored[name]))) for rule in asked if rule.met}
        broken = [rule for rule in asked if (counts[f"broken {rule.id}"] if rule.id not in met else not met[rule.id])]
        rows = self._broken_rows(name, broken, courses) if broken else None
        for rule in asked:
            failing = self._failing(rule, rows) if rows is not None and rule in broken else None
            found.append(self._result(rule, counts[f"checked {rule.id}"], failing))
        return found

    def _of_type(self, name: str, key: str, sentence: str, filled: int) -> Iterator[Verdict]:
        """Return a verdict for the conversion of a column, and for each kind of cell that could not be converted."""
        found = [fault for fault in self.unconverted if (fault.table, fault.column) == (name, key)]
        checked = filled + sum(fault.count for fault in found)
        yield from (Verdict.of_fault(fault, checked) for fault in found)
        rule = Rule(name="type", table=name, column=key, sentence=sentence, holds=lambda rows: rows[ROW] > 0)
        if rule.id not in [fault.check for fault in found]:
            yield Verdict.of_rule(rule, checked, 0)

    def _together(self, together: Together, with_rows: set[str]) -> tuple[Verdict, Fault | None]:
        rule = together.rule
        if not with_rows.issuperset((rule.table, *together.needs)):
            return Verdict.of_rule(rule, 0, 0), None
        view = together.view(self.stored[rule.table], self.stored)
        counts = self._one_row(view, {"checked": view.count(), "broken": (~view[HOLDS]).sum()})
        failing = None
        if counts["broken"]:
            numbered = together.view(self.numbered[rule.table], self.stored)
            failing = numbered.filter(~numbered[HOLDS])
        return self._result(rule, counts["checked"], failing)

    def _instruments(self) -> list[str]:
        codes = self.stored["assessments"].select("instrument").distinct()
        return sorted(code for code in self.connection.to_pyarrow(codes).column(0).to_pylist() if code is not None)

    def _broken_rows(self, name: str, broken: list[Rule], courses: ir.Table) -> ir.Table:
        """Keep the rows as read that break any of the rules, each with a column per rule: looked up many times."""
        import ibis

        numbered = beside_course(self.numbered[name], courses)
        marked = numbered.mutate(**{f"broken {rule.id}": rule.is_broken(numbered) for rule in broken})
        some = marked.filter(ibis.or_(*(marked[f"broken {rule.id}"] for rule in broken)))
        return self.connection.create_table(f"broken rows of {name}", some, overwrite=True)

    def _failing(self, rule: Rule, rows: ir.Table) -> ir.Table:
        failing = rows.filter(rows[f"broken {rule.id}"])
        if rule.name in EMPTY:
            for fault in self.unconverted:
                if (fault.table, fault.column) == (rule.table, rule.column) and fault.failing is not None:
                    failing = failing.anti_join(fault.failing.select(ROW), ROW)
        return failing

    def _result(self, rule: Rule, checked: int, failing: ir.Table | None) -> tuple[Verdict, Fault | None]:
        if failing is None:
            return Verdict.of_rule(rule, checked, 0), None
        if rule.column:
            rows, values = failing_cells(self.connection, failing, rule.column)
        else:
            rows, values = failing_row_numbers(self.connection, failing), ()
        number = len(rows) if len(rows) < ROWS_LISTED else int(self.connection.execute(failing.count()))
        verdict = Verdict.of_rule(rule, checked, number)
        if not number:
            return verdict, None
        return verdict, Fault(
            check=rule.id,
            table=rule.table,
            file=self.files[rule.table],
            column=rule.column,
            sentence=rule.sentence,
            remedy=rule.remedy,
            rows=rows,
            values=values,
            severity=rule.severity,
            category=rule.category,
            aspect=rule.aspect,
            number=number,
            failing=failing,
        )

    def _one_row(self, table: ir.Table, numbers: Mapping[str, ir.IntegerScalar]) -> dict[str, int]:
        if not numbers:
            return {}
        found = self.connection.to_pyarrow(table.aggregate(**numbers)).to_pylist()[0]
        return {key: int(number or 0) for key, number in found.items()}


def _counted(fault: Fault, verdicts: Iterable[Verdict]) -> Fault:
    """Return a fault with its denominator."""
    checked = next((one.checked for one in verdicts if one.id == fault.check), fault.checked)
    return replace(fault, checked=checked)
