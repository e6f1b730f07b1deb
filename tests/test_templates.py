"""What every template keeps to: fragments say their name and needs, forms work without a script, nothing is written inline."""

import ast
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import meta, nodes

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
ON_PAPER = {"documents", "letters"}  # never under the desk's policy, and in no page
ALL = sorted(path for path in TEMPLATES.rglob("*.html") if path.parent.name not in ON_PAPER)
FRAGMENTS = [path for path in ALL if path.name.startswith("_")]
PLACES = {"main", "layout-sheets"}  # targets that are no fragment
NEARBY = re.compile(r"this$|closest |find |next|previous|§$|#§$")
GIVEN = {"oob", "request", "shop", "settings", "me"}  # besides the environment's globals
TAG = re.compile(r"<([a-z][\w-]*)((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
VOID = {"input", "br", "hr", "img", "meta", "link"}


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: str(path.relative_to(TEMPLATES)))


def id_of(fragment):
    return f"{fragment.parent.name}-{fragment.stem.removeprefix('_')}".replace("_", "-")


def as_html(source):
    """Without comments and statements; § stands where a value is printed, and oob keeps its name."""
    source = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", source, flags=re.S)
    return re.sub(r"\{\{\s*(.*?)\s*\}\}", lambda printed: "oob" if printed[1] == "oob" else "§", source, flags=re.S)


def tags(path):
    return TAG.findall(as_html(path.read_text()))


def value(attributes, name):
    found = re.search(rf"(?:^|\s){re.escape(name)}=(?:\"([^\"]*)\"|'([^']*)')", attributes)
    return (found[1] or found[2] or "") if found else None


class Top(HTMLParser):
    """Collects the elements that lie in no other."""

    def __init__(self):
        super().__init__()
        self.depth, self.found = 0, []

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        self.depth += tag not in VOID

    def handle_startendtag(self, tag, attrs):
        if self.depth == 0:
            self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self.depth -= tag not in VOID


def openers():
    """Macros that open a form which their caller closes."""
    macros = [found for path in ALL for found in re.findall(r"\{% macro (\w+)\((.*?)endmacro", path.read_text(), flags=re.S)]
    return {name for name, body in macros if "<form" in body and "</form>" not in body}


def roots(path):
    """The elements at the top of a fragment, as (tag, attributes); a sheet is the dialog its macro makes."""
    source = re.sub(r"\{% macro .*?endmacro %\}", "", path.read_text(), flags=re.S)
    if sheet := re.search(r"\{% call sheet\(\"([\w-]+)\"", source):
        return [("dialog", {"id": sheet[1]})]
    opened = rf"\{{\{{ ?(?:{'|'.join(openers())})\((?:(?!\}}\}}).)*?\bid=\"([\w-]+)\".*?\}}\}}"
    source = re.sub(opened, r'<form id="\1">', source, flags=re.S)
    source = re.sub(rf"\{{\{{ ?(?:{'|'.join(openers())})\(.*?\}}\}}", "<form>", source, flags=re.S)
    top = Top()
    top.feed(as_html(source))
    return top.found


def needs(path):
    said = re.match(r"\{# needs ([\w, ]+?) #\}\n", path.read_text())
    return set(said[1].split(", ")) - {"nothing"} if said else None


def taken_in(path):
    """Templates that see this one's variables: included (a name put together stands for its whole folder), or imported with context."""
    source = path.read_text()
    names = re.findall(r"\{% (?:include|from) \"([^\"]+)\"(?= %\}| import [^%]* with context)", source)
    folders = re.findall(r"\{% include \"([^\"]+/)\" ~", source)
    return [TEMPLATES / name for name in names] + [found for folder in folders for found in (TEMPLATES / folder).glob("*.html")]


def variables(path, env):
    """What it reads and does not make itself."""
    tree = env.parse(path.read_text())
    made = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}  # in a branch: Jinja takes those for undeclared
    return meta.find_undeclared_variables(tree) - made - GIVEN - set(env.globals)


def all_variables(path, env):
    return variables(path, env).union(*(all_variables(other, env) for other in taken_in(path)))


def sent_along():
    """Fragments that blueprints name after the first in fragments(…)."""
    for path in (ROOT / "blueprints").rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "fragments":
                yield from (TEMPLATES / name.value for name in call.args[1:] if isinstance(name, ast.Constant))


@each(FRAGMENTS)
def test_a_fragment_is_one_element_with_the_id_of_its_path(path):
    found = roots(path)
    assert len(found) == 1, f"{[tag for tag, _ in found]} lie side by side"
    _, attributes = found[0]
    assert re.fullmatch(rf"{id_of(path)}(-§)?", attributes.get("id", "")), f"its id is {attributes.get('id')}, not {id_of(path)}"


@each(FRAGMENTS)
def test_a_fragment_says_what_it_needs(path, app):
    said = needs(path)
    assert said is not None, "its first line is not {# needs … #}"
    used = variables(path, app.jinja_env)
    assert used <= said, f"it does not say that it needs {used - said}"
    if not re.search(r"\{% include \w+ %\}", path.read_text()):
        unused = said - all_variables(path, app.jinja_env) - GIVEN
        assert not unused, f"it does not need {unused}"


def test_what_comes_along_with_a_fragment_finds_its_own_place():
    for path in set(sent_along()):
        assert re.search(r"\{\{ oob \}\}|hx-swap-oob", path.read_text()), f"{path.name} lacks {{{{ oob }}}}"


@each(ALL)
def test_every_target_is_a_fragment_or_near_by(path):
    ids = {id_of(fragment) for fragment in FRAGMENTS} | PLACES
    written = [value(attributes, "hx-target") for _, attributes in tags(path)]
    written += re.findall(r"\btarget=\"(#[^\"]+)\"", re.sub(r"hx-target", "", path.read_text()))
    for target in filter(None, written):
        near = NEARBY.match(target)
        known = target.startswith("#") and re.sub(r"-(§|\{\{.*?\}\})$", "", target[1:]) in ids
        assert near or known, f"{target} is no fragment"


@each(ALL)
def test_nothing_is_written_inline(path):
    source = path.read_text()
    assert "|safe" not in source.replace(" ", "") and "autoescape" not in source
    for tag, attributes in tags(path):
        assert tag != "style"
        assert tag != "script" or value(attributes, "src"), "a script of its own"
        assert not re.search(r"\s(style|on\w+|hx-on[\w:-]*)=", attributes), f"<{tag}{attributes}>"
        assert "js:" not in attributes and "javascript:" not in attributes, f"<{tag}{attributes}>"
        assert "[" not in (value(attributes, "hx-trigger") or ""), "a filter in hx-trigger needs eval"


@each(ALL)
def test_every_write_is_a_form_that_works_without_a_script(path):
    for tag, attributes in tags(path):
        assert not re.search(r"\shx-(put|patch|delete)=", attributes), f"<{tag}{attributes}>"
        if value(attributes, "hx-post") is not None:
            is_form = tag == "form" and value(attributes, "method") == "post" and value(attributes, "action")
            assert is_form or (tag == "button" and value(attributes, "formaction")), f"<{tag}{attributes}>"


@each(ALL)
def test_every_form_that_writes_carries_the_token(path):
    for form in re.findall(r"<form\b.*?</form>", path.read_text(), flags=re.S):
        if 'method="post"' in form:
            assert re.search(r"\bcsrf\(\)|csrf_token|hidden_tag|token=token", form), form[:120]  # the last: a customer's, in its address


@each(ALL)
def test_every_file_that_is_included_exists(path):
    names = re.findall(r"\{% (?:include|extends|from|import) \"([^\"]+)\"", path.read_text())
    assert [name for name in names if not (TEMPLATES / name).exists()] == []


@each(sorted(TEMPLATES.rglob("*.html")))
def test_what_is_imported_for_good_says_no_words_of_one_language(path, app):
    """Imported without context, the top of a template is run once for all readers; macros are run for each."""
    for imported in app.jinja_env.parse(path.read_text()).find_all((nodes.FromImport, nodes.Import)):
        if not imported.with_context:
            top = app.jinja_env.parse((TEMPLATES / imported.template.value).read_text()).body
            said = [call for part in top if not isinstance(part, nodes.Macro) for call in part.find_all(nodes.Call) if getattr(call.node, "name", "") == "_"]
            assert not said, f"{imported.template.value} is imported without context and says words at line {said[0].lineno}"
