"""A paper archive and a vendor that answers later, as tests declare them."""

from dataclasses import replace

from privacy.stores.connectors.manual.connector import ManualConnector
from privacy.stores.definition import StoreDefinition
from tests.stores.fake_store import collection, identity, owns, store

FOLDERS = collection(
    "folder",
    "number email phone name",
    key="number",
    identities=[identity("email"), identity("phone")],
    links=[owns("number", "letter", "folder")],
)
LETTERS = collection("letter", "id folder text")
SCANS = replace(
    collection(
        "scan",
        "number name media_type content email",
        key="number",
        identities=[identity("email")],
    ),
    options={"documents": True},
)
OPTIONS = {"days": 8, "instructions": {"fr": "Cave, travée 3.", "en": "Cellar, bay 3."}}
ARCHIVE = replace(store("archive", FOLDERS, LETTERS, SCANS), options=OPTIONS)
KEEPER = "archive@example.fr"


def archive(
    address: str = f"mailto:{KEEPER}", definition: StoreDefinition = ARCHIVE
) -> ManualConnector:
    """Return the archive as it is registered."""
    return ManualConnector(definition, address)
