"""What tests of operators share: one operator, and how to add more."""

from collections.abc import Callable
from uuid import UUID

import pytest

from privacy.crypto import Keyring, passwords
from privacy.db import Database
from privacy.operators import acts
from privacy.operators.acts import NewOperator
from privacy.operators.roles import Role
from tests.fakes import FakeClock

EMAIL = "claire.dubois@boutique.example"
PASSWORD = "vK7#mQz2!tRb"
SHOP = UUID("01900000-0000-7000-8000-00000000a001")
OTHER_SHOP = UUID("01900000-0000-7000-8000-00000000a002")

AddOperator = Callable[..., UUID]


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash with little memory, since what a hash costs is tested where it is made."""
    monkeypatch.setattr(passwords, "MEMORY_KIB", 64)
    monkeypatch.setattr(passwords, "PREFIX", "$argon2id$v=19$m=64,t=2,p=1$")


@pytest.fixture
def add_operator(database: Database, keyring: Keyring, clock: FakeClock) -> AddOperator:
    """Return a function that adds an operator with one role for the shop."""

    def add(email: str = EMAIL, role: Role = Role.DPO) -> UUID:
        new = NewOperator(email=email, name="Claire Dubois", password=PASSWORD)
        with database.transaction() as session:
            operator = acts.add_operator(
                session, actor="system", at=clock(), keyring=keyring, new=new
            )
            session.flush()
            acts.grant_role(
                session,
                actor="system",
                at=clock(),
                operator_id=operator.id,
                controller_id=SHOP,
                role=role,
            )
        return operator.id

    return add


@pytest.fixture
def operator_id(add_operator: AddOperator) -> UUID:
    return add_operator()
