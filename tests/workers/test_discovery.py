"""How tools are found, and what is said when they cannot be used."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workers.discovery import ToolsUnusable, find_tools

TOOL = """
from pydantic import BaseModel
from workers.run import Run
from workers.tool import Result, Tool, ToolArguments

class Arguments(ToolArguments):
    "Says hello."

tool = Tool("NAME", Arguments, queue="files", summary="Hello.", title="Hello")

@tool.stage("saying", until=UNTIL)
def say(run: Run, args: Arguments) -> Result:
    return Result(text="hello")
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def write(folder: Path, module: str, name: str, until: int = 100) -> None:
    (folder / f"{module}.py").write_text(TOOL.replace("NAME", name).replace("UNTIL", str(until)))


def test_the_tools_of_the_folder_are_found() -> None:
    assert sorted(find_tools()) == [
        "generate-new-app-logo",
        "os-delete",
        "os-line-replace",
        "os-rename",
        "os-search-files",
        "os-view",
        "os-write",
    ]


def test_a_module_in_the_working_directory_adds_its_tools(folder: Path) -> None:
    write(folder, "my_greeting_tools", "greet")
    assert "greet" in find_tools(["my_greeting_tools"])


def test_a_tool_that_is_found_twice_is_one_tool(folder: Path) -> None:
    (folder / "my_borrowed_tools.py").write_text("from workers.tools.os_write import tool\n")
    assert find_tools(["my_borrowed_tools", "my_borrowed_tools"]).keys() == find_tools().keys()


def test_two_tools_of_one_name_are_refused_with_both_modules(folder: Path) -> None:
    write(folder, "my_other_write", "os-write")
    with pytest.raises(
        ToolsUnusable, match=r"two tools are called os-write: in workers\.tools\.os_write and in my_other_write"
    ):
        find_tools(["my_other_write"])


def test_a_module_that_is_missing_is_named(folder: Path) -> None:
    with pytest.raises(ToolsUnusable, match="the tools in no_such_module cannot be imported: ModuleNotFoundError"):
        find_tools(["no_such_module"])


def test_a_module_that_does_not_import_is_named(folder: Path) -> None:
    (folder / "my_broken_tools.py").write_text("1 / 0\n")
    with pytest.raises(ToolsUnusable, match="my_broken_tools cannot be imported: ZeroDivisionError"):
        find_tools(["my_broken_tools"])


def test_a_module_without_a_tool_is_named(folder: Path) -> None:
    (folder / "my_empty_tools.py").write_text("")
    with pytest.raises(ToolsUnusable, match="there is no tool in my_empty_tools"):
        find_tools(["my_empty_tools"])


def test_a_tool_that_does_not_end_at_a_hundred_is_named(folder: Path) -> None:
    write(folder, "my_unfinished_tools", "greet", until=90)
    with pytest.raises(ToolsUnusable, match="my_unfinished_tools cannot be used: greet: the last stage"):
        find_tools(["my_unfinished_tools"])


def test_an_installed_package_adds_its_tools(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, "my_packaged_tools", "greet")
    package = folder / "greeting-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("[toolreel.tools]\ngreeting = my_packaged_tools\n")
    monkeypatch.syspath_prepend(str(folder))
    assert "greet" in find_tools()


def test_a_worker_starts_without_parsers_and_image_libraries() -> None:
    code = "import sys; from workers.discovery import find_tools; find_tools(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.split()
    assert not {"tree_sitter", "PIL", "resvg_py"} & set(loaded)
