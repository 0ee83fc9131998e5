"""How good the data are: what the rules found, judged by the thresholds of the study, and what of it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from dose_outcomes.cohort.faults import Fault
from dose_outcomes.cohort.sources.adam_origins import origin
from dose_outcomes.errors import StudyError, nearest

if TYPE_CHECKING:
    from dose_outcomes.cohort.checks.verdicts import Verdict
    from dose_outcomes.study import Study
    from dose_outcomes.study.quality import Threshold

CATEGORIES = ("conformance", "completeness", "plausibility")
#: All rules ask whether the data agree with themselves, with the study file and with the catalogue; none asks a
#: source outside (which would be validation).
CONTEXT = "verification"
STATUSES = ("passed", "warned", "failed", "nothing to check")
FEW, MOST, MORE = "<{}", "all but fewer than {}", "{} or more"
SET_ASIDE = "set aside"
#: Stands for reasons that are not named.
SEVERAL = "several reasons"


def status(severity: str, checked: int, failing: int, threshold: Threshold | None = None) -> str:
    """Return passed, warned, failed or nothing to check.

    Parameters
    ----------
    severity : str
        error or warning; thresholds are for warnings.
    checked, failing : int
        Rows or patients that were asked, and those that broke the rule.
    threshold : Threshold, optional
        Shares above which a warning is given, or the rule has failed.

    Examples
    --------
    >>> [status("warning", 100, failing) for failing in (0, 1, 100)], status("error", 100, 1), status("error", 0, 0)
    (['passed', 'warned', 'warned'], 'failed', 'nothing to check')
    """
    if not checked:
        return "nothing to check"
    if severity == "error":
        return "failed" if failing else "passed"
    share = failing / checked
    if threshold is None:
        return "warned" if failing else "passed"
    if threshold.fail_above is not None and share > threshold.fail_above:
        return "failed"
    return "warned" if share > threshold.warn_above else "passed"


def judged(faults: Iterable[Fault], verdicts: Iterable[Verdict], study: Study) -> list[Fault]:
    """Return the faults that count under the thresholds of the study: a warning that has failed is an error."""
    by_rule = {verdict.id: verdict for verdict in verdicts}
    found = []
    for fault in faults:
        verdict = by_rule.get(fault.check)
        threshold = study.quality.thresholds.get(fault.check)
        if verdict is None or verdict.severity == "error" or threshold is None:
            found.append(fault)
            continue
        outcome = status(verdict.severity, verdict.checked, verdict.failing, threshold)
        if outcome != "passed":
            found.append(replace(fault, severity="error") if outcome == "failed" else fault)
    return found


def refuse_unknown_thresholds(verdicts: Iterable[Verdict], study: Study) -> None:
    """Refuse thresholds of rules that do not exist, or that are no warnings."""
    severities = {verdict.id: verdict.severity for verdict in verdicts}
    problems = []
    for rule in study.quality.thresholds:
        if rule not in severities:
            close = nearest(rule, severities)
            hint = f"; did you mean {close}?" if close else ""
            problems.append(f"quality.thresholds: no rule '{rule}'{hint}")
        elif severities[rule] == "error":
            problems.append(f"quality.thresholds: '{rule}' is an error: no row may break it. Set rows aside instead")
    if problems:
        raise StudyError("\n".join(problems))


def data_quality(accounts: list[dict[str, Any]], verdicts: list[dict[str, Any]], study: Study) -> dict[str, Any]:
    """Return rows per table, every rule with its result, and how many of each category came out how.

    A rule on a column that a trial in ADaM form has under another name has it as `origin`.

    Thresholds are applied here, to stored results: others need no new checks.

    Parameters
    ----------
    accounts, verdicts : list of dict
        As `cohort.build.checked_cohort` returns them, stored.
    """
    files = {account["table"]: account["file"] for account in accounts}
    checks = []
    for one in verdicts:
        threshold = study.quality.thresholds.get(one["id"])
        outcome = status(one["severity"], one["checked"], one["failing"], threshold)
        effect = {"failed": SET_ASIDE, "warned": "used as they stand"}.get(outcome, "")
        checks.append({**one, "file": files.get(one["table"], ""), "status": outcome, "effect": effect})
        checks[-1]["context"] = CONTEXT
        if variable := origin(one["table"], one["column"], study):
            checks[-1]["origin"] = variable
    return {
        "on_error": study.quality.on_error,
        "tables": [
            {
                "table": account["table"],
                "file": account["file"],
                "rows_read": account["rows_read"],
                "rows_set_aside": sum(account["set_aside"].values()),
                "rows_used": account["rows_used"],
                "reasons": [{"reason": reason, "rows": rows} for reason, rows in account["set_aside"].items()],
                **({"notes": account["notes"]} if account.get("notes") else {}),
            }
            for account in accounts
        ],
        "summary": [
            {
                "category": category,
                "context": CONTEXT,
                **{
                    outcome: sum(one["category"] == category and one["status"] == outcome for one in checks)
                    for outcome in STATUSES
                },
            }
            for category in CATEGORIES
        ],
        "checks": checks,
    }


def shown_quality(
    quality: dict[str, Any], minimum_count: int, exclusions: Mapping[str, Sequence[int]] | None = None
) -> dict[str, Any]:
    """Return what may leave the site: no count of rows below the minimum, and none that gives one back.

    A small number of failing rows is "<5"; the rows asked are rounded down to a multiple of the minimum, so that two
    rules do not give the number of empty cells by subtraction. Reasons rows were set aside are joined as the flow of
    the table joins them (`joined`), so that the two do not differ by a small number; where it joins them with
    exclusions, neither the rows set aside nor those used are shown, and where it hides its start, nor are those read.
    Where reasons are joined, the rows of a rule that sets rows aside are rounded down too: taken from those joined,
    they would leave a small reason.

    Parameters
    ----------
    quality : dict
        As `data_quality` returns it.
    minimum_count : int
        Smallest count that may be shown; 0 and 1 hide nothing.
    exclusions : mapping of str to sequence of int, optional
        Table: numbers of rows excluded by the steps of its flow after those set aside; a table that is not in it has
        no flow, and what is left of it is known from nowhere else.
    """
    if minimum_count <= 1:
        return quality
    few, most = FEW.format(minimum_count), MOST.format(minimum_count)
    tables = [_shown_table(table, minimum_count, (exclusions or {}).get(table["table"])) for table in quality["tables"]]
    joint = {
        table["table"]
        for table, own in zip(tables, quality["tables"], strict=True)
        if len(table["reasons"]) < len(own["reasons"]) or any(one["rows"] is None for one in table["reasons"])
    }

    def shown(check: dict[str, Any]) -> dict[str, Any]:
        failing, passing = check["failing"], check["checked"] - check["failing"]
        number = few if 0 < failing < minimum_count else most if 0 < passing < minimum_count and failing else failing
        if number == failing and failing and check["table"] in joint and check["effect"] == SET_ASIDE:
            number = MORE.format(failing - failing % minimum_count)
        checked = check["checked"]
        asked = few if 0 < checked < minimum_count else checked - checked % minimum_count
        return {**check, "failing": few if asked == few and failing else number, "checked": asked}

    return {
        **quality,
        "tables": tables,
        "checks": [shown(check) for check in quality["checks"]],
    }


def joined(numbers: Sequence[int], minimum_count: int) -> list[range]:
    """Join the steps of a flow, first to last, until each block excludes none, in one step, or enough.

    What is left at the end goes with the block before. If all steps together exclude few they are one block.

    Parameters
    ----------
    numbers : sequence of int
        Excluded by each step.
    minimum_count : int
        Smallest count that may be shown.

    Returns
    -------
    list of range
        Places of the steps of each block.

    Examples
    --------
    >>> joined([9, 0, 2, 4, 7], 5), joined([9, 0, 2], 5), joined([0, 2], 5)
    ([range(0, 1), range(1, 2), range(2, 4), range(4, 5)], [range(0, 3)], [range(0, 2)])
    """
    blocks: list[range] = []

    def enough(block: range) -> bool:
        number = sum(numbers[block.start : block.stop])
        return number >= minimum_count or (number == 0 and len(block) == 1)

    for place in range(len(numbers)):
        if blocks and not enough(blocks[-1]):
            blocks[-1] = range(blocks[-1].start, place + 1)
        else:
            blocks.append(range(place, place + 1))
    while len(blocks) > 1 and not enough(blocks[-1]):
        last = blocks.pop()
        blocks[-1] = range(blocks[-1].start, last.stop)
    return blocks


def may_be_named(reasons: int, minimum_count: int, *, counted: bool) -> bool:
    """Tell whether the reasons of a block may be named; otherwise they are several.

    A reason that is named has at least one row, and all but the last of a block are few together, otherwise the block
    would be shorter. Of k - 1 reasons that are few together, or more, each would be one of less than three numbers.

    Parameters
    ----------
    reasons : int
        How many reasons rows were set aside are in the block.
    minimum_count : int
        k, the smallest count that may be shown.
    counted : bool
        Whether they are the whole block and enough. Where they are few, or are joined with exclusions, two names
        would do: with names for two but not for three, the lack of names would say that there are three rows or four.
    """
    return reasons <= (max(minimum_count - 2, 1) if counted else 1)


def _shown_table(table: dict[str, Any], minimum_count: int, exclusions: Sequence[int] | None) -> dict[str, Any]:
    few = FEW.format(minimum_count)

    def small(number: int) -> bool:
        return 0 < number < minimum_count

    reasons, read, used = table["reasons"], table["rows_read"], table["rows_used"]
    away = [one["rows"] for one in reasons]
    if small(read) and exclusions is not None:
        # each reason, and each row that is left, would narrow the few that there are
        return {**table, "rows_read": few, "rows_set_aside": None, "rows_used": None, "reasons": []}
    numbers = [*away, *(exclusions or ())]
    blocks = joined(numbers, minimum_count)
    first = sum(numbers[place] for place in (blocks[0] if blocks else ()))
    # what is left at the end may be known: then the rows read would give those that are not used
    ends = exclusions is not None and (small(first) or small(read - first))
    start = few if small(read) else None if ends else read
    left, listed, numbered = read, [], True
    for block in blocks:
        own = reasons[block.start : block.stop]
        if not own:
            break
        rows = sum(numbers[block.start : block.stop])
        left -= rows
        counted = block.stop <= len(reasons) and not small(rows)
        shown = counted and not small(left)
        numbered = numbered and shown
        named = may_be_named(len(own), minimum_count, counted=counted)
        words = "; ".join(one["reason"] for one in own) if named else SEVERAL
        listed.append({"reason": words, "rows": rows if shown else few if small(rows) else None})
    return {
        **table,
        "rows_read": start,
        "rows_set_aside": sum(away) if numbered else few if small(sum(numbers)) else None,
        "rows_used": (few if small(used) else used) if numbered and start is not None else None,
        "reasons": listed,
    }
