"""Syntax errors of Python, as the Python that runs here sees them. The code is parsed, never run."""

import ast
import warnings

from workers.syntax.fault import Fault


def parse_python(text: str) -> list[Fault]:
    """The first fault. What is valid but beyond the parser's limits (nested too deeply) is no fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except SyntaxError as error:
            return [Fault(line=error.lineno or 1, column=max(error.offset or 1, 1), message=error.msg)]
        except ValueError as error:
            return [Fault(line=1, column=1, message=str(error))]
        except (RecursionError, MemoryError):
            return []
    return []
