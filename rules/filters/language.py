"""The filter language: text to terms, and terms back to text.

    status:verzonden,klaar totaal:100..250 -label:"Hoge prioriteit" datum:7d jansen

Words, and field:value with `,` for or, `-` for not, `>` `>=` `<` `<=` and `..` for ranges, quotes for blanks. What is not
understood is named and ignored; no text is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rules.filters import fields
from rules.refusal import Refused

LONGEST = 1_000
MOST_TERMS = 30
MOST_VALUES = 30
TOKEN = re.compile(r"""(-?)(?:([^\W\d_][\w-]{0,30}):)?((?:"[^"]*"?|[^\s"]+)*)""")
COMPARE = re.compile(r"(>=|<=|>|<)?(.*)", re.DOTALL)


class Value(NamedTuple):
    """What a field is compared with: '=', '>', '>=', '<', '<=' `text`, or '..' from `text` to `until` (either may be empty)."""

    text: str
    compare: str = "="
    until: str = ""


@dataclass(frozen=True)
class Term:
    """One condition: a field is one of the values. Without a field: the word stands anywhere."""

    field: str
    values: tuple[Value, ...]
    negated: bool = False


@dataclass(frozen=True)
class Query:
    terms: tuple[Term, ...] = ()
    notices: tuple[Refused, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(term.values[0].text for term in self.terms if not term.field and not term.negated)

    def without(self, term: Term) -> Query:
        return Query(tuple(each for each in self.terms if each != term), self.notices)

    def plus(self, term: Term) -> Query:
        return Query((*(each for each in self.terms if each != term), term), self.notices)

    def of_field(self, field: str) -> list[Term]:
        return [term for term in self.terms if term.field == field]


def parse(text: str) -> Query:
    """Read what was typed, or a saved view. Linear in the length of the text."""
    clean = "".join(char if char.isprintable() else " " for char in text[:LONGEST])
    if len(text) > LONGEST:
        query = _read(clean.rpartition(" ")[0] or clean)
        return Query(query.terms, (Refused("Only the first {most} characters were used.", most=LONGEST), *query.notices))
    return _read(clean)


@lru_cache(maxsize=500)
def _read(clean: str) -> Query:
    """A page reads its tabs and views each time."""
    terms: list[Term] = []
    notices: list[Refused] = []
    for minus, name, body in TOKEN.findall(clean):
        if not (name or body):
            continue
        found = _term(minus, name, body)
        if isinstance(found, Refused):
            notices.append(found)
        elif found not in terms:
            terms.append(found)
    if len(terms) > MOST_TERMS:
        notices.append(Refused("Only the first {most} conditions were used.", most=MOST_TERMS))
    return Query(tuple(terms[:MOST_TERMS]), tuple(notices))


def _term(minus: str, name: str, body: str) -> Term | Refused:
    if not name:
        word = body.replace('"', " ").strip()
        return Term("", (Value(word),), bool(minus)) if word else Refused("'{text}' says nothing to look for.", text=(minus + body)[:40])
    field = fields.named(name)
    if field is None:
        return Refused("There is no field '{name}'.", name=name)
    values = tuple(dict.fromkeys(value for part in _parts(body, field) if (value := _value(part, field)) is not None))[:MOST_VALUES]
    if not values:
        return Refused("'{name}:' is without a value.", name=name)
    return Term(field.key, values, bool(minus))


def _parts(body: str, field: fields.Field) -> list[str]:
    """The alternatives between commas; a comma inside quotes, or the decimal comma of an amount, is none."""
    pattern = r'(?:"[^"]*"?|[0-9],[0-9]{1,2}(?![0-9])|[^,"])+' if field.kind == "money" else r'(?:"[^"]*"?|[^,"])+'
    return re.findall(pattern, body)


def _value(part: str, field: fields.Field) -> Value | None:
    if not field.is_ordered or re.fullmatch('"[^"]*"?', part):
        text = part.replace('"', "").strip()
        return Value(text) if text else None
    match = COMPARE.match(part.replace('"', ""))
    assert match is not None
    compare, rest = match[1] or "=", match[2].strip()
    low, dots, high = rest.partition("..")
    if dots and compare == "=" and (low or high):
        return Value(low.strip(), "..", high.strip())
    return Value(rest, compare) if rest else None


def written(query: Query, language: str = "nl") -> str:
    """The query as text, with the field names of a language; parsing it again gives the same terms."""
    return " ".join(_written(term, language) for term in query.terms)


def _written(term: Term, language: str) -> str:
    minus = "-" if term.negated else ""
    if not term.field:
        word = term.values[0].text
        return minus + (f'"{word}"' if re.search(r"\s|:", word) or word.startswith("-") else word)
    field = fields.FIELDS[term.field]
    quoted = _quoted if field.kind != "money" else _quoted_amount if len(term.values) == 1 else _quoted_always
    return f"{minus}{field.name(language)}:{','.join(_written_value(value, quoted) for value in term.values)}"


def _written_value(value: Value, quoted: Callable[[str], str]) -> str:
    if value.compare == "..":
        return f"{quoted(value.text)}..{quoted(value.until)}"
    return quoted(value.text) if value.compare == "=" else f"{value.compare}{quoted(value.text)}"


def _quoted_amount(text: str) -> str:
    """Of one amount the comma is its decimal sign: 'totaal:49,95'."""
    return text if re.fullmatch(r"-?[0-9]+,[0-9]{1,2}", text) else _quoted(text)


def _quoted_always(text: str) -> str:
    """Of several, 'totaal:"10","20"' is not 10,20."""
    return f'"{text}"' if text else ""


def _quoted(text: str) -> str:
    return f'"{text}"' if re.search(r"[\s,:<>]|\.\.", text) else text
