"""`--help` speaks of columns and files, not of Python's types."""

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from querist.cli import values
from querist.cli.main import app

COMMANDS = sorted(get_command(app).commands)


@pytest.mark.parametrize("name", ["", *COMMANDS])
def test_help_names_no_type_of_python(name):
    told = CliRunner().invoke(app, [*name.split(), "--help"], env={"COLUMNS": "200"}, terminal_width=200)
    assert told.exit_code == 0
    for word in ("<str>", "<bool>", "<int>", "<path>", "list[", " VALUE "):
        assert word not in told.output, word


def test_every_name_in_the_list_is_an_option_of_some_command():
    root = get_command(app)
    options = {param.name for command in root.commands.values() for param in command.params}
    assert set(values._CALLED) <= options
