"""Which columns of a service may hold something about a person: each is spoken for, or a test of the service refuses it. Pure.

What a column is called does not matter for words: a free text, a JSON, bytes, a list of words may always name somebody. An id does
when it is named for a person. Numbers, days, yes and no, and choices do not, unless their name says so.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa

#: Types that hold no words.
_DUMB = (sa.Integer, sa.Numeric, sa.Boolean, sa.Date, sa.DateTime, sa.Interval, sa.Enum)
#: Ids named for a person; words and JSON are asked about whatever their name.
_PERSON = re.compile(
    r"(^|_)((?<!bank_)account|person|people|author|sender|asker|reader|scorer|assignee|actor|attendee|participant|recipient|contact"
    r"|signatory|user|member|speaker|subscriber)(_ids?)?$|(^|_)by(?!_id)(_|$)"
)
_BIRTH = re.compile(r"(^|_)(birth|born)(_|$)")


def said(why: str, **columns: str) -> dict[str, str]:
    """`said(why, table="one two")` is `{"table.one": why, "table.two": why}`."""
    return {f"{table}.{name}": why for table, names in columns.items() for name in names.split()}


def may_name_somebody(column: "sa.Column[object]") -> bool:
    """Whether somebody has to say what the column holds of people, be it nothing."""
    kind = column.type.item_type if isinstance(column.type, sa.ARRAY) else column.type
    if isinstance(kind, sa.Uuid):
        return _PERSON.search(column.name) is not None
    return not isinstance(kind, _DUMB) or _BIRTH.search(column.name) is not None


def columns_of(metadata: sa.MetaData, *, but: Iterable[str] = ()) -> Iterator["sa.Column[object]"]:
    """Every column of a service's tables, those of the tables `but` left out."""
    left_out = set(but)
    for table in metadata.sorted_tables:
        if table.name not in left_out:
            yield from table.columns


def unspoken(metadata: sa.MetaData, spoken: Mapping[str, str], *, but: Iterable[str] = ()) -> list[str]:
    """`table.column` of those nobody speaks for."""
    asked = (f"{column.table.name}.{column.name}" for column in columns_of(metadata, but=but) if may_name_somebody(column))
    return sorted(set(asked) - spoken.keys())


def stale(metadata: sa.MetaData, spoken: Mapping[str, str]) -> list[str]:
    """What is spoken for and is not there any more."""
    return sorted(spoken.keys() - {f"{column.table.name}.{column.name}" for column in columns_of(metadata)})
