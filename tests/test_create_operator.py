"""An operator made on the command line."""

from functools import partial

import pytest

from models import Operator, database
from rules import passwords

SECRET = "zes vette katten"


def create_operator(app, *words, typed=""):
    """The command ends with the database closed, as a process would."""
    result = app.test_cli_runner().invoke(args=["create-operator", *words], input=typed)
    database.connect(reuse_if_open=True)
    return result


@pytest.fixture
def run(app, shop):
    return partial(create_operator, app)


def test_the_password_is_asked_twice_and_not_shown(run):
    result = run("Bo@Example.nl", "--name", "Bo de Wit", "--role", "owner", typed=f"{SECRET}\n{SECRET}\n")
    bo = Operator.get(Operator.email == "bo@example.nl")
    assert result.exit_code == 0 and SECRET not in result.output and "can sign in" in result.output
    assert (bo.name, bo.role.key) == ("Bo de Wit", "owner") and passwords.is_right(bo.password_hash, SECRET)


def test_the_password_comes_from_the_input_for_scripts(run):
    assert run("bo@example.nl", "--password-stdin", typed=f"{SECRET}\nnot this\n").exit_code == 0
    bo = Operator.get(Operator.email == "bo@example.nl")
    assert (bo.name, bo.role.key) == ("bo", "clerk") and passwords.is_right(bo.password_hash, SECRET)


@pytest.mark.parametrize("words, typed, said", [
    (["bo@example.nl", "--role", "baas"], SECRET, "no role baas"), (["bo"], SECRET, "email: "), (["bo@example.nl"], "welkom01", "password: "),
    (["fatima@example.nl"], SECRET, "already"), (["bo@example.nl"], "", "at least 8"),
])
def test_what_is_wrong_is_said_and_nothing_is_made(run, words, typed, said):
    result = run(*words, "--password-stdin", typed=typed)
    assert result.exit_code == 1 and said in result.output and Operator.select().count() == 1


def test_without_a_shop_there_is_nobody_to_make(app, database):
    result = create_operator(app, "bo@example.nl", "--password-stdin", typed=SECRET)
    assert result.exit_code == 1 and "not set up yet" in result.output
