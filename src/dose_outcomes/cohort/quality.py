"""What reading the tables gave, as it is released."""

from __future__ import annotations

from typing import Any


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
