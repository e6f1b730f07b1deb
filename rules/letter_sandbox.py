"""Filling in a letter's text: placeholders and conditions and no other code, whatever somebody writes into a template.

The tree of a text is held against a list of what it may consist of before it is ever run, and it runs in Jinja's sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rules import letter_text
from rules.letter_facts import BLOCKS, Placeholder, Subject
from rules.letter_text import guarded
from rules.refusal import Refused

MOST_CONDITIONS = 50
LONGEST_LETTER = 200_000  # characters, once filled in
ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.If, nodes.And, nodes.Or, nodes.Not,
           nodes.Compare, nodes.Operand, nodes.Const)


class Place(str):
    """Where a block of its own comes; it is markup by itself."""

    __slots__ = ()


ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    finalize=lambda value: value if isinstance(value, Place) else guarded(str(value)))
ENVIRONMENT.globals.clear()
ENVIRONMENT.filters.clear()
ENVIRONMENT.tests.clear()


class Facts:
    """What stands behind a first word: order.number is `number` of Facts("order"). Read when the letter asks, and then once."""

    def __init__(self, group: str, known: Mapping[str, Placeholder], subject: Subject) -> None:
        self._group, self._known, self._subject = group, known, subject

    def __getattr__(self, name: str) -> str:
        key = f"{self._group}.{name}"
        if key not in self._known:
            raise AttributeError(name)
        value = self._known[key].read(self._subject)
        if not isinstance(value, str):
            self._subject.blocks[key] = value
            value = Place(letter_text.place(key)) if value else ""
        setattr(self, name, value)
        return value


def fill(source: str, known: Mapping[str, Placeholder], subject: Subject) -> str:
    """The text with everything filled in, still with its markup. Refuses what `check` refuses, and what becomes too long."""
    groups = {name.partition(".")[0] for name in known}
    try:
        text = _template(source).render({group: Facts(group, known, subject) for group in groups})
    except (TemplateError, RecursionError, SyntaxError) as error:
        check(source, known)
        raise Refused("This letter cannot be filled in: {why}", why=str(error)) from error
    if len(text) > LONGEST_LETTER:
        raise Refused("This letter becomes too long.")
    return text


def check(source: str, known: Mapping[str, Placeholder]) -> None:
    """Refuses what is no letter: a placeholder nobody knows (and says which comes nearest), any other code, too many conditions."""
    try:
        tree = _parse(source)
        _must_be_simple(tree, source)
        for name in _names(tree):
            if name not in known:
                raise _unknown(name, known)
        _must_come_once(tree)
        _template(source)
    except TemplateSyntaxError as error:
        raise Refused("Line {line} cannot be read: {{{{ and }}}} belong together, with the name of a placeholder between them.",
                      line=error.lineno) from None
    except (RecursionError, SyntaxError):
        raise Refused("There are too many conditions in this letter.") from None


def _must_be_simple(tree: nodes.Template, source: str) -> None:
    if source.count("{%") > 2 * MOST_CONDITIONS:
        raise Refused("There are too many conditions in this letter.")
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, ALLOWED):
            raise Refused("A letter holds placeholders and conditions (if), and no other code: {what}.", what=type(node).__name__.lower())


def _must_come_once(tree: nodes.Template) -> None:
    """The long ones, so that one can foresee how long a letter becomes. Conditions may ask for them as often as they like."""
    printed = [name for output in tree.find_all(nodes.Output) for name in _names(output)]
    for name in BLOCKS:
        if printed.count(name) > 1:
            raise Refused("{name} may come once.", name=f"{{{{ {name} }}}}")


def _names(tree: nodes.Node) -> Iterator[str]:
    """Every placeholder: order.number, and whatever else stands where one could."""
    inner = {id(node.node) for node in tree.find_all(nodes.Getattr)}
    for node in tree.find_all((nodes.Getattr, nodes.Name)):
        if id(node) not in inner:
            yield _dotted(node)


def _dotted(node: Any) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_dotted(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _unknown(name: str, known: Mapping[str, Placeholder]) -> Refused:
    written = f"{{{{ {name} }}}}"
    near = get_close_matches(name, known, n=1, cutoff=0)
    return Refused("{name} is not known here. Do you mean {near}?", name=written, near=f"{{{{ {near[0]} }}}}")


@lru_cache(maxsize=512)
def _parse(source: str) -> nodes.Template:
    return ENVIRONMENT.parse(source)


@lru_cache(maxsize=512)
def _template(source: str) -> Template:
    return ENVIRONMENT.from_string(source)
