"""Titles that people can read, from names that databases have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.stores.proposals.naming import NOUNS, PHRASES, title_of, title_of_table


@pytest.mark.parametrize(
    ("column", "fr", "en"),
    [
        ("FirstName", "Prénom", "First name"),
        ("invoicedate", "Date de facture", "Date of invoice"),
        ("BillingPostalCode", "Code postal de facturation", "Billing postal code"),
        ("InvoiceLineId", "N° de ligne de facture", "Invoice line number"),
        ("numero_client", "N° de client", "Customer number"),
        ("ville_livraison", "Ville de livraison", "Delivery city"),
        ("adresse_assistance", "Adresse d’assistance", "Support address"),
        ("IBAN", "IBAN", "IBAN"),
    ],
)
def test_names_of_known_words_are_titles_in_both_languages(column: str, fr: str, en: str) -> None:
    assert title_of(column) == {"fr": fr, "en": en}


@pytest.mark.parametrize(
    ("table", "fr", "en"),
    [
        ("Customer", "Clients", "Customers"),
        ("invoiceline", "Lignes de facture", "Invoice lines"),
        ("lignes_commande", "Lignes de commande", "Order lines"),
        ("categories", "Catégories", "Categories"),
    ],
)
def test_a_table_is_named_after_many(table: str, fr: str, en: str) -> None:
    assert title_of_table(table) == {"fr": fr, "en": en}


def test_a_name_with_an_unknown_word_stays_whole_in_both_languages() -> None:
    assert title_of("stripe_customer_ref") == dict.fromkeys(("fr", "en"), "Stripe customer ref")


@given(st.text(min_size=1, max_size=60).filter(str.strip))
def test_every_name_has_a_title(name: str) -> None:
    assert all([*title_of(name).values(), *title_of_table(name).values()])


def test_no_word_has_two_titles() -> None:
    assert all(len(forms) == 4 for forms in NOUNS.values())
    assert all(fr and en for fr, en in PHRASES.values())
