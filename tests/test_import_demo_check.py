"""What a person types to bring in a file, make a demo shop and prove the data, and what the desk answers."""

from pathlib import Path

import pytest

from models import Operator, Order, Product, Shop, database
from rules import passwords

DATA = Path(__file__).parent / "data"
SECRET = "zes vette katten"


@pytest.fixture
def run(app):
    """A command ends with the database closed, as a process would."""
    def run(*words, typed=""):
        result = app.test_cli_runner().invoke(args=[str(word) for word in words], input=typed)
        database.connect(reuse_if_open=True)
        return result
    return run


def test_a_file_of_orders_comes_in_and_the_counts_are_told(run, shop):
    result = run("import", DATA / "orders" / "shopify.csv")
    assert result.exit_code == 0 and "5 orders new (6 rows)" in result.output and "EUR in total" in result.output
    assert "2 orders keep the file's total" in result.output and Order.select().count() == 5


def test_the_same_file_again_changes_nothing_and_says_so(run, shop):
    run("import", DATA / "orders" / "uci.csv", "--source", "Londen")
    result = run("import", DATA / "orders" / "uci.csv", "--source", "Londen")
    assert result.exit_code == 0 and "from Londen" in result.output and "5 orders already there (7 rows)" in result.output


def test_a_dry_run_says_the_same_and_takes_nothing(run, shop):
    result = run("import", DATA / "orders" / "uci.csv", "--dry-run")
    assert result.exit_code == 0 and "5 orders new" in result.output and "this was a dry run" in result.output
    assert Order.select().count() == 0


def test_a_wrong_row_is_named_and_nothing_comes_in(run, shop, tmp_path):
    file = tmp_path / "fout.csv"
    file.write_text((DATA / "orders" / "uci.csv").read_text().replace("2.55", "duur"))
    result = run("import", file)
    assert result.exit_code == 1 and "row 2, column 'UnitPrice': 'duur' is not an amount." in result.output
    assert "Nothing was imported" in result.output and Order.select().count() == 0


def test_a_file_of_products_comes_in_too(run, shop):
    result = run("import", DATA / "products" / "own-nl.csv")
    assert result.exit_code == 0 and "5 new" in result.output and Product.select().count() == 5


@pytest.mark.parametrize(("content", "said"), [(b"a,b\n1,2\n", "does not know this header"), (b"", "empty"), (b"PK\x03\x04", "Excel"),
                                               (b"\x1f\x8bbroken", "damaged")])
def test_a_file_that_is_nothing_is_refused_in_a_sentence(run, shop, tmp_path, content, said):
    (tmp_path / "file").write_bytes(content)
    result = run("import", tmp_path / "file")
    assert result.exit_code == 1 and said in result.output and "Traceback" not in result.output


def test_a_file_that_is_not_there_is_said(run, shop):
    assert run("import", "nowhere.csv").exit_code == 2


def test_without_a_shop_there_is_nothing_to_import_into(run, database):
    result = run("import", DATA / "orders" / "uci.csv")
    assert result.exit_code == 1 and "There is no shop yet" in result.output


def test_a_demo_shop_is_made_from_nothing_with_a_password_that_was_typed(run, database):
    result = run("demo", "--orders", 30, "--seed", 3, "--email", "Ada@example.nl", "--password-stdin", typed=f"{SECRET}\n")
    assert result.exit_code == 0 and "Made 30 orders" in result.output
    ada = Operator.get(Operator.email == "ada@example.nl")
    assert (ada.name, ada.role.key) == ("Ada", "owner") and passwords.is_right(ada.password_hash, SECRET)
    assert Order.select().count() == 30 and run("check").exit_code == 0


def test_what_was_not_given_is_asked(run, database):
    result = run("demo", "--orders", 1, typed=f"ada@example.nl\n{SECRET}\n{SECRET}\n")
    assert result.exit_code == 0 and SECRET not in result.output and Shop.select().count() == 1


@pytest.mark.parametrize(("words", "typed", "said"), [
    (("--email", "ada"), SECRET, "email: "), (("--email", "ada@example.nl"), "welkom01", "password: "), (("--email", "ada@example.nl"), "", "password: "),
])
def test_without_a_good_owner_there_is_no_shop(run, database, words, typed, said):
    result = run("demo", "--orders", 5, "--password-stdin", *words, typed=typed)
    assert result.exit_code == 1 and said in result.output and Shop.select().count() == 0


def test_a_shop_that_is_set_up_and_empty_is_filled(run, shop):
    assert run("demo", "--orders", 5).exit_code == 0 and Order.select().count() == 5
    result = run("demo", "--orders", 5)
    assert result.exit_code == 1 and "already in use" in result.output and Order.select().count() == 5


def test_a_true_shop_passes_the_check(run, shop):
    result = run("check")
    assert result.exit_code == 0 and "All is as it should be" in result.output


def test_a_broken_rule_fails_it_with_the_row_named(run, placed_order):
    Order.update(total=Order.total + 1).where(Order.id == placed_order.id).execute()
    result = run("check")
    assert result.exit_code == 1 and f"order {placed_order.number}: order: total is" in result.output and "breaches" in result.output


def test_without_a_shop_there_is_nothing_to_check(run, database):
    assert "There is no shop yet" in run("check").output
