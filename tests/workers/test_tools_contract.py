"""What every tool must keep, whoever wrote it."""

import re
from collections.abc import Mapping
from typing import Any

import jsonschema
import pytest

from models.declaration import Declaration
from tests.workers.bench import TOOLS, App
from workers.tool import Tool

FILES = {"src/App.tsx": "one\ntwo\n"}
CALLS: dict[str, dict[str, Any]] = {
    "os-view": {"file_path": "src/App.tsx", "lines": "1-"},
    "os-search-files": {"query": "two", "include_pattern": "src/**/*.tsx, *.css"},
    "os-write": {"file_path": "src/new.ts", "content": "x"},
    "os-delete": {"file_path": "src/App.tsx"},
    "os-rename": {"original_file_path": "src/App.tsx", "new_file_path": "src/Main.tsx"},
    "os-line-replace": {
        "file_path": "src/App.tsx",
        "search": "two",
        "first_replaced_line": 2,
        "last_replaced_line": 2,
        "replace": "three",
    },
    "generate-new-app-logo": {"style": "minimal", "colors": ["teal"]},
}
every_tool = pytest.mark.parametrize("tool", TOOLS.values(), ids=list(TOOLS))


@every_tool
def test_every_tool_keeps_the_contract(tool: Tool) -> None:
    declaration = tool.declaration
    jsonschema.Draft202012Validator.check_schema(declaration.parameters)
    assert declaration == Declaration.model_validate_json(declaration.model_dump_json())
    assert declaration.parameters["additionalProperties"] is False
    assert declaration.summary.endswith(".")
    assert declaration.description
    assert all(field.get("description") for field in declaration.parameters["properties"].values())


@every_tool
def test_stages_are_named_and_rise_to_a_hundred(tool: Tool) -> None:
    stages = tool.declaration.stages
    untils = [stage.until for stage in stages]
    assert untils == sorted(set(untils))
    assert untils[-1] == 100
    assert len({stage.name for stage in stages}) == len(stages)
    assert all(re.fullmatch(r"[a-z]+ing", stage.name) for stage in stages)


@every_tool
def test_a_title_names_only_arguments(tool: Tool) -> None:
    places = re.findall(r"\{(\w+)\}", tool.declaration.title)
    assert set(places) <= tool.arguments.model_fields.keys()


@every_tool
def test_what_is_staged_was_declared_to_be_written(tool: Tool) -> None:
    arguments = CALLS[tool.name]
    jsonschema.validate(arguments, tool.declaration.parameters)
    staged = App(dict(FILES)).run(tool.name, **arguments).staged
    assert set(staged) <= _written(tool.declaration, arguments)


@every_tool
def test_the_result_says_what_happened(tool: Tool) -> None:
    assert App(dict(FILES)).run(tool.name, **CALLS[tool.name]).text


@every_tool
def test_a_stage_that_runs_twice_does_the_same(tool: Tool) -> None:
    once, again = (App(dict(FILES)).run(tool.name, **CALLS[tool.name]) for _ in range(2))
    assert (once.result, once.staged) == (again.result, again.staged)


def _written(declaration: Declaration, arguments: Mapping[str, Any]) -> set[str]:
    return {access.path for access in declaration.accesses(arguments) if access.writes}
