"""What the desk needs is named, pinned and hashed, and nothing of one machine stands in it."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"^([a-z0-9._-]+)(?:\[[a-z]+\])?==(\S+)", re.MULTILINE)
PRODUCT = ["*.py", "rules/**/*.py", "plugins/**/*.py", "blueprints/**/*.py", "commands/**/*.py", "migrations/*.py"]


def named(file):
    return dict(NAMED.findall((ROOT / file).read_text()))


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_named_is_what_was_compiled(name):
    assert named(f"{name}.in").items() <= named(f"{name}.txt").items()


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_every_package_is_pinned_and_hashed(name):
    packages = re.sub(r" \\\n\s+", " ", (ROOT / f"{name}.txt").read_text()).splitlines()
    for line in packages:
        assert line.startswith("#") or ("==" in line and "--hash=sha256:" in line), line


def test_the_tests_run_with_the_packages_that_the_desk_runs_with():
    assert named("requirements.txt").items() <= named("requirements-dev.txt").items()


@pytest.mark.parametrize("file", ["requirements.in", "requirements.txt", "requirements-dev.in", "requirements-dev.txt"])
def test_no_address_and_no_path_of_a_machine(file):
    text = (ROOT / file).read_text()
    assert "://" not in text
    assert "/" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


def test_every_package_that_is_imported_is_named():
    ours = {path.stem for path in ROOT.iterdir()} | set(sys.stdlib_module_names)
    owners = packages_distributions()
    needed = {module for pattern in PRODUCT for path in ROOT.glob(pattern) for module in imports(path)} - ours
    assert {owner.lower() for module in needed for owner in owners[module]} - indirect() <= set(named("requirements.in"))


def indirect():
    """Parts of a named package that come as packages of their own."""
    return {"werkzeug", "jinja2", "markupsafe", "click", "babel", "psycopg-binary"}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]
