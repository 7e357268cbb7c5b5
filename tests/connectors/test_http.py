"""What is particular to HTTP: paging, throttling, faults, secrets, and where it may not go."""

import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from privacy.errors import InvalidError, UnavailableError
from privacy.stores.connectors.http import conversation
from privacy.stores.connectors.http.connector import HttpConnector
from privacy.stores.definition_file import from_yaml
from privacy.stores.protocol import Capability
from tests.connectors.web import Service, drop, hang, running_service, status

PEOPLE = [
    {"id": n, "email": f"n{n}@example.com", "contact": {"phones": [{"no": f"+3363998{n:04}"}]}}
    for n in range(1, 8)
]
YAML = """
name: desk
options: {{allow_hosts: [127.0.0.1], per_second: 0, {manners}}}
collections:
  - name: people
    primary_key: [id]
    fields:
      - {{name: id, data_category: identity}}
      - {{name: email, data_category: contact, identity: email}}
      - {{name: phone, data_category: contact, identity: phone}}
    options:
      fields: {{phone: "contact.phones[0].no"}}
      read:
        - {{path: /people, rows: data.items, {paging}}}
        {more}
"""


OPENED: list[HttpConnector] = []


@pytest.fixture
def service() -> Iterator[Service]:
    with running_service() as one:
        one.tables["people"] = [dict(row) for row in PEOPLE]
        one.size = 3
        yield one
        for store in OPENED:
            store.close()
        OPENED.clear()


def opened(
    service: Service,
    *,
    manners: str = "seconds: 5",
    paging: str = "",
    more: str = "",
    address: str = "",
) -> HttpConnector:
    text = YAML.format(manners=manners, paging=paging, more=more)
    store = HttpConnector(from_yaml(text), address or service.address)
    store._conversation._pause = lambda _seconds: None  # noqa: SLF001 -- nobody waits here
    OPENED.append(store)
    return store


def found(store: HttpConnector, column: str, *texts: str) -> list[Any]:
    people = store.definition.collection("people")
    return [row["id"] for row in store.read(people, (column,), [(text,) for text in texts])]


ALL = [str(n) for n in range(1, 8)]


@pytest.mark.parametrize(
    ("paging", "asked"),
    [
        ("paging: {kind: page, parameter: page}", ["?page=1", "?page=2", "?page=3", "?page=4"]),
        (
            "paging: {kind: offset, parameter: offset}",
            ["?offset=0", "?offset=3", "?offset=6", "?offset=7"],
        ),
        (
            "paging: {kind: cursor, parameter: after, at: meta.next}",
            ["", "?after=3", "?after=6"],
        ),
        ("paging: {kind: link}", ["", "?after=3", "?after=6"]),
    ],
    ids=["page", "offset", "cursor", "link"],
)
def test_every_way_of_paging_is_followed_to_its_end(
    service: Service, paging: str, asked: list[str]
) -> None:
    assert found(opened(service, paging=paging), "id", *ALL) == [1, 2, 3, 4, 5, 6, 7]
    assert service.asked == [f"GET /people{query}" for query in asked]


def test_pages_are_streamed(service: Service) -> None:
    store = opened(service, paging="paging: {kind: link}")
    stream = store.read(store.definition.collection("people"), ("id",), [(n,) for n in ALL])
    next(stream)
    assert len(service.asked) == 1


def test_an_interface_that_does_not_understand_pages_is_not_asked_for_ever(
    service: Service,
) -> None:
    paging = "paging: {kind: page, parameter: p}"
    service.tables["people"] = service.tables["people"][:2]
    service.answers = [status(200, {"data": {"items": PEOPLE[:1]}}) for _ in range(5)]
    with pytest.raises(InvalidError, match="same page"):
        found(opened(service, paging=paging), "id", *ALL)


BY_EMAIL = "- {columns: [email], path: /people, query: {email: '{email}'}, rows: data.items}"


def test_a_request_by_a_column_asks_for_no_more_than_is_needed(service: Service) -> None:
    store = opened(service, more=BY_EMAIL)
    assert found(store, "email", "n2@example.com", "a&b=c d/é@x") == [2]
    assert sorted(service.asked) == [
        "GET /people?email=a%26b%3Dc+d%2F%C3%A9%40x",
        "GET /people?email=n2%40example.com",
    ]


def test_what_the_interface_gives_too_much_is_left_out(service: Service) -> None:
    store = opened(service, more=BY_EMAIL)
    service.answers = [status(200, {"data": {"items": PEOPLE}})]
    assert found(store, "email", "n2@example.com") == [2]


def test_keys_in_a_path_stay_in_their_segment(service: Service) -> None:
    by_id = "- {columns: [id], path: '/people/{id}', missing: true}"
    store = opened(service, more=by_id)
    assert found(store, "id", "../secrets", "..", ".", "a/b?c#d") == []
    assert sorted(service.asked) == ["GET /people/..%2Fsecrets", "GET /people/a%2Fb%3Fc%23d"]


def test_one_object_is_one_row_and_paths_lead_into_it(service: Service) -> None:
    store = opened(service, more="- {columns: [id], path: '/people/{id}', missing: true}")
    service.answers = [status(200, PEOPLE[2])]
    people = store.definition.collection("people")
    (row,) = store.read(people, ("id",), [("3",)])
    assert row == {"id": 3, "email": "n3@example.com", "phone": "+33639980003"}


@pytest.mark.parametrize(
    ("body", "rows"), [({"data": {"items": None}}, []), ({"data": {"items": []}}, [])]
)
def test_an_empty_answer_is_empty(service: Service, body: object, rows: list[int]) -> None:
    service.answers = [status(200, body)]
    assert found(opened(service), "id", "1") == rows


@pytest.mark.parametrize("body", [{}, {"data": []}, [], "s3cret", {"data": {"items": "s3cret"}}])
def test_rows_that_are_not_where_they_should_be_are_a_fault_and_not_nothing(
    service: Service, body: object
) -> None:
    service.answers = [status(200, body)]
    with pytest.raises(InvalidError) as refused:
        found(opened(service), "id", "1")
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("number", "error"),
    [
        (400, InvalidError),
        (401, UnavailableError),
        (403, UnavailableError),
        (404, InvalidError),
        (500, UnavailableError),
    ],
)
def test_a_refusal_is_told_in_its_kind(
    service: Service, number: int, error: type[Exception]
) -> None:
    service.answers = [status(number, {"error": "s3cret"})]
    with pytest.raises(error) as refused:
        found(opened(service), "id", "1")
    assert "s3cret" not in str(refused.value)
    assert len(service.asked) == 1


DATED = {"Date": "Sun, 01 Mar 2026 10:00:00 GMT", "Retry_After": "Sun, 01 Mar 2026 10:00:07 GMT"}


@pytest.mark.parametrize(
    ("headers", "waits"),
    [({"Retry_After": "3"}, [3.0, 3.0]), ({}, [0.5, 1.0]), (DATED, [7.0, 7.0])],
)
def test_an_interface_that_throttles_is_waited_for(
    service: Service, headers: Mapping[str, str], waits: list[float]
) -> None:
    def throttled(handler: Any) -> None:
        body = b"{}"
        handler.send_response_only(429)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    service.answers = [throttled, throttled]
    store = opened(service)
    waited: list[float] = []
    store._conversation._pause = waited.append  # noqa: SLF001 -- nobody waits here
    assert found(store, "id", "1") == [1]
    assert waited == waits


def test_who_asks_for_too_much_patience_counts_as_away(service: Service) -> None:
    service.answers = [status(503, None, Retry_After="3600")]
    with pytest.raises(UnavailableError):
        found(opened(service), "id", "1")
    assert len(service.asked) == 1


def test_a_connection_that_breaks_is_made_anew(service: Service) -> None:
    store = opened(service)
    service.answers = [drop, status(502), drop]
    assert found(store, "id", "1") == [1]
    service.answers = [drop] * conversation.TRIES
    with pytest.raises(UnavailableError):
        found(store, "id", "1")
    assert found(store, "id", "2") == [2]


@pytest.mark.timeout(30)
def test_an_interface_that_hangs_is_given_up(service: Service) -> None:
    store = opened(service, manners="seconds: 0.3")
    service.answers = [hang(3)]
    with pytest.raises(UnavailableError):
        found(store, "id", "1")
    assert found(store, "id", "1") == [1]


def test_requests_keep_the_pace_that_is_declared(service: Service) -> None:
    store = opened(service, manners="seconds: 5", more=BY_EMAIL)
    slow = conversation.Conversation(service.address, store._manners)  # noqa: SLF001 -- its own parts
    object.__setattr__(slow._manners, "per_second", 2)  # noqa: SLF001 -- the same
    waited: list[float] = []
    slow._pause = waited.append  # noqa: SLF001 -- nobody waits here
    for _ in range(3):
        slow.ask("GET", "/people")
    slow.close()
    assert [round(seconds) for seconds in waited] == [0, 1]


@pytest.mark.parametrize(
    ("manners", "account", "header", "value"),
    [
        ("auth: bearer", ":s3cret", "Authorization", "Bearer s3cret"),
        ("auth: basic", "me:s3%2Fcret", "Authorization", "Basic bWU6czMvY3JldA=="),
        ("auth: header, header: X-Api-Key", ":s3cret", "X-Api-Key", "s3cret"),
    ],
)
def test_the_secret_of_the_address_is_presented_and_never_told(
    service: Service, manners: str, account: str, header: str, value: str
) -> None:
    address = f"http://{account}@127.0.0.1:{service.port}"
    store = opened(service, manners=manners, address=address)
    assert found(store, "id", "1") == [1]
    assert service.headers[0][header] == value
    service.answers = [status(401)]
    with pytest.raises(UnavailableError) as refused:
        found(store, "id", "1")
    assert "cret" not in f"{refused.value!r} {refused.value.__cause__} {store._conversation.base}"  # noqa: SLF001 -- its own parts


def test_a_secret_that_is_missing_or_breaks_a_line_is_refused(service: Service) -> None:
    for account in ("", ":a%0D%0AX-Evil: 1@"):
        with pytest.raises(InvalidError):
            opened(
                service,
                manners="auth: bearer",
                address=f"http://{account}127.0.0.1:{service.port}",
            )


@pytest.mark.parametrize(
    "location",
    ["http://evil.example/people", "//evil.example/x", "https://127.0.0.1/people", "http://[", ""],
)
def test_a_redirect_to_another_host_is_not_followed(service: Service, location: str) -> None:
    service.answers = [status(302, None, Location=location)]
    with pytest.raises(InvalidError):
        found(opened(service), "id", "1")
    assert len(service.asked) == 1


def test_a_redirect_within_the_host_is_followed_but_not_for_ever(service: Service) -> None:
    service.answers = [status(307, None, Location="/people?page=1")]
    assert found(opened(service), "id", "1") == [1]
    service.answers = [status(302, None, Location="/people")] * 9
    with pytest.raises(InvalidError):
        found(opened(service), "id", "1")


def test_a_next_page_on_another_host_is_not_followed(service: Service) -> None:
    link = '<http://evil.example/people>; rel="next"'
    service.answers = [status(200, {"data": {"items": PEOPLE[:1]}}, Link=link)]
    with pytest.raises(InvalidError):
        found(opened(service, paging="paging: {kind: link}"), "id", "2")


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1",
        "https://localhost",
        "https://10.0.0.7",
        "https://169.254.169.254/latest",
        "https://[::1]",
        "https://[::ffff:127.0.0.1]",
        "https://2130706433",
    ],
)
def test_private_addresses_are_refused_unless_they_are_allowed(
    service: Service, address: str
) -> None:
    definition = from_yaml(
        YAML.format(manners="", paging="", more="").replace("127.0.0.1", "other.example")
    )
    store = HttpConnector(definition, address)
    with pytest.raises((InvalidError, UnavailableError)):
        found(store, "id", "1")
    assert service.asked == []


def test_a_name_that_leads_into_the_private_network_is_refused(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        conversation, "look_up", lambda _host, _port: ["93.184.215.14", "10.0.0.1"]
    )
    store = opened(service, address="https://inside.example")
    with pytest.raises(InvalidError, match="private"):
        found(store, "id", "1")


@pytest.mark.parametrize(
    "address",
    ["http://other.example", "ftp://x", "https://", "https://h/p?q=1", "https://h:99999", "x"],
)
def test_another_address_is_refused(service: Service, address: str) -> None:
    with pytest.raises(InvalidError):
        opened(service, address=address)


FAULTS = {
    "- {columns: [nobody], path: /x, query: {a: '{nobody}'}}": "names a column",
    "- {columns: [email], path: /x}": "must use each of its columns",
    "- {path: '/x/{email}'}": "must use each of its columns",
    "- {path: '/x/{'}": "braces",
    "- {path: x}": "slash",
    "- {path: /x, verb: GET}": "is not known",
    "- {path: /x, paging: {kind: guess}}": "must be one of",
}


@pytest.mark.parametrize("more", FAULTS)
def test_what_a_definition_words_wrongly_is_told(service: Service, more: str) -> None:
    with pytest.raises(InvalidError) as refused:
        opened(service, more=more)
    assert FAULTS[more] in str(refused.value.fields)


def test_what_is_not_worded_cannot_be_done(service: Service) -> None:
    store = opened(service)
    assert store.capabilities == frozenset()
    with pytest.raises(InvalidError, match="cannot erase"):
        store.erase(store.definition.collection("people"), ("id",), [("1",)])
    assert Capability.ERASE not in store.capabilities


def test_check_names_a_field_that_answers_do_not_have(service: Service) -> None:
    store = opened(service)
    store.check()
    service.tables["people"] = [{"id": 1, "contact": {}}]
    with pytest.raises(InvalidError) as refused:
        store.check()
    assert list(refused.value.fields) == ["people.email"]


@pytest.mark.timeout(30)
def test_a_port_where_nobody_is_counts_as_away() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    store = opened(Service(port))
    with pytest.raises(UnavailableError):
        store.check()
