"""The script that pages embed: configured, cacheable, and in the visitor's language."""

import base64
import gzip
import hashlib
import re

import brotli
import pytest
from werkzeug.test import TestResponse

from privacy.web.banner import script, serving
from tests.fakes import FakeClock
from tests.make import make_purpose
from tests.web.banner.conftest import ASKED, Shop, configuration, publish
from tests.web.conftest import told


def fetched(shop: Shop, query: str = "", **headers: str) -> TestResponse:
    return shop.app.test_client().get(f"/banner/{shop.site.key}.js{query}", headers=headers)


def test_the_script_carries_the_notice_of_its_site_as_json(shop: Shop):
    answer = fetched(shop)
    config = configuration(answer)
    assert (answer.status_code, answer.mimetype) == (200, "text/javascript")
    assert script.PLACE not in answer.get_data(as_text=True)
    assert (config["site"], config["notice"]) == (shop.site.key, shop.site.notices["fr"])
    assert config["codes"] == list(ASKED)
    assert config["exempt"] == ".essential:1"
    assert config["service"] == "http://localhost"
    # From 2 March to the end of 2 September: a day less, since the first has begun.
    assert config["days"] == 184


@pytest.mark.parametrize(
    ("query", "accepted", "language"),
    [
        ("", None, "fr"),
        ("", "en-GB,en;q=0.9,fr;q=0.5", "en"),
        ("", "fr-CH, en;q=0.3", "fr"),
        ("", "ja, uk;q=0.9", "fr"),
        ("", "ja, en;q=0.4", "en"),
        ("?lang=en", "fr", "en"),
        ("?lang=fr", "en", "fr"),
        ("?lang=ja", "en", "en"),
        ("?lang=ja", None, "fr"),
        ("?lang=../../etc", None, "fr"),
    ],
)
def test_the_tag_s_language_comes_first_then_the_browser_s(
    shop: Shop, query: str, accepted: str | None, language: str
):
    headers = {"Accept-Language": accepted} if accepted else {}
    config = configuration(fetched(shop, query, **headers))
    assert config["language"] == language
    assert config["notice"] == shop.site.notices[language]


def test_the_script_may_be_kept_for_five_minutes_by_everybody_and_used_anywhere(shop: Shop):
    headers = fetched(shop).headers
    assert headers["Cache-Control"] == "public, max-age=300"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Accept-Language" in headers["Vary"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in headers


def test_an_unchanged_script_is_not_sent_again_and_a_changed_one_is(shop: Shop):
    tag, before = fetched(shop).headers["ETag"], configuration(fetched(shop))["material"]
    again = fetched(shop, **{"If-None-Match": tag})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert again.headers["ETag"] == tag
    assert again.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    runtime = shop.runtime
    with runtime.database.transaction() as session:
        at = runtime.clock()
        make_purpose(session, at=at, controller_id=shop.site.controller_id, code="social_sharing")
        publish(session, session.get_one(type(shop.site), shop.site.id), at)
    changed = fetched(shop, **{"If-None-Match": tag})
    assert changed.status_code == 200
    with runtime.database.reading() as session:
        shown = session.get_one(type(shop.site), shop.site.id).notices["fr"]
    assert configuration(changed)["notice"] == shown != shop.site.notices["fr"]
    assert configuration(changed)["material"] != before, "a new version must be asked again"


def test_another_language_has_another_tag(shop: Shop):
    assert fetched(shop).headers["ETag"] != fetched(shop, "?lang=en").headers["ETag"]


@pytest.mark.parametrize("key", ["pk_000000000000", "x", "pk_%27", "pk_é"])
def test_an_unknown_site_has_no_script(shop: Shop, key: str):
    answer = shop.app.test_client().get(f"/banner/{key}.js")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def test_a_head_request_tells_the_same_without_the_script(shop: Shop):
    answer = shop.app.test_client().head(f"/banner/{shop.site.key}.js")
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["ETag"] == fetched(shop).headers["ETag"]


def test_a_browser_that_said_that_its_visitor_answered_keeps_getting_the_stub(shop: Shop):
    full = fetched(shop)
    stub = fetched(shop, Accept="text/stub")
    assert len(stub.get_data()) < len(full.get_data()) / 2
    assert stub.headers["Cache-Control"] == "private, max-age=300"
    assert "Accept," not in stub.headers["Vary"], "the copy is meant for the tag, too"
    tag = stub.headers["ETag"]
    again = fetched(shop, **{"If-None-Match": tag})
    assert (again.status_code, again.headers["ETag"]) == (304, tag)
    other = fetched(shop, "?lang=en", **{"If-None-Match": tag})
    assert other.status_code == 200
    assert len(other.get_data()) < len(full.get_data()) / 2
    assert len(fetched(shop, **{"If-None-Match": full.headers["ETag"]}).get_data()) == 0


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*;q=0", None),
        ("", None),
    ],
)
def test_files_travel_compressed_as_the_browser_can(
    shop: Shop, accepted: str, encoding: str | None
):
    answer = fetched(shop, **{"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in answer.headers["Vary"]
    opened = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert opened(answer.get_data()) == fetched(shop).get_data()
    assert (answer.headers["ETag"] == fetched(shop).headers["ETag"]) == (encoding is None)


def named(answer: TestResponse) -> str:
    """Return the address of the part that an entry names."""
    found = re.search(
        r"""http://localhost(/banner/pk_\w+/[\w-]+\.js)""", answer.get_data(as_text=True)
    )
    assert found
    return found[1]


def test_parts_are_kept_for_ever_under_the_hash_of_their_bytes(shop: Shop):
    client = shop.app.test_client()
    addresses = {named(fetched(shop)), named(fetched(shop, Accept="text/stub"))}
    assert len(addresses) == 2
    for address in addresses:
        part = client.get(address)
        assert f"/{script.name(part.get_data(as_text=True))[:8]}." in address
        assert part.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert part.headers["Access-Control-Allow-Origin"] == "*"
        assert part.mimetype == "text/javascript"
    gone = client.get(f"/banner/{shop.site.key}/AAAAAAAAAAAA.js")
    assert gone.status_code == 404


def test_the_part_of_yesterday_is_still_there_after_midnight_and_after_a_restart(
    shop: Shop, clock: FakeClock
):
    address = named(fetched(shop, Accept="text/stub"))
    clock.advance(days=1)
    while named(fetched(shop, Accept="text/stub")) == address:  # months differ in length
        clock.advance(days=1)
    serving.install(shop.app)
    assert shop.app.test_client().get(address).status_code == 200
    clock.advance(days=1)
    serving.install(shop.app)
    assert shop.app.test_client().get(address).status_code == 404


def test_a_pinned_file_is_what_its_tag_says(shop: Shop):
    short, pinned, drawn, style = script.embed_tags(site=shop.site, service_url="http://localhost")
    assert short == (
        "short",
        f'<script src="http://localhost/banner/{shop.site.key}.js" async></script>',
    )
    assert drawn == ("drawn", f"http://localhost/banner/{shop.site.key}.html")
    assert style == ("style", f"style-src {script.style_source()}")
    address, said = re.findall(r'(?:src="http://localhost|integrity=")([^"]+)', pinned[1])
    answer = shop.app.test_client().get(address)
    digest = base64.b64encode(hashlib.sha384(answer.get_data()).digest()).decode()
    assert said == f"sha384-{digest}"
    assert answer.headers["Cache-Control"].endswith("immutable")
    assert shop.app.test_client().get("/banner/assets/banner.AAAA.js").status_code == 404


def test_the_configuration_is_told_as_data_too(shop: Shop):
    answer = shop.app.test_client().get(f"/banner/{shop.site.key}.json?lang=en")
    data = told(answer)
    assert data["language"] == "en"
    assert data["notice"] == shop.site.notices["en"]
    assert data["codes"] == list(ASKED)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_the_first_layer_is_drawn_for_servers_in_the_language_that_they_ask_for(shop: Shop):
    answer = shop.app.test_client().get(f"/banner/{shop.site.key}.html?lang=en")
    text = answer.get_data(as_text=True)
    assert answer.mimetype == "text/html"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert 'lang="en" dir="ltr" id="cb" role="dialog"' in text
    assert f'data-notice="{shop.site.notices["en"]}"' in text
    style = text.removeprefix("<style>").partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert script.style_source() == f"'sha256-{digest}'"


@pytest.mark.parametrize("name", ["banner", "html", "json", "stub"])
def test_what_changes_under_its_address_is_no_part_that_is_kept_for_ever(shop: Shop, name: str):
    client = shop.app.test_client()
    assert fetched(shop).status_code == 200
    assert client.get(f"/banner/{shop.site.key}/{name}.js").status_code == 404


def test_a_tag_may_ask_for_a_language(shop: Shop):
    tags = script.embed_tags(site=shop.site, service_url="http://localhost", language="en")
    assert '.js?lang=en"' in tags[0][1]
    assert 'data-lang="en"' in tags[1][1]
