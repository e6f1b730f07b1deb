"""The shape of the code, kept true."""

import ast
from functools import cache
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

MAY_IMPORT = {
    "config": set(),
    "money": set(),
    "models": {"config", "money"},
    "plugins": {"config", "money"},
    "rules": {"config", "money", "models", "plugins"},
    "tasks": {"config", "models", "rules"},
    "blueprints": {"config", "money", "models", "rules", "tasks"},
    "commands": {"config", "money", "models", "rules", "tasks"},
    "app": {"config", "models", "rules", "tasks", "blueprints", "commands"},
}
LIBRARIES = {
    "flask": {"blueprints", "commands", "app"},
    "wtforms": {"blueprints"},
    "flask_wtf": {"blueprints", "app"},
    "flask_login": {"blueprints", "app"},
    "htmx_flask": {"blueprints"},
    "huey": {"tasks", "commands"},
    "peewee": {"money", "models", "rules", "commands", "app"},
    "weasyprint": {"plugins"},
    "requests": {"plugins"},
}
ALONE = {"refusal", "rights", "events", "keys", "numbering", "pricing", "coupons", "search"}  # rules that know no sibling but these
SMALLEST = {"refusal", "rights", "rows"}


def sources(layer):
    return [ROOT / f"{layer}.py"] if (ROOT / f"{layer}.py").exists() else sorted((ROOT / layer).rglob("*.py"))


def code():
    return [path for layer in MAY_IMPORT for path in sources(layer)]


@cache
def imports(path):
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def tops(path):
    return {name.partition(".")[0] for name in imports(path)}


def name(path):
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_imports_only_point_left(layer):
    for path in sources(layer):
        forbidden = tops(path) & set(MAY_IMPORT) - MAY_IMPORT[layer] - {layer}
        assert not forbidden, f"{name(path)} imports {forbidden}"


@pytest.mark.parametrize("library", LIBRARIES)
def test_each_library_stays_in_its_layer(library):
    for layer in MAY_IMPORT.keys() - LIBRARIES[library]:
        for path in sources(layer):
            assert library not in tops(path), f"{name(path)} imports {library}"


def siblings(path):
    """The modules of rules/ that a module of rules/ imports when it is loaded."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module:
            if node.module == "rules":
                yield from (alias.name for alias in node.names)
            elif node.module.startswith("rules."):
                yield node.module.split(".")[1]


def test_the_smallest_rules_know_no_sibling():
    for module in ALONE:
        known = set(siblings(ROOT / "rules" / f"{module}.py"))
        assert known <= SMALLEST, f"rules/{module}.py knows {known - SMALLEST}"


def test_rules_have_no_circles():
    graph = {path.stem: set(siblings(path)) for path in (ROOT / "rules").glob("*.py") if path.stem != "__init__"}

    def reach(start, seen=()):
        for step in graph.get(start, ()):
            assert step not in (*seen, start), f"circle: {' → '.join((*seen, start, step))}"
            reach(step, (*seen, start))

    for module in graph:
        reach(module)


def test_only_the_status_rule_moves_an_order():
    """Nothing else writes Order.status; bulk loading (rules/bulk.py) makes orders that have one from the start."""
    for path in code():
        if path.name != "status.py":
            assert not re.search(r"Order\.update\([^)]*\bstatus=", path.read_text()), name(path)


def test_the_environment_is_read_in_config_only():
    for path in code():
        if path.name != "config.py" and not name(path).startswith("commands/"):
            assert not re.search(r"\bos\.environ|\bgetenv\(", path.read_text()), name(path)


def test_no_failure_is_swallowed():
    """A bare or general `except` must raise again; app.py's last resort answers with the error page and notes it."""
    for path in code():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and (node.type is None or getattr(node.type, "id", "") in ("Exception", "BaseException")):
                assert any(isinstance(part, ast.Raise) for part in ast.walk(node)), f"{name(path)}:{node.lineno}"


@pytest.mark.parametrize("path", code(), ids=name)
def test_a_file_is_about_one_thing(path):
    """Files of 250 lines, functions of 40 at the most; models.py lists every table and may be long."""
    text = path.read_text()
    if path.name != "models.py":
        assert text.count("\n") <= 250, f"{text.count(chr(10))} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 40, f"{node.name}: {node.end_lineno - node.lineno + 1} lines"


@pytest.mark.parametrize("path", [path for path in code() if path.stat().st_size], ids=name)
def test_a_file_says_what_it_is(path):
    assert ast.get_docstring(ast.parse(path.read_text())), "no docstring"


def test_views_are_short():
    for path in sources("blueprints"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef) and node.decorator_list:
                length = node.end_lineno - node.body[0].lineno + 1
                assert length <= 20, f"{name(path)}: {node.name} has {length} lines"


def test_migrations_do_not_know_the_models():
    for path in (ROOT / "migrations").glob("*.py"):
        assert not tops(path) & set(MAY_IMPORT), name(path)
