"""Asking data stores what a search wants to know: side by side, and together where it is cheap.

What fails is noted in the course of the search and never passes on.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Values
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import NamedTuple, TypeAlias

from privacy.errors import AwaitedError, InvalidError, PrivacyError, UnavailableError
from privacy.stores.definition import Collection, Columns
from privacy.stores.nested import path_of
from privacy.stores.protocol import Asked, Key, Row, Store
from privacy.stores.search.findings import Place
from privacy.stores.search.found import Keys
from privacy.stores.search.ledger import Course

MOST_STORES = 8
"""Data stores that are asked at one time."""

logger = logging.getLogger(__name__)


class Question(NamedTuple):
    """Which rows of a collection have these columns, and what made us ask."""

    place: Place
    columns: Columns
    why: str
    steps: int = 0
    """How many links lie between the rows and one that has an identifier of the subject."""


Take: TypeAlias = Callable[[Question, Row], None]
"""What is done with each row; never called by two threads at once."""


class Asker:
    """The stores of one search, and what became of asking them."""

    def __init__(
        self, stores: Mapping[str, Store], places: Mapping[Place, Collection], course: Course
    ) -> None:
        self._stores = stores
        self._places = places
        self._course = course
        self._one_at_a_time = threading.RLock()

    def ask_all(self, waiting: Mapping[Question, Keys], take: Take) -> Sequence[Question]:
        """Ask each store its questions, all stores at the same time.

        A store that hangs delays no other; this returns when all have answered or failed, and
        gives the questions that were answered to their end.
        """
        by_store: dict[str, dict[Question, Keys]] = defaultdict(dict)
        for question in sorted(waiting):  # so that nothing depends on which store was quicker
            by_store[question.place[0]][question] = waiting[question]
        ask = partial(self._ask_store, take=take)
        if len(by_store) < 2:
            return [one for asked in by_store.items() for one in ask(*asked)]
        with ThreadPoolExecutor(MOST_STORES, thread_name_prefix="store") as threads:
            answered = threads.map(ask, *zip(*by_store.items(), strict=True))
            return [one for each in answered for one in each]

    def ask(self, question: Question, keys: Values[Key], take: Callable[[Row], None]) -> bool:
        """Read one question's rows; False when it could not be answered to its end."""
        place, columns = question.place, question.columns
        if self._course.is_closed(place) or self._is_blind(question):
            return False
        try:
            for row in self._stores[place[0]].read(self._places[place], columns, keys):
                with self._one_at_a_time:
                    take(row)
        except AwaitedError:
            self._course.awaited.add(place)  # what else is asked of it is heard all the same
        except InvalidError as error:
            self._course.fail(place, error.code)
        except PrivacyError as error:
            self._course.fail_store(place, error.code)
        except Exception as error:  # noqa: BLE001 -- a connector's bug must not stop the others
            # Its message could quote a row, so only its kind is told.
            logger.error("%s.%s cannot be read: %s", *place, type(error).__name__)  # noqa: TRY400
            self._course.fail_store(place, PrivacyError.code)
        else:
            return True
        return False

    def _is_blind(self, question: Question) -> bool:
        """Whether a store cannot look where the values stand; the ledger then says so."""
        blind = not self._stores[question.place[0]].looks_inside
        if blind and any(map(path_of, question.columns)):
            self._course.blind.add(question.place)
            return True
        return False

    def _ask_store(
        self, store: str, waiting: Mapping[Question, Keys], take: Take
    ) -> Sequence[Question]:
        if self._answered_together(store, waiting, take):
            return list(waiting)
        return [
            question
            for question, keys in waiting.items()
            if all(self.ask(question, part, partial(take, question)) for part in keys.parts())
        ]

    def _answered_together(self, store: str, waiting: Mapping[Question, Keys], take: Take) -> bool:
        """Whether all questions were answered at once; if not, each is asked for itself.

        Rows that came before a fault come again then, and count once.
        """
        is_much = len(waiting) < 2 or any(keys.are_many for keys in waiting.values())
        closed = any(self._course.is_closed(question.place) for question in waiting)
        if is_much or closed or any(map(self._is_blind, waiting)):
            return False
        questions = list(waiting)
        asked = [
            Asked(self._places[one.place], one.columns, next(waiting[one].parts()))
            for one in questions
        ]
        try:
            for number, row in self._stores[store].read_together(asked):
                with self._one_at_a_time:
                    take(questions[number], row)
        except AwaitedError:
            return False  # each is asked for itself, so that all of them are heard
        except UnavailableError as error:
            for question in questions:
                self._course.fail_store(question.place, error.code)
            return False
        except Exception:  # noqa: BLE001 -- which question is at fault shows when each is asked
            return False
        return True
