"""`privacy sites`."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from privacy.consent.models import SiteSecret
from privacy.purposes import acts, queries
from privacy.purposes.models import LegalBasis
from privacy.runtime import Runtime
from privacy.web.banner import script
from tests.cli.conftest import Privacy
from tests.entries import waiting_entries

ADD = (
    "sites", "add", "--name", "Boutique", "--origin", "https://Boutique.example/",
    "--purpose", "essential", "--purpose", "audience_consent",
)  # fmt: skip


def test_a_site_is_registered_with_its_notices_and_its_tag(runtime: Runtime, privacy: Privacy):
    made = privacy(*ADD, "--json").facts
    key = made["site"]
    assert made["tag"] == f'<script src="https://privacy.example/banner/{key}.js" async></script>'
    with runtime.database.reading() as session:
        site = queries.site_by_key(session, key)
        notice = queries.current_notice(session, site=site, language="en")
    assert site.origins == ["https://boutique.example"]
    asked = json.loads(notice.document)["purposes"]
    assert [purpose["code"] for purpose in asked] == ["audience_consent"]
    assert len(waiting_entries(runtime.database, "notice.published")) == len(script.LANGUAGES)
    assert privacy(*ADD).out.startswith('<script src="https://privacy.example/banner/pk_')


def test_sites_are_listed_and_published_again_without_change(runtime: Runtime, privacy: Privacy):
    key = privacy(*ADD, "--json").facts["site"]
    before = len(waiting_entries(runtime.database))
    assert privacy("sites", "list", "--json").facts == {
        key: {
            "name": "Boutique",
            "origins": ["https://boutique.example"],
            "purposes": ["essential", "audience_consent"],
        }
    }
    for word in (key, "Boutique", "https://boutique.example", "audience_consent"):
        assert word in privacy("sites", "list").out
    assert set(privacy("sites", "publish", "--json").facts["sites"][key]) == {*script.LANGUAGES}
    assert len(waiting_entries(runtime.database)) == before


def test_a_language_that_a_site_cannot_show_is_named(runtime: Runtime, privacy: Privacy):
    key = privacy(*ADD, "--json").facts["site"]
    at = runtime.clock()
    with runtime.database.transaction() as session:
        site = queries.site_by_key(session, key)
        known = queries.current_purposes(session, controller_id=site.controller_id)
        texts = dict(known["audience_consent"].texts)
        del texts["de"]
        facts = acts.PurposeFacts("audience_consent", LegalBasis.CONSENT, texts, {})
        acts.publish_purpose(
            session, actor="system", at=at, controller_id=site.controller_id, facts=facts
        )
    assert "  de is not shown: audience_consent" in privacy("sites", "publish").out.splitlines()
    told = privacy("sites", "publish", "--json").facts
    assert told["missing"] == {key: {"de": ["audience_consent"]}}
    assert set(told["sites"][key]) == {*script.LANGUAGES} - {"de"}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (("--origin", "https://a.example/path"), "origins: https://a.example/path"),
        (("--purpose", "never_published"), "never_published"),
        (("--controller", "nobody"), "--controller: fictive"),
    ],
)
def test_what_is_wrong_with_a_site_is_named_and_nothing_stays(
    company: Path, privacy: Privacy, changes: tuple[str, ...], told: str
):
    assert company.exists()
    ran = privacy(*ADD, *changes)
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err
    assert privacy("sites", "list", "--json").facts == {}


@pytest.mark.usefixtures("company")
def test_every_way_to_embed_a_site_is_printed(privacy: Privacy):
    key = privacy(*ADD, "--json").facts["site"]
    ways = privacy("sites", "tags", key, "--lang", "fr", "--json").facts["tags"]
    assert list(ways) == ["short", "pinned", "drawn", "style"]
    assert ways["drawn"] == f"https://privacy.example/banner/{key}.html?lang=fr"
    assert 'integrity="sha384-' in ways["pinned"]
    lines = privacy("sites", "tags", key).out.splitlines()
    assert f"drawn   https://privacy.example/banner/{key}.html" in lines


def test_a_secret_is_printed_once_sealed_and_the_one_before_still_counts(
    runtime: Runtime, privacy: Privacy
):
    key = privacy(*ADD, "--json").facts["site"]
    first = privacy("sites", "secret", key, "--json").facts
    second = privacy("sites", "secret", key).out.strip()
    assert first["site"] == key
    assert len({first["secret"], second}) == 2
    with runtime.database.reading() as session:
        rows = list(session.scalars(select(SiteSecret)))
    assert len(rows) == 2
    kept = b"".join(bytes(row.secret_sealed) for row in rows)
    assert first["secret"].encode() not in kept
    assert second.encode() not in kept
    entries = waiting_entries(runtime.database, "site.secret-issued")
    assert [entry.details["site"] for entry in entries] == [key, key]
    assert not any(first["secret"].encode() in entry.body for entry in entries)


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("command", ["secret", "tags"])
def test_a_key_that_is_no_site_of_the_controller_is_refused(privacy: Privacy, command: str):
    ran = privacy("sites", command, "pk_unknownunknown")
    assert ran.status != 0
    assert "site key is not known" in ran.err


MAPPING = """
purposes: {audience_consent: [analytics]}
notices: [{text: "Nous utilisons des cookies.", since: 2026-01-15}]
"""


def test_a_site_takes_choices_over_from_another_banner_until_it_is_told_to_stop(
    runtime: Runtime, privacy: Privacy, tmp_path: Path
):
    key = privacy(*ADD, "--json").facts["site"]
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(MAPPING)
    move = ("sites", "move", key, "--from", "klaro", "--mapping", str(mapping))
    tag = privacy(*move).out.strip()
    assert "/banner/assets/move." in tag
    assert f'data-for="{key}" data-tool="klaro"' in tag
    with runtime.database.reading() as session:
        moves = queries.site_by_key(session, key).moves
    assert moves is not None
    assert moves["mapping"]["notices"][0]["since"] == "2026-01-15"
    assert len(waiting_entries(runtime.database, "site.changed")) == 1
    assert privacy(*move[:3], "--stop").out.startswith("<script src=")
    with runtime.database.reading() as session:
        assert queries.site_by_key(session, key).moves is None


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("purposes: {mk_email: [x]}", "audience_consent"),
        ("purposes: {}", "mapping"),
        ("{", "neither YAML nor JSON"),
    ],
)
def test_a_mapping_that_leaves_a_purpose_open_is_refused(
    privacy: Privacy, tmp_path: Path, text: str, told: str
):
    key = privacy(*ADD, "--json").facts["site"]
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(text)
    ran = privacy("sites", "move", key, "--from", "klaro", "--mapping", str(mapping))
    assert ran.status == 2
    assert told in ran.err
    assert privacy("sites", "move", key).status == 2
