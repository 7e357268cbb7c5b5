"""Columns that say together of which table a row is a part: `owner_type` and `owner_id`; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from privacy.stores.proposals.vocabulary import words_of

_TYPE = re.compile(r"(?P<stem>.+?)(?P<join>_?)(type|kind|class)", re.IGNORECASE)


def pairs_of(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield (type column, id column) of one table, by their names."""
    by_name = {column.lower(): column for column in columns}
    for column in columns:
        found = _TYPE.fullmatch(column)
        if found is None:
            continue
        key = by_name.get(f"{found['stem']}{found['join']}id".lower())
        if key:
            yield column, key


def tables_meant(values: Iterable[str], tables: Iterable[str]) -> Mapping[str, str]:
    r"""Return by value of a type column the table that it names, singular or plural.

    What is written before the last name, such as `App\Models\`, does not count.
    """
    by_words = {_singular(table): table for table in tables}
    found: dict[str, str] = {}
    for value in values:
        last = re.split(r"[\\/.:]+", value.strip())[-1]
        if last and _singular(last) in by_words:
            found[value] = by_words[_singular(last)]
    return found


def _singular(name: str) -> str:
    words = [re.sub(r"(?<=[a-z]{2})s$", "", word) for word in words_of(name)]
    return "".join(re.sub(r"ie$", "y", word) for word in words)
