"""How many links away something was met, for the links that are only followed so far."""

from collections.abc import Iterable

from privacy.stores.definition import Link
from privacy.stores.search.digests import Digests


class Nearest:
    """Values with the fewest steps to each, as far as any link asks for their number."""

    def __init__(self, most: int) -> None:
        self._levels = tuple(Digests() for _level in range(most + 1))

    def add(self, value: object, steps: int) -> bool:
        """Return whether a value is new, or nearer than it was met before.

        Beyond the most that any link asks for, all are equally far.
        """
        level = min(steps, len(self._levels) - 1)
        if any(value in one for one in self._levels[:level]):
            return False
        return self._levels[level].add(value)


def most_steps(links: Iterable[Link]) -> int:
    """Return the longest way that any link asks for; 0 when none has a limit."""
    return max((link.depth for link in links if link.depth is not None), default=0)


def is_too_far(link: Link, steps: int) -> bool:
    """Whether a link is no longer followed from a row that is so many links away."""
    return link.depth is not None and steps >= link.depth
