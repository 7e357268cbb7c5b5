"""From an answer to the files of its package: the page, the PDF, the words that explain them."""

from collections.abc import Callable, Mapping
from typing import Any

from privacy.packages.answer import Answer
from privacy.packages.explaining import readme_in
from privacy.packages.package import Contents
from privacy.packages.pdf import NAME, pdf_of

Page = Callable[..., str]
"""Makes the readable page from a language and its context."""

NOTHING: Mapping[str, Any] = {}


def contents_of(
    answer: Answer, *, page: Page, key: str, facts: Mapping[str, Any] = NOTHING
) -> Contents:
    """Return what goes into the package of an answer; `key` is the verifier key to check it by.

    `facts` stand in `data.json` beside the answer's own. There is a PDF where the extra for it
    is installed.
    """
    language = answer.asked.language
    written = page(language, **answer.page())
    printed = pdf_of(
        written, language=language, author=answer.register.controller.name, at=answer.made_at
    )
    return Contents(
        page=written,
        readme=readme_in(language, key=key, printed=printed is not None),
        facts={**answer.facts(), **facts},
        tables=answer.tables(),
        others={NAME: printed} if printed else {},
    )
