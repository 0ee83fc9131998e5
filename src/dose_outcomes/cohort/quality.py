"""What reading the tables gave, as it is released."""

from __future__ import annotations

from typing import Any


def account_text(accounts: list[dict[str, Any]]) -> str:
    """Return in words what was read, used and set aside.

    Examples
    --------
    >>> doses = {"table": "doses", "file": "d.csv", "rows_read": 9, "set_aside": {"late": 2}, "rows_used": 7}
    >>> print(account_text([doses]))
    No problem found.
    doses (d.csv): 9 rows read, 7 used
      2 set aside: late
    """
    lines = ["No problem found."]
    for account in accounts:
        name = f"{account['table']} ({account['file']})"
        lines.append(f"{name}: {account['rows_read']} rows read, {account['rows_used']} used")
        lines += [f"  {number} set aside: {reason}" for reason, number in account["set_aside"].items()]
    return "\n".join(lines)


def data_quality(accounts: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the account of rows per table; checks that a table fails stop the run before.

    Parameters
    ----------
    accounts : list of dict
        As `cohort.build.build_cohort` returns them.
    """
    return {
        "tables": [
            {
                "table": account["table"],
                "file": account["file"],
                "rows_read": account["rows_read"],
                "rows_set_aside": sum(account["set_aside"].values()),
                "rows_used": account["rows_used"],
            }
            for account in accounts
        ],
        "checks": [],
    }
