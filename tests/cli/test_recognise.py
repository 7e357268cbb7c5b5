"""`privacy requests recognise`, on a database of the demo."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from privacy.cli.demo.filling import FOLDER
from privacy.cli.demo.stores import shop
from privacy.purposes.models import Controller
from privacy.requests.facts import question_of
from privacy.runtime import Runtime
from tests.cli.conftest import Privacy

COMMAND = ("requests", "recognise", "--kind", "email", "--store", "shop")
LABEL = ("--label", "fr=Votre code postal", "--label", "en=Your postal code")


@pytest.fixture
def place(privacy: Privacy, runtime: Runtime, tmp_path: Path) -> tuple[str, str]:
    """Register the demo's shop; return a collection that an address finds, and a field of it."""
    path = tmp_path / "shop.sqlite3"
    shop.build(path)
    definition = ("--definition", str(FOLDER / "shop.yaml"))
    assert privacy("stores", "add", f"sqlite:///{path}", *definition).status == 0
    with runtime.database.reading() as session:
        controller_id = next(iter(session.scalars(_controllers())))
    opened = runtime.open_stores(controller_id)["shop"].definition
    found = next(
        one for one in opened.collections if any(by.kind == "email" for by in one.identities)
    )
    return found.name, found.fields[-1].name


def _controllers() -> Any:
    return select(Controller.id)


def test_a_fact_is_declared_and_withdrawn(
    privacy: Privacy, runtime: Runtime, place: tuple[str, str]
):
    collection, field = place
    asked = (*COMMAND, "--collection", collection, "--field", field, *LABEL)
    assert privacy(*asked, "--needed-for", "shop", "--json").facts == {"asked": True}
    with runtime.database.reading() as session:
        row = question_of(session, controller_id=session.scalars(_controllers()).one())
    assert row is not None
    assert (row.store_name, row.collection, row.field) == ("shop", collection, field)
    assert (row.labels["en"], row.needed_for) == ("Your postal code", "shop")
    assert privacy("requests", "recognise", "--remove", "--json").facts == {"asked": False}
    assert privacy("requests", "recognise", "--remove").status == 2


def test_what_is_not_there_cannot_be_asked_for(privacy: Privacy, place: tuple[str, str]):
    collection, field = place
    for wrong in (
        COMMAND,
        (*COMMAND, "--collection", collection, "--field", field),
        (*COMMAND, "--collection", collection, "--field", "nothing", *LABEL),
        (*COMMAND, "--collection", collection, "--field", field, *LABEL, "--needed-for", "hr"),
    ):
        assert privacy(*wrong).status == 2, wrong
