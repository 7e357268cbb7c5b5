"""Stores that are searched by hand or answer later: what their addresses and options may say."""

from dataclasses import replace

import pytest

from privacy.errors import AwaitedError, InvalidError
from privacy.outbox.webhook import new_secret
from privacy.stores.assigned import Assigned, Vendor, Way
from privacy.stores.connectors.http.later import LaterConnector
from privacy.stores.connectors.manual.connector import ManualConnector
from privacy.stores.definition import Collection
from privacy.stores.registry import connector_for, connector_of
from tests.stores.fake_store import collection, identity, store
from tests.stores.paper import ARCHIVE, KEEPER, LETTERS, OPTIONS, SCANS, archive

TICKETS = store("desk", collection("ticket", "id email", identities=[identity("email")]))
LATER = replace(TICKETS, options={"answers": "later"})
ADDRESS = f"https://desk.example/ask#{new_secret()}"


@pytest.mark.parametrize(
    ("address", "way", "mailbox"),
    [
        ("manual:cave", Way.STAFF, ""),
        ("manual://cave", Way.STAFF, ""),
        (f"mailto:{KEEPER}", Way.MAIL, KEEPER),
    ],
)
def test_an_address_says_who_is_asked(address: str, way: Way, mailbox: str):
    assert connector_of(address) == "manual"
    terms = archive(address).terms
    assert (terms.way, terms.mailbox, terms.days) == (way, mailbox, 8)
    assert terms.instructions == OPTIONS["instructions"]


@pytest.mark.parametrize(
    "address",
    [
        "manual:",
        "mailto:",
        "mailto:nobody",
        "mailto:a@b.example?subject=x",
        "mailto:a@b.example,c@d.example",
        "mailto:a@b.example%0aBcc:c@d.example",
        "https://example.fr",
    ],
)
def test_another_address_is_refused(address: str):
    with pytest.raises(InvalidError):
        archive(address)


@pytest.mark.parametrize(
    "options",
    [{"days": 0}, {"days": 61}, {"days": True}, {"days": "8"}, {"language": "de"}, {"secret": 1}],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, object]):
    with pytest.raises(InvalidError):
        archive(definition=replace(ARCHIVE, options=options))


@pytest.mark.parametrize(
    "collections",
    [
        (replace(LETTERS, options={"documents": True}),),
        (replace(SCANS, identities=()),),
        (replace(LETTERS, options={"table": "x"}),),
    ],
)
def test_documents_need_a_name_a_content_and_an_identity(collections: tuple[Collection, ...]):
    with pytest.raises(InvalidError):
        ManualConnector(replace(ARCHIVE, collections=collections), "manual:cave")


def test_reading_says_that_the_answer_is_awaited_and_asks_nobody_for_nothing():
    paper = archive()
    (folder, *_rest) = ARCHIVE.collections
    paper.check()
    assert list(paper.read(folder, ("email",), [])) == []
    with pytest.raises(AwaitedError):
        list(paper.read(folder, ("email",), [("a@b.example",)]))
    with pytest.raises(InvalidError):
        paper.read(folder, ("secret",), [("x",)])


def test_a_vendor_is_one_by_its_option_and_its_secret_is_in_its_address():
    desk = connector_for(connector_of(ADDRESS))(LATER, ADDRESS)
    assert isinstance(desk, LaterConnector)
    assert isinstance(desk, Assigned)
    assert isinstance(desk, Vendor)
    assert desk.signing_secret == ADDRESS.partition("#")[2]
    with pytest.raises(AwaitedError):
        list(desk.read(TICKETS.collections[0], ("email",), [("a@b.example",)]))


@pytest.mark.parametrize(
    "address",
    ["https://desk.example/ask", "https://desk.example#secret", "ftp://desk.example#whsec_"],
)
def test_a_vendor_without_a_secret_is_refused(address: str):
    with pytest.raises(InvalidError):
        LaterConnector(LATER, address)


def test_another_manner_of_answering_is_refused():
    with pytest.raises(InvalidError):
        connector_for("http")(replace(TICKETS, options={"answers": "never"}), ADDRESS)
