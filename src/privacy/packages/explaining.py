"""What a package says of its own files, for people."""

from privacy.packages import pdf

FILES = {
    "fr": (
        (pdf.NAME, "cette page, à imprimer"),
        ("data.json", "tout, en JSON"),
        ("csv/", "un tableau par fichier"),
        ("manifest.json", "l’empreinte de chaque fichier"),
        ("manifest.note", "la signature du manifeste"),
    ),
    "en": (
        (pdf.NAME, "this page, to be printed"),
        ("data.json", "everything, as JSON"),
        ("csv/", "one table in each file"),
        ("manifest.json", "the hash of each file"),
        ("manifest.note", "the signature of the manifest"),
    ),
}
README = {
    "fr": "Ouvrez index.html : c’est la page à lire.\n"
    "data.json contient les mêmes données pour un logiciel (JSON-LD).\n"
    "csv/ contient un tableau par fichier, séparé par des virgules, en UTF-8. Une apostrophe y"
    " précède tout texte\nqu’un tableur prendrait pour une formule ; data.json a le texte exact.\n"
    "manifest.json donne l’empreinte SHA-256 de chaque fichier.\n"
    "manifest.note signe le manifeste et l’archive.\n"
    "\n"
    "Pour vérifier que rien n’a été changé, sans réseau :\n"
    '    privacy package verify FICHIER.zip --key "{key}"\n'
    "Comparez d’abord cette clé avec celle que le responsable publie.\n",
    "en": "Open index.html: it is the page to read.\n"
    "data.json holds the same data for a program (JSON-LD).\n"
    "csv/ has one table in each file, separated by commas, in UTF-8. There an apostrophe stands"
    " before every\ntext that a spreadsheet would take for a formula; data.json has it exactly.\n"
    "manifest.json gives the SHA-256 sum of each file.\n"
    "manifest.note signs the manifest and the archive.\n"
    "\n"
    "To check that nothing was changed, without network:\n"
    '    privacy package verify FILE.zip --key "{key}"\n'
    "First compare this key with the one that the controller publishes.\n",
}
PRINTED = {
    "fr": f"{pdf.NAME} est la même page, à imprimer.\n",
    "en": f"{pdf.NAME} is the same page, to be printed.\n",
}


def files_in(language: str) -> list[dict[str, str]]:
    """Return the files beside the page, each with what it is for."""
    return [
        {"name": name, "text": text}
        for name, text in FILES[language]
        if name != pdf.NAME or pdf.is_available()
    ]


def readme_in(language: str, *, key: str, printed: bool) -> str:
    """Return how to read a package, with a PDF or without, and how to check it by a key."""
    return README[language].format(key=key) + (PRINTED[language] if printed else "")
