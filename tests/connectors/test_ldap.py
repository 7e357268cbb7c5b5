"""What is particular to LDAP: several values, matching rules, DNs, filters, accounts."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.errors import ConflictError, InvalidError, UnavailableError
from privacy.stores.connectors.ldap import conversation
from privacy.stores.connectors.ldap.connector import LdapConnector
from privacy.stores.connectors.ldap.wording import escaped
from privacy.stores.definition import StoreDefinition
from privacy.stores.definition_file import from_document
from privacy.stores.protocol import Capability
from privacy.stores.registry import connector_for, connector_of, introspect
from privacy.stores.search.findings import Outcome
from privacy.stores.search.graph import walk
from tests.connectors.directory import BASE, Directory, DirectoryServer
from tests.connectors.test_faults import wire_to

STAFF = [
    (f"ou=staff,{BASE}", {"objectClass": ["organizationalUnit"], "ou": ["staff"]}),
    (
        f"uid=ada,ou=staff,{BASE}",
        {
            "objectClass": ["inetOrgPerson"],
            "uid": ["ada"],
            "cn": ["Ada Lovelace"],
            "sn": ["Lovelace"],
            "mail": ["Ada@Example.com", "countess@example.com"],
            "telephoneNumber": ["+33 6 39 98 12 34"],
            "employeeNumber": ["0042"],
        },
    ),
    (
        f"uid=bob,ou=staff,{BASE}",
        {
            "objectClass": ["inetOrgPerson"],
            "uid": ["bob"],
            "cn": ["Bob (the *)"],
            "sn": ["X"],
            "mail": ["bob@example.com"],
        },
    ),
]


def declared(columns: str, **options: Any) -> StoreDefinition:
    kinds = {"mail": "email", "telephoneNumber": "phone"}
    fields = [
        {"name": name, "data_category": "identity"}
        | ({"identity": kinds[name]} if name in kinds else {})
        for name in columns.split()
    ]
    one = {"name": "t", "table": "inetOrgPerson", "primary_key": ["dn"], "fields": fields}
    return from_document(
        {"name": "ad", "purposes": [], "collections": [one | {"options": options}]}
    )


@pytest.fixture
def staff(slapd: DirectoryServer) -> Iterator[Directory]:
    place = Directory(slapd)
    slapd.add(STAFF[0])
    slapd.add(*STAFF[1:])
    yield place
    place.close()


def read(store: LdapConnector, columns: str, *values: tuple[str, ...]) -> list[dict[str, Any]]:
    found = store.read(store.definition.collection("t"), tuple(columns.split()), values)
    return [dict(row) for row in found]


def test_any_of_several_values_finds_the_entry_and_all_are_given(staff: Directory) -> None:
    store = staff.open(declared("dn mail employeeNumber"))
    for mail in ("ada@example.com", "COUNTESS@example.com"):
        assert read(store, "mail", (mail,)) == [
            {
                "dn": f"uid=ada,ou=staff,{BASE}",
                "mail": ["Ada@Example.com", "countess@example.com"],
                "employeeNumber": "0042",
            }
        ]
    assert read(store, "employeeNumber", ("42",)) == []


def test_an_entry_is_found_by_its_dn_and_by_a_number_in_another_spelling(staff: Directory) -> None:
    store = staff.open(declared("dn cn telephoneNumber"))
    (row,) = read(store, "dn", (f"uid=bob,ou=staff,{BASE}",))
    assert row["cn"] == "Bob (the *)"
    assert row["telephoneNumber"] is None
    assert len(read(store, "telephoneNumber", ("06.39.98.12.34",))) == 1


@pytest.mark.parametrize(
    "text", ["*", "Bob*", "*)(uid=*", "x)(|(cn=*", "\\2a", "Bob (the", "\x00"]
)
def test_the_signs_of_filters_are_only_signs(staff: Directory, text: str) -> None:
    store = staff.open(declared("dn cn"))
    assert read(store, "cn", (text,)) == []
    assert len(read(store, "cn", ("Bob (the *)",))) == 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_an_escaped_value_has_no_sign_of_a_filter(text: str) -> None:
    made = escaped(text)
    assert made.isascii()
    assert not set(made) & set("()*&|!=<>~ \x00")


def test_case_that_the_directory_does_not_see_is_told_apart(staff: Directory) -> None:
    store = staff.open(declared("dn cn"))
    assert read(store, "cn", ("ada lovelace",), ("Ada  Lovelace",)) == []
    assert len(read(store, "cn", ("Ada Lovelace",))) == 1


def test_a_filter_and_a_base_of_its_own_narrow_a_collection(staff: Directory) -> None:
    narrow = staff.open(declared("dn mail", filter="(employeeNumber=*)", base=f"ou=staff,{BASE}"))
    assert [row["dn"][:7] for row in read(narrow, "mail", ("ada@example.com",),
                                          ("bob@example.com",))] == ["uid=ada"]  # fmt: skip
    nowhere = staff.open(declared("dn mail", base=f"ou=nowhere,{BASE}"))
    with pytest.raises(InvalidError):
        nowhere.check()


def test_check_names_classes_and_attributes_that_are_not_there(staff: Directory) -> None:
    staff.open(declared("dn mail sn")).check()
    with pytest.raises(InvalidError) as refused:
        staff.open(declared("dn mail favouriteDrink2")).check()
    assert set(refused.value.fields) == {"t.favouriteDrink2"}


@pytest.mark.parametrize("changes", [{"mail": "x@y.fr"}, {"dn": "cn=x"}, {"uid": "eve"}])
def test_names_and_several_values_are_not_rectified(
    staff: Directory, changes: dict[str, str]
) -> None:
    store = staff.open(declared("dn uid mail sn"))
    with pytest.raises(InvalidError):
        store.rectify(store.definition.collection("t"), (f"uid=ada,ou=staff,{BASE}",), changes)


def test_what_must_be_there_cannot_be_taken_away(staff: Directory) -> None:
    store = staff.open(declared("dn sn"))
    people = store.definition.collection("t")
    with pytest.raises(InvalidError):
        store.rectify(people, (f"uid=ada,ou=staff,{BASE}",), {"sn": None})
    assert store.rectify(people, (f"uid=ada,ou=staff,{BASE}",), {"sn": "Byron"}) == 1
    assert read(store, "dn", (f"uid=ada,ou=staff,{BASE}",))[0]["sn"] == "Byron"


def test_an_entry_with_others_below_it_stays(staff: Directory) -> None:
    device = {"objectClass": ["device"], "cn": ["phone"]}
    staff.server.add((f"cn=phone,uid=ada,ou=staff,{BASE}", device))
    store = staff.open(declared("dn mail"))
    with pytest.raises(ConflictError):
        store.erase(store.definition.collection("t"), ("mail",), [("ada@example.com",)])
    assert len(read(store, "mail", ("ada@example.com",))) == 1


def test_an_account_that_may_only_read_reads_beyond_its_limit_and_cannot_erase(
    staff: Directory,
) -> None:
    reader = {"objectClass": ["simpleSecurityObject", "organizationalRole"], "cn": ["reader"],
              "userPassword": ["only read"]}  # fmt: skip
    staff.server.add((f"cn=reader,{BASE}", reader))
    address = (
        f"ldap://cn=reader%2C{BASE}:only%20read@127.0.0.1:{staff.server.port}/{BASE}?tls=none"
    )
    store = staff.open(declared("dn sn"), address)
    store.check()
    people = store.definition.collection("t")
    with pytest.raises(UnavailableError, match="write"):
        store.erase(people, ("sn",), [("X",)])
    assert store.count(people, ("sn",), [("X",)]) == 1


@pytest.mark.parametrize(
    "change", [("pass%20", "s3cret"), ("?tls=none", "")], ids=["password", "no StartTLS"]
)
def test_a_directory_that_refuses_is_unavailable_and_no_secret_told(
    staff: Directory, change: tuple[str, str]
) -> None:
    store = staff.open(declared("dn sn"), staff.server.address.replace(*change))
    with pytest.raises(UnavailableError) as refused:
        store.check()
    told = f"{refused.value} {refused.value.__cause__}"
    assert "s3cret" not in told
    assert "pass word" not in told


@pytest.mark.parametrize(
    "address",
    [
        "ldap://",
        "ldap://h",
        "ldap://h/",
        "ldap://h/dc=x?x",
        "ldaps://h/dc=x?tls=none",
        "ldap://[/x",
    ],
)
def test_an_address_of_another_form_is_refused(address: str) -> None:
    with pytest.raises(InvalidError):
        LdapConnector(declared("dn"), address)


def test_a_connection_that_the_server_ended_is_replaced(staff: Directory) -> None:
    with wire_to("127.0.0.1", staff.server.port) as (port, _cut):
        there = f":{staff.server.port}/"
        store = staff.open(declared("dn sn"), staff.server.address.replace(there, f":{port}/"))
        assert len(read(store, "sn", ("X",))) == 1
        for line in store._conversation._idle:  # noqa: SLF001 -- to break it
            line.cut()
        assert len(read(store, "sn", ("X",))) == 1


@pytest.mark.timeout(30)
def test_a_server_that_falls_silent_is_given_up(
    staff: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "PATIENCE", 0.3)
    monkeypatch.setattr(conversation, "CONNECT_PATIENCE", 0.3)
    with wire_to("127.0.0.1", staff.server.port) as (port, cut):
        there = f":{staff.server.port}/"
        store = staff.open(declared("dn sn"), staff.server.address.replace(there, f":{port}/"))
        assert len(read(store, "sn", ("X",))) == 1
        cut.set()
        with pytest.raises(UnavailableError):
            read(store, "sn", ("X",))
        store.close()


@pytest.mark.timeout(30)
@pytest.mark.parametrize("scheme", ["ldaps://", "ldap://"])
def test_a_port_that_accepts_and_says_nothing_is_given_up(
    slapd: DirectoryServer, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    assert slapd.port  # without a directory there is no driver either
    monkeypatch.setattr(conversation, "CONNECT_PATIENCE", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"{scheme}u:p@127.0.0.1:{silent.getsockname()[1]}/dc=x"
        with pytest.raises(UnavailableError):
            LdapConnector(declared("dn"), address).check()


def test_a_draft_names_classes_with_their_attributes_and_can_be_registered(
    staff: Directory,
) -> None:
    draft = introspect("ad", staff.server.address)
    tables = {c.source_table: c for c in draft.definition.collections}
    assert set(tables) == {"domain", "inetOrgPerson", "inetOrgPerson mail", "organizationalUnit"}
    assert set(tables["inetOrgPerson"].columns) == {
        "dn", "uid", "cn", "sn", "telephoneNumber", "employeeNumber",
    }  # fmt: skip
    assert "email" in {one.kind for one in tables["inetOrgPerson mail"].identities}
    address = staff.server.address
    store = connector_for(connector_of(address))(draft.definition, address)
    store.check()
    assert isinstance(store, LdapConnector)
    assert {table.name for table in store.survey()} == set(tables)
    findings = walk({"ad": store}, {"email": {"countess@example.com"}})
    assert not [line for line in findings.coverage if line.outcome is Outcome.FAILED]
    store.close()


def values_of_mail() -> StoreDefinition:
    staff = {"name": "staff", "table": "inetOrgPerson", "primary_key": ["dn"], "fields": [
        {"name": "dn", "data_category": "identity"}, {"name": "mail", "data_category": "contact"},
    ]}  # fmt: skip
    mail = {"name": "mail", "table": "inetOrgPerson mail", "primary_key": ["dn", "mail"],
            "fields": [
        {"name": "dn", "data_category": "identity"},
        {"name": "mail", "data_category": "contact", "identity": "email"},
    ], "links": [
        {"columns": ["dn"], "to": "staff", "to_columns": ["dn"], "direction": "owns"},
        {"columns": ["dn"], "to": "mail", "to_columns": ["dn"], "direction": "owns"},
    ]}  # fmt: skip
    return from_document({"name": "ad", "purposes": [], "collections": [staff, mail]})


def test_one_of_several_addresses_leads_to_the_entry_and_to_the_others(staff: Directory) -> None:
    store = staff.open(values_of_mail())
    store.check()
    findings = walk({"ad": store}, {"email": {"countess@example.com"}})
    assert findings.is_complete
    mails = {row.values["mail"] for row in findings.rows["ad", "mail"]}
    assert mails == {"Ada@Example.com", "countess@example.com"}
    assert [row.values["dn"][:7] for row in findings.rows["ad", "staff"]] == ["uid=ada"]  # type: ignore[index]  # a DN is a text


def test_one_of_several_values_is_taken_away_and_the_entry_stays(staff: Directory) -> None:
    store = staff.open(values_of_mail())
    mails = store.definition.collection("mail")
    assert store.capabilities == {Capability.ERASE}
    assert store.erase(mails, ("mail",), [("countess@example.com",), ("no@example.com",)]) == 1
    assert store.count(mails, ("mail",), [("countess@example.com",)]) == 0
    assert store.count(mails, ("mail",), [("ada@example.com",)]) == 1
    with pytest.raises(InvalidError, match="cannot rectify"):
        store.rectify(mails, ("x", "ada@example.com"), {"mail": "x"})
