"""`os-search-files`: finds the lines of the app's files that match a regular expression. It writes nothing."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from workers.run import Run
from workers.text.found import MOST_LINES_OF_A_FILE, FileMatches, Found, matches
from workers.text.globs import Globs
from workers.text.lines import BYTE_ORDER_MARK, Text, decode, is_binary, shortened, split_lines
from workers.text.matcher import Matcher
from workers.tool import Result, Tool, ToolArguments

_EXAMPLES = 5
_LONGEST_SHOWN = 200


def _readable(patterns: Text) -> Text:
    Globs(patterns)
    return patterns


def _named(patterns: Text) -> Text:
    if not patterns.strip(" ,"):
        raise ValueError("must name files, like `src/**/*.ts`; `**` is every file")
    return patterns


Patterns = Annotated[Text, Field(max_length=1000), AfterValidator(_readable)]


class Arguments(ToolArguments):
    """Search the app's text files for a regular expression, line by line, and show the lines that match.

    Results are grouped by file, with line numbers and two lines around each match: `12: text` matches, `11- text` is
    beside it. At most 200 matching lines are shown, 20 of one file; the number of all matches is given. Binary files are
    skipped. Use this to find where something is before you view or edit it.
    """

    query: Text = Field(
        min_length=1,
        max_length=1000,
        description="Regular expression in Python's syntax, like `useState\\(` or `TODO|FIXME`. It is tried on each line "
        "by itself, so ^ and $ are the ends of a line and no match goes over more than one. Put a backslash before "
        "\\ . ^ $ * + ? { } [ ] ( ) | to find the character itself.",
    )
    include_pattern: Annotated[Patterns, AfterValidator(_named)] = Field(
        description="Which files to search: patterns with commas, like `src/**/*.ts, *.css`. A pattern without / is a name "
        "in any folder, one with / starts at the app's root. * and ? stay within a name, ** is any number of folders, "
        "{a,b} is either; a folder's path stands for all in it. `**` is every file.",
    )
    exclude_pattern: Patterns | None = Field(
        default=None, description="Which of these files to leave out, in the same form, like `*.test.ts, dist`"
    )
    case_sensitive: bool = Field(
        default=False, description="Whether `a` and `A` are different; by default they are not"
    )


class Plan(BaseModel):
    """How many files the app has, and how many of them are to be searched."""

    all: int
    chosen: int


class SearchResult(Result):
    """What was found: all matching lines are counted, those in `files` are shown in the text."""

    matches: int
    matching_files: int
    searched_files: int
    files: list[FileMatches]


tool = Tool(
    "os-search-files",
    Arguments,
    queue="files",
    summary="Find the lines of the app's files that match a regular expression.",
    title="Search for {query}",
    reads=["*"],
)


@tool.stage("collecting", until=10)
def collect(run: Run, args: Arguments) -> Plan:
    paths = run.files.paths()
    plan = Plan(all=len(paths), chosen=len(_chosen(args, paths)))
    run.progress(1, f"{_files(plan.chosen)} to search")
    return plan


@tool.stage("searching", until=95)
def search(run: Run, args: Arguments, plan: Plan) -> Found:
    found = Found()
    paths = _chosen(args, run.files.paths())

    def progress() -> None:
        done = found.searched + found.binary
        run.progress(done / max(len(paths), 1), f"{done} of {_files(len(paths))}, {matches(found.matches)}")

    with Matcher(
        args.query, is_case_sensitive=args.case_sensitive, most=MOST_LINES_OF_A_FILE, tick=progress
    ) as matcher:
        for path, content in run.files.read_many(paths):
            _take(found, path, content, matcher)
            progress()
    return found


@tool.stage("summarizing", until=100)
def summarize(run: Run, args: Arguments, found: Found) -> SearchResult:
    return SearchResult(
        text=_told(run, args, found),
        matches=found.matches,
        matching_files=found.matching_files,
        searched_files=found.searched,
        files=found.files,
    )


def _take(found: Found, path: str, content: bytes, matcher: Matcher) -> None:
    if is_binary(content):
        found.binary += 1
        return
    there = matcher.search(path, content)
    found.searched += 1
    if there.count:
        found.add(path, there.count, there.lines, split_lines(decode(path, content).removeprefix(BYTE_ORDER_MARK)))


def _chosen(args: Arguments, paths: list[str]) -> list[str]:
    included, excluded = Globs(args.include_pattern), Globs(args.exclude_pattern or "")
    return [path for path in paths if included.fits(path) and not excluded.fits(path)]


def _told(run: Run, args: Arguments, found: Found) -> str:
    if not found.searched + found.binary:
        return _nothing_searched(args, run.files.paths())
    searched = _files(found.searched) + (f" ({_files(found.binary, 'binary ')} skipped)" if found.binary else "")
    query = shortened(args.query, _LONGEST_SHOWN)
    if not found.matches:
        return f"No line matches `{query}` in {searched}.{_hint(args)}"
    where = f"in {_files(found.matching_files)}; searched {searched}."
    return f"{matches(found.matches)} of `{query}` {where}{found.text}{found.rest()}"


def _nothing_searched(args: Arguments, paths: list[str]) -> str:
    if not paths:
        return "There is nothing to search: the app has no files yet."
    without = f" without `{args.exclude_pattern}`" if args.exclude_pattern else ""
    there = ", ".join(paths[:_EXAMPLES])
    return f"No file fits `{args.include_pattern}`{without}. The app has {_files(len(paths))}, like {there}."


def _hint(args: Arguments) -> str:
    if "\\n" in args.query or "\n" in args.query:
        return " The query is tried on each line by itself, so a line break in it never matches."
    return " Upper and lower case are told apart: case_sensitive is true." if args.case_sensitive else ""


def _files(count: int, kind: str = "") -> str:
    return f"1 {kind}file" if count == 1 else f"{count} {kind}files"
