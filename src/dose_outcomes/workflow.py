"""Between Snakemake and this package: errors meant for users reach them as one message, without a traceback."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

from dose_outcomes.errors import DoseOutcomesError, UnexpectedError, UserError

Parameters = ParamSpec("Parameters")
Returned = TypeVar("Returned")


@contextmanager
def stopped_by_user_errors() -> Iterator[None]:
    """While the workflow is read: print the message of an error meant for users and end with status 1."""
    try:
        yield
    except UserError as error:
        sys.exit(str(error))


def step(function: Callable[Parameters, Returned]) -> Callable[Parameters, Returned]:
    """While a rule runs: drop the way through this package from an error meant for users; Snakemake prints the rest.

    What other packages say of their errors is kept back: parsers, the engine and pandera quote the cells they stumble
    over, and what Snakemake prints goes to the console and to its log. The lines where it happened are left.
    """

    @functools.wraps(function)
    def readable(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Returned:
        try:
            return function(*args, **kwargs)
        except UserError as error:
            raise error.with_traceback(None) from None
        except DoseOutcomesError:
            raise
        except Exception as error:
            kind, where = type(error).__name__, error.__traceback__
            raise UnexpectedError(
                f"{kind}. This is a fault of the program; please report it, with the lines below. The text of the "
                "error is kept back, as it may hold values of patients"
            ).with_traceback(where) from None

    return readable
