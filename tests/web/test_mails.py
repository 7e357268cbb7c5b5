"""Mails say what they must, the same as text and as HTML, and carry nothing that they need not."""

import pytest

from privacy.errors import InvalidError
from privacy.web.mails import LETTERS, render_mail
from privacy.web.words import LANGUAGES

VALUES = {
    "controller": "Maison Lumen",
    "kind": "access",
    "link": "https://privacy.example/portal/maison-lumen/confirm/k3v0t2Jm5nQe8rYw",
    "expires_at": "2026-03-21T15:00:00+00:00",
    "due_on": "2026-04-07",
    "reason": "Première ligne.\nDeuxième <b>ligne</b>.",
    "contact": "bonjour@maison-lumen.example",
    "recipient": "Example Mail Inc.",
    "store": "Archives papier",
    "stores": "shop, loyalty",
    "site": "Boutique",
    "authority": "FR",
    "question": "Quel est votre numéro de client ?",
    "answer_by_on": "2026-04-04",
    "requests": "7F3A-9C21, 0B44-10EE",
    "count": "120",
    "name": "Maître Renard",
    "results": "La boutique – corrigé et vérifié (2)",
    "recipients": "Routage Fictif",
    "host": "autre.example",
}
ENDING = (
    "rectification_done",
    "request_ready",
    "request_ready_partial",
    "request_refused",
    "request_merged",
    "request_extended",
)
"""What ends a request, or makes its subject wait beyond the month."""
EVERY = pytest.mark.parametrize("template", LETTERS)
LANGUAGE = pytest.mark.parametrize("language", LANGUAGES)


def variables(template: str, **changes: str) -> dict[str, str]:
    return {name: VALUES[name] for name in LETTERS[template].needs} | changes


@EVERY
@LANGUAGE
def test_every_mail_says_the_same_in_both_forms(template: str, language: str):
    mail = render_mail(template, language, variables(template))
    assert mail.subject
    assert "\n" not in mail.subject
    assert f'<html lang="{language}">' in mail.html
    for name in LETTERS[template].needs & {"link", "contact"}:
        assert VALUES[name] in mail.text
        assert VALUES[name] in mail.html
    assert "{" not in mail.subject + mail.text


@EVERY
@LANGUAGE
def test_no_mail_loads_anything_when_it_is_read(template: str, language: str):
    html = render_mail(template, language, variables(template)).html
    for loader in ("<img", "<script", "<link", "url(", " src="):
        assert loader not in html


def test_days_and_instants_are_spelled():
    french = render_mail("confirm_request", "fr", variables("confirm_request"))
    assert "avant le 21 mars 2026 à 16:00" in french.text
    english = render_mail("request_received", "en", variables("request_received"))
    assert "on Tuesday 7 April 2026 at the latest" in english.text


def test_a_right_is_named_in_words():
    french = render_mail("confirm_request", "fr", variables("confirm_request"))
    assert "Obtenir une copie de mes données" in french.text


@LANGUAGE
def test_a_refusal_gives_its_reason_and_both_remedies(language: str):
    mail = render_mail("request_refused", language, variables("request_refused"))
    assert "> Première ligne.\n> Deuxième <b>ligne</b>.\n" in mail.text
    assert "Deuxième &lt;b&gt;ligne&lt;/b&gt;." in mail.html
    for form in (mail.text, mail.html):
        assert "CNIL" in form
        assert ("juge" if language == "fr" else "court") in form


@LANGUAGE
@pytest.mark.parametrize("template", ENDING)
def test_whoever_is_answered_learns_where_to_complain_and_that_there_is_a_court(
    template: str, language: str
):
    mail = render_mail(template, language, variables(template))
    for form in (mail.text, mail.html):
        assert "CNIL" in form
        assert "https://www.cnil.fr/fr/plaintes" in form
        assert "3 place de Fontenoy" in form
        assert ("juge" if language == "fr" else "court") in form


@LANGUAGE
def test_the_authority_is_the_one_that_the_letter_names(language: str):
    told = variables("request_refused") | {"authority": "IS"}
    text = " ".join(render_mail("request_refused", language, told).text.split())
    assert ("l’autorité islandaise, Persónuvernd" if language == "fr" else "the Icelandic") in text
    assert "https://www.personuvernd.is/" in text
    assert "CNIL" not in text
    assert ("par courrier" if language == "fr" else "by post") not in text, "no address is sure"


@LANGUAGE
@pytest.mark.parametrize("template", ENDING)
def test_whoever_lives_elsewhere_learns_of_the_authority_and_the_courts_there(
    template: str, language: str
):
    text = " ".join(render_mail(template, language, variables(template)).text.split())
    assert ("du pays où vous vivez" if language == "fr" else "where you live") in text
    assert ("77 et 79 du RGPD" if language == "fr" else "77 and 79 GDPR") in text


def test_a_letter_that_was_written_before_the_table_still_goes_out():
    earlier = variables("request_refused") | {"authority": "cnil"}
    now = render_mail("request_refused", "fr", variables("request_refused"))
    assert render_mail("request_refused", "fr", earlier) == now


@LANGUAGE
def test_a_question_says_that_no_copy_of_a_document_is_wanted(language: str):
    text = render_mail("request_question", language, variables("request_question")).text
    assert "> Quel est votre numéro de client ?" in text
    assert ("pas de copie de pièce" if language == "fr" else "not send a copy of an ident") in text


def test_the_mail_to_the_dpo_has_no_place_for_personal_data():
    assert LETTERS["dpo_new_request"].needs == {"controller", "link", "due_on"}


def test_a_name_with_a_line_break_cannot_make_a_header():
    given = variables("request_refused", controller="Lumen\r\nBcc: x@example.com")
    changed = render_mail("request_refused", "fr", given)
    assert changed.subject == "Votre demande à Lumen Bcc: x@example.com"


def test_a_language_that_is_not_spoken_gets_the_first():
    assert (
        '<html lang="fr">' in render_mail("request_ready", "de", variables("request_ready")).html
    )


def test_a_text_holds_no_html_entities():
    mail = render_mail("request_refused", "fr", variables("request_refused", controller="A & B’s"))
    assert "A & B’s" in mail.text
    assert "&amp;" not in mail.text
    assert "&#" not in mail.text


@pytest.mark.parametrize(
    ("template", "changes"),
    [
        ("unheard_of", {}),
        ("request_ready", {"surplus": "secret-value"}),
        ("request_ready", {"link": "javascript:alert('secret-value')"}),
        ("request_ready", {"expires_at": "secret-value"}),
        ("request_received", {"due_on": "secret-value"}),
        ("confirm_request", {"kind": "secret-value"}),
        ("request_refused", {"authority": "secret-value"}),
    ],
)
def test_what_cannot_be_said_is_refused_without_repeating_it(
    template: str, changes: dict[str, str]
):
    given = variables(template, **changes) if template in LETTERS else changes
    with pytest.raises(InvalidError) as refusal:
        render_mail(template, "fr", given)
    assert "secret-value" not in str(refusal.value)


def test_a_variable_that_is_missing_is_named():
    given = variables("request_ready")
    del given["link"]
    with pytest.raises(InvalidError, match="controller, expires_at, link"):
        render_mail("request_ready", "fr", given)
