"""The notice: the same words, the same hash; a material change, a new question."""

import json
from dataclasses import replace

import pytest

from privacy.purposes.notices import Frame, Wording, compose, digest, spelled

FRAME = Frame(
    "pk_1", "fr", ["Boutique"], "https://boutique.example/p", "P6M", {"accept": "Oui"}, "s1"
)
AUDIENCE = Wording("audience", 1, "consent", True, "Statistiques", "Compter.", "…", {"gpc": False})
ESSENTIAL = Wording("essential", 1, "strictly_necessary", False, "Site", "Panier.", "…", {})


def _material(frame, wordings):
    return json.loads(compose(frame, wordings))["material"]


def test_the_same_words_give_the_same_hash():
    first = digest(compose(FRAME, [AUDIENCE, ESSENTIAL]))
    assert first == digest(compose(FRAME, [AUDIENCE, ESSENTIAL]))


def test_one_changed_word_changes_the_hash_but_asks_nobody_again():
    reworded = Wording("audience", 1, "consent", True, "Mesures", "Compter.", "…", {"gpc": False})
    assert digest(compose(FRAME, [reworded])) != digest(compose(FRAME, [AUDIENCE]))
    assert _material(FRAME, [reworded]) == _material(FRAME, [AUDIENCE])


def test_a_new_version_of_a_purpose_must_be_asked_again():
    changed = Wording("audience", 2, "consent", True, "Statistiques", "Compter.", "…", {})
    assert _material(FRAME, [changed]) != _material(FRAME, [AUDIENCE])


def test_a_new_controller_must_be_asked_for():
    joint = replace(FRAME, controllers=["Boutique", "Régie"])
    assert _material(joint, [AUDIENCE]) != _material(FRAME, [AUDIENCE])


def test_what_needs_no_consent_is_named_and_never_asked():
    document = json.loads(compose(FRAME, [AUDIENCE, ESSENTIAL]))
    assert [purpose["code"] for purpose in document["purposes"]] == ["audience"]
    assert [purpose["code"] for purpose in document["exempt"]] == ["essential"]
    assert "legal_basis" not in document["exempt"][0]


def test_two_sites_that_show_the_same_words_have_notices_of_their_own():
    other = replace(FRAME, site="pk_2")
    assert digest(compose(other, [AUDIENCE])) != digest(compose(FRAME, [AUDIENCE]))
    assert _material(other, [AUDIENCE]) == _material(FRAME, [AUDIENCE])


def test_details_of_a_purpose_cannot_speak_for_its_version_or_words():
    sly = replace(AUDIENCE, details={"version": 7, "title": "Rien", "vendors": []})
    (purpose,) = json.loads(compose(FRAME, [sly]))["purposes"]
    assert (purpose["version"], purpose["title"], purpose["vendors"]) == (1, "Statistiques", [])


@pytest.mark.parametrize(
    ("period", "language", "words"),
    [
        ("P13M", "fr", "13 mois"),
        ("P13M", "en", "13 months"),
        ("P1M", "en", "1 month"),
        ("P1Y", "fr", "12 mois"),
        ("P1D", "fr", "1 jour"),
        ("P1M2D", "en", "1 month 2 days"),
        ("P13M", "pl", "13 miesięcy"),
        ("P2M1D", "ar", "شهران يوم واحد"),
        ("session", "fr", "session"),
    ],
)
def test_a_lifetime_is_said_in_words(period, language, words):
    assert spelled(period, language) == words
