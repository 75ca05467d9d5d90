"""The Procfile: what it may say, and that ours says it."""

import pytest

from ops.bootstrap import ROOT
from ops.errors import OpsError
from ops.local.procfile import expand, parse, read_procfile, words
from ops.local.program import Rank, rank_of


def test_names_and_commands_are_read_in_order_without_comments() -> None:
    text = "# a comment\n\nweb: python -m gateway\nfiles:  celery worker -c 2\n"
    assert list(parse(text).items()) == [("web", "python -m gateway"), ("files", "celery worker -c 2")]


@pytest.mark.parametrize("line", ["no command here", "web:", ": python", "web: a\nweb: b"])
def test_a_line_that_is_no_command_is_named(line: str) -> None:
    with pytest.raises(OpsError, match="Procfile, line"):
        parse(line)


def test_a_variable_is_filled_in_and_its_default_stands_when_it_is_unset_or_empty() -> None:
    assert expand("${A:-1} ${B:-2} ${C:-3} ${D}", {"A": "x", "B": ""}) == "x 2 3 "


def test_a_value_is_never_split_nor_run_by_a_shell() -> None:
    assert words("run ${A} 'two words'", {"A": "a b; $(false)"}) == ("run", "a b; $(false)", "two words")


def test_workers_stop_after_the_doors() -> None:
    commands = {name: words(command, {}) for name, command in read_procfile(ROOT / "Procfile").items()}
    ranks = {name: rank_of(command) for name, command in commands.items()}
    doors = {name for name, rank in ranks.items() if rank is Rank.DOOR}
    assert doors == {"gateway", "beat", "flower"}
    assert set(ranks) - doors == {"files", "media", "builds", "recovery"}


def test_no_command_line_shows_a_key() -> None:
    environment = {"TOOLREEL_API_KEY": "tr_secret", "FLOWER_BASIC_AUTH": "toolreel:tr_secret"}
    commands = read_procfile(ROOT / "Procfile").values()
    assert not [command for command in commands if "tr_secret" in " ".join(words(command, environment))]
