"""Syntax errors of JSON."""

import json

from workers.syntax.fault import Fault


def parse_json(text: str) -> list[Fault]:
    try:
        json.loads(text, parse_int=str, parse_float=str)
    except json.JSONDecodeError as error:
        return [Fault(line=error.lineno, column=error.colno, message=error.msg)]
    except RecursionError:
        return [Fault(line=1, column=1, message="nested too deeply")]
    return []
