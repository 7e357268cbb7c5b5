"""From an answer to the files of its package: the page, the PDF, the words that explain them."""

from collections.abc import Callable, Mapping
from typing import Any

from privacy.packages.answer import Answer
from privacy.packages.package import Contents
from privacy.packages.pdf import NAME, pdf_of

Page = Callable[..., str]
"""Makes the readable page from a language and its context."""

README = {
    "fr": "Ouvrez index.html : c’est la page à lire.\n"
    "data.json contient les mêmes données pour un logiciel (JSON-LD).\n"
    "csv/ contient un tableau par fichier.\n"
    "manifest.json donne l’empreinte SHA-256 de chaque fichier.\n"
    "manifest.note signe le manifeste et l’archive.\n"
    "\n"
    "Pour vérifier que rien n’a été changé, sans réseau :\n"
    '    privacy package verify FICHIER.zip --key "{key}"\n'
    "Comparez d’abord cette clé avec celle que le responsable publie.\n",
    "en": "Open index.html: it is the page to read.\n"
    "data.json holds the same data for a program (JSON-LD).\n"
    "csv/ has one table in each file.\n"
    "manifest.json gives the SHA-256 sum of each file.\n"
    "manifest.note signs the manifest and the archive.\n"
    "\n"
    "To check that nothing was changed, without network:\n"
    '    privacy package verify FILE.zip --key "{key}"\n'
    "First compare this key with the one that the controller publishes.\n",
}
NOTHING: Mapping[str, Any] = {}
PRINTED = {
    "fr": f"{NAME} est la même page, à imprimer.\n",
    "en": f"{NAME} is the same page, to be printed.\n",
}


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
    readme = README[language].format(key=key)
    return Contents(
        page=written,
        readme=readme + (PRINTED[language] if printed else ""),
        facts={**answer.facts(), **facts},
        tables=answer.tables(),
        others={NAME: printed} if printed else {},
    )
