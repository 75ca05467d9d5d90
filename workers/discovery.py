"""Finds the tools that this worker has: in the folder, in installed packages, and in modules that a setting names."""

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

from workers import tools
from workers.tool import Tool

ENTRY_POINTS = "toolreel.tools"


class ToolsUnusable(Exception):
    """Raised when a module of tools cannot be imported or has none, or when two tools have one name."""


def find_tools(extra_modules: Sequence[str] = ()) -> dict[str, Tool]:
    """Every tool by its name. `extra_modules` are importable from the working directory. Raises ToolsUnusable."""
    _put_working_directory_on_path(extra_modules)
    found: dict[str, Tool] = {}
    origins: dict[str, str] = {}
    for origin, tool in _all(extra_modules):
        if found.setdefault(tool.name, tool) is not tool:
            raise ToolsUnusable(f"two tools are called {tool.name}: in {origins[tool.name]} and in {origin}")
        origins.setdefault(tool.name, origin)
    return found


def _all(extra_modules: Sequence[str]) -> Iterator[tuple[str, Tool]]:
    for module in pkgutil.iter_modules(tools.__path__, f"{tools.__name__}."):
        yield from _tools_of(module.name)
    for entry in sorted(entry_points(group=ENTRY_POINTS)):
        yield from _tools_of(entry.module, entry.attr)
    for name in extra_modules:
        yield from _tools_of(name)


def _tools_of(name: str, attribute: str = "") -> Iterator[tuple[str, Tool]]:
    module = _import(name)
    values = [getattr(module, attribute, None)] if attribute else list(vars(module).values())
    found = {id(tool): tool for tool in values if isinstance(tool, Tool)}
    if not found:
        raise ToolsUnusable(f"there is no tool in {name}: it needs a `tool = Tool(…)` at its top level")
    for tool in found.values():
        _refuse_incomplete(name, tool)
        yield name, tool


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ToolsUnusable(f"the tools in {name} cannot be imported: {type(error).__name__}: {error}") from error


def _refuse_incomplete(name: str, tool: Tool) -> None:
    try:
        _ = tool.declaration
    except ValueError as error:
        raise ToolsUnusable(f"a tool in {name} cannot be used: {error}") from error


def _put_working_directory_on_path(extra_modules: Sequence[str]) -> None:
    here = str(Path.cwd())
    if extra_modules and here not in sys.path:
        sys.path.insert(0, here)
