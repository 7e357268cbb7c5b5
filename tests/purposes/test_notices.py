"""The notice: the same words, the same hash; a material change, a new question."""

import json

from privacy.purposes.notices import Frame, Wording, compose, digest

FRAME = Frame("fr", ["Boutique"], "https://boutique.example/p", "P6M", {"accept": "Oui"}, "s1")
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
    joint = Frame("fr", ["Boutique", "Régie"], FRAME.policy_url, "P6M", FRAME.texts, "s1")
    assert _material(joint, [AUDIENCE]) != _material(FRAME, [AUDIENCE])


def test_what_needs_no_consent_is_named_and_never_asked():
    document = json.loads(compose(FRAME, [AUDIENCE, ESSENTIAL]))
    assert [purpose["code"] for purpose in document["purposes"]] == ["audience"]
    assert [purpose["code"] for purpose in document["exempt"]] == ["essential"]
    assert "legal_basis" not in document["exempt"][0]
