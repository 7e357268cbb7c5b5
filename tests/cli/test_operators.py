"""`privacy operators`."""

from pathlib import Path

import pytest

from privacy.operators import queries
from privacy.runtime import Runtime
from tests.cli.conftest import Privacy
from tests.entries import waiting_entries

EMAIL = "claire.dubois@fictive.example"
ADD = ("operators", "add", EMAIL, "--name", "Claire Dubois")


def test_an_operator_is_added_with_a_password_that_is_printed_once(
    runtime: Runtime, privacy: Privacy
):
    made = privacy(*ADD, "--role", "auditor", "--json").facts
    assert made["role"] == "auditor"
    assert len(made["password"]) == 23
    with runtime.database.reading() as session:
        found = queries.by_email(session, keyring=runtime.keyring, email=EMAIL.upper())
        assert found is not None
        assert str(found.id) == made["operator"]
    listed = privacy("operators", "list")
    assert "Claire Dubois" in listed.out
    assert made["password"] not in listed.out
    told = waiting_entries(runtime.database, "operator.added", "operator.roles-changed")
    assert [one.action for one in told] == ["operator.added", "operator.roles-changed"]
    assert b"Claire" not in b"".join(one.body for one in told)
    assert privacy("operators", "list", "--json").facts["operators"] == [
        {"id": made["operator"], "name": "Claire Dubois", "state": "active", "roles": "auditor"}
    ]


def test_a_token_is_made_for_an_operator_only_and_for_a_while(runtime: Runtime, privacy: Privacy):
    privacy(*ADD)
    made = privacy("operators", "token", EMAIL, "--name", "bilan", "--days", "30", "--json")
    assert len(made.facts["token"]) >= 43
    (entry,) = waiting_entries(runtime.database, "operator.token-issued")
    assert made.facts["token"].encode() not in entry.body
    for days in ("0", "-1", "401"):
        assert privacy("operators", "token", EMAIL, "--name", "x", "--days", days).status == 2
    unknown = privacy("operators", "token", "nobody@fictive.example", "--name", "x")
    assert (unknown.status, "nobody@" in unknown.err) == (2, False)


@pytest.mark.parametrize("args", [("not an address",), (EMAIL, "--role", "king")])
def test_what_is_no_operator_is_refused(company: Path, privacy: Privacy, args: tuple[str, ...]):
    assert company.exists()
    ran = privacy("operators", "add", *args, "--name", "X")
    assert (ran.status, ran.out) == (2, "")
    assert privacy("operators", "list", "--json").facts == {"operators": []}


def test_an_operator_exists_once(company: Path, privacy: Privacy):
    assert company.exists()
    assert [privacy(*ADD).status, privacy(*ADD).status] == [0, 2]


def test_who_leaves_is_shut_out_and_the_last_dpo_cannot_leave(runtime: Runtime, privacy: Privacy):
    privacy(*ADD)
    alone = privacy("operators", "close", EMAIL)
    assert (alone.status, "Name another DPO" in alone.err) == (2, True)
    privacy("operators", "add", "second@fictive.example", "--name", "Second")
    assert privacy("operators", "close", EMAIL).status == 0
    states = {one["state"] for one in privacy("operators", "list", "--json").facts["operators"]}
    assert states == {"active", "closed"}
    assert len(waiting_entries(runtime.database, "operator.closed")) == 1
    assert privacy("operators", "token", EMAIL, "--name", "x").status == 2


def test_a_role_is_taken_away_once(runtime: Runtime, privacy: Privacy):
    privacy(*ADD, "--role", "agent")
    taken = privacy("operators", "revoke", EMAIL, "--role", "agent")
    assert taken.out.startswith("No longer agent of")
    with runtime.database.reading() as session:
        (one,) = queries.operators(session, keyring=runtime.keyring)
    assert not any(one.roles.values())
    assert privacy("operators", "revoke", EMAIL, "--role", "agent").status == 2
