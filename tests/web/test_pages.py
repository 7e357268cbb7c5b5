"""Pages are whole in both languages, and speak the language that the reader wants."""

import re
from typing import Any

import pytest
from flask import Flask
from jinja2 import UndefinedError

from privacy.web import pages
from privacy.web.words import LANGUAGES, UnknownTextError
from tests.pages.every_case import CASES
from tests.pages.preview import STATIC, Case, preview_app, show

EVERY = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
LIMIT = 15 * 1024
"""Octets of the style sheet: thirteen kibibytes."""


@pytest.fixture
def app() -> Flask:
    """Return an app that shows which language it would speak."""
    app = preview_app()
    app.add_url_rule("/", "language", lambda: f"<p>{pages.language()}</p>")
    return app


@EVERY
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_whole_in_both_languages(app: Flask, case: Case, language: str):
    html = show(app, case, language)
    assert f'<html lang="{language}">' in html
    assert html.count("<h1>") == 1
    assert html.count("<main") == html.count("</main>") == 1
    assert html.rstrip().endswith("</html>")


SCRIPT = re.compile(r"<script.*?</script>", re.DOTALL)


@EVERY
def test_a_page_holds_no_script_and_no_style_of_its_own(app: Flask, case: Case):
    html = show(app, case)
    # Its own text could be anybody's; a file of ours is what the policy lets run.
    assert re.fullmatch(
        r"(?:<script src=\"/static/[^>]*></script>)*", "".join(SCRIPT.findall(html))
    )
    assert not re.search(r"<[^>]+\s(?:on\w+|style)=", html)
    assert ("<style>" in html) == (case.template == "package/index.html")


@EVERY
def test_every_form_that_changes_something_carries_its_secret(app: Flask, case: Case):
    forms = re.findall(r'<form[^>]*method="post".*?</form>', show(app, case), re.DOTALL)
    assert all('name="csrf_token"' in form for form in forms)


def test_what_the_cases_show_is_every_template_that_there_is():
    folder = STATIC.parent / "templates"
    shown = {case.template for case in CASES}
    parts = {"base.html", "macros.html", "console/base.html", "portal/base.html"}
    parts |= {
        "portal/behalf.html",
        "portal/steps.html",
        "console/decide.html",
        "console/verdict.html",
        "docs.html",
    }
    parts |= {"assigned_form.html", "console/acting.html", "console/asked.html", "said.html"}
    parts |= {"console/review_macros.html", "corrected_form.html", "portal/rectified.html"}
    files = {str(file.relative_to(folder)) for file in folder.rglob("*.html")}
    assert {name for name in files - parts if not name.startswith("mail/")} == shown


@pytest.mark.parametrize(
    ("query", "cookie", "header", "spoken"),
    [
        ("", None, None, "fr"),
        ("", None, "en-GB,en;q=0.9", "en"),
        ("", None, "de,en;q=0.5", "en"),
        ("", None, "de", "fr"),
        ("", None, "en;q=0.1,fr;q=0.2", "fr"),
        ("", "en", "fr", "en"),
        ("", "xx", "en", "en"),
        ("?lang=fr", "en", "en", "fr"),
        ("?lang=xx", None, "en", "en"),
    ],
)
def test_the_switch_comes_before_its_cookie_and_that_before_the_browser(
    app: Flask, query: str, cookie: str | None, header: str | None, spoken: str
):
    client = app.test_client()
    if cookie:
        client.set_cookie(pages.LANGUAGE_COOKIE, cookie)
    headers = {"Accept-Language": header} if header else {}
    answer = client.get(f"/{query}", headers=headers)
    assert answer.text == f"<p>{spoken}</p>"
    assert answer.headers["Content-Language"] == spoken
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)


def test_only_the_switch_leaves_a_cookie(app: Flask):
    client = app.test_client()
    assert "Set-Cookie" not in client.get("/").headers
    assert "Set-Cookie" not in client.get("/?lang=xx").headers
    kept = client.get("/?lang=en").headers["Set-Cookie"]
    assert kept.startswith("privacy_language=en; ")
    assert {"HttpOnly", "Path=/", "SameSite=Lax", "Max-Age=15552000"} <= set(kept.split("; "))
    assert client.get("/", headers={"Accept-Language": "fr"}).text == "<p>en</p>"
    secure = client.get("/?lang=en", base_url="https://privacy.example").headers["Set-Cookie"]
    assert "Secure" in secure.split("; ")


@pytest.mark.parametrize("path", ["/console/audit?action=a.b&actor=x%26y", "//evil.example/x"])
def test_the_switch_stays_on_the_page_and_keeps_its_query(app: Flask, path: str):
    with app.test_request_context(path):
        html = pages.render("error.html", code="not-found")
    links = re.findall(r'<a href="([^"]*)" lang="(..)"', html)
    assert [language for _, language in links] == list(LANGUAGES)
    assert all(link.startswith("?") for link, _ in links)
    if "action" in path:
        assert links[1][0] == "?action=a.b&amp;actor=x%26y&amp;lang=en"


def test_a_key_or_a_variable_that_is_missing_fails_the_test(app: Flask):
    broken = app.jinja_env.from_string("{{ t('portal.nowhere') }}")
    with app.test_request_context("/"):
        with pytest.raises(UnknownTextError):
            broken.render()
        with pytest.raises(UndefinedError):
            pages.render("portal/home.html", kinds=["access"])


def test_a_missing_key_shows_itself_where_people_read(app: Flask):
    app.testing = False
    with app.test_request_context("/"):
        shown = app.jinja_env.from_string("{{ t('portal.nowhere') }}").render()
    assert shown == "portal.nowhere"


def test_a_style_sheet_that_changes_gets_another_address(app: Flask):
    with app.test_request_context("/"):
        html = pages.render("error.html", code="gone")
    assert re.search(r'href="/static/privacy\.css\?v=[0-9a-f]{12}"', html)


def test_the_style_sheet_stays_small():
    assert (STATIC / "privacy.css").stat().st_size <= LIMIT


def find(name: str) -> dict[str, Any]:
    return next(case.context for case in CASES if case.name == name)


def test_what_people_typed_is_shown_and_never_run():
    html = pages.package_page("fr", **find("package"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script" not in html


def test_a_package_needs_nothing_from_outside():
    html = pages.package_page("fr", **find("package"))
    assert not re.search(r"<(?:link|img|iframe|base)\b", html)
    assert "url(" not in html
    assert "@import" not in html
    targets = set(re.findall(r'(?:href|src)="([^"#][^"]*)"', html))
    assert {target.partition(":")[0] for target in targets} <= {"mailto", "https"}


def test_a_package_says_all_that_the_law_asks_for():
    html = pages.package_page("fr", **find("package"))
    for said in (
        "Le contrat qui vous lie à nous (art. 6, § 1, b du RGPD)",  # 15(1)(a)
        "Identité, Coordonnées, Achats",  # (b)
        "Hébergeur Fictif SAS",  # (c), by name
        "14 avril 2030",  # (d), computed
        "Droit à la limitation, article 18 du RGPD",  # (e)
        "3 place de Fontenoy, TSA 80715, 75334 Paris Cedex 07",  # (f)
        "Formulaire de la boutique de Fictive",  # (g)
        "Montant des commandes payées sur douze mois.",  # (h)
        "Clauses contractuelles types (décision 2021/914)",  # 15(2)
        "Elle n’a pas répondu, malgré plusieurs essais.",  # what was not searched, and why
        "Cette réponse n’est pas complète",
    ):
        assert said in html


def test_a_package_names_no_safeguard_where_nothing_leaves_the_area():
    html = pages.package_page("en", **find("package-empty"))
    assert "declares no transfer of your data outside the European Economic Area." in html


@pytest.mark.parametrize(
    ("state", "reason", "complete"),
    [
        ("found", "", True),
        ("empty", "", True),
        ("not_searched", "", True),  # nothing of anyone is declared there
        ("found", "source-failed", False),
        ("not_searched", "no-path", False),
        ("failed", "unavailable", False),
        ("failed", "", False),
    ],
)
def test_a_package_says_when_it_is_not_complete(state: str, reason: str, *, complete: bool):
    store = {"title": "Shop", "records": 0, "collections": [], "state": state, "reason": reason}
    html = pages.package_page("en", **{**find("package-empty"), "data_stores": [store]})
    assert ("This answer is not complete" not in html) == complete


def test_only_links_to_the_web_are_links(app: Flask):
    context = find("portal-home")
    controller = {**context["controller"], "policy_url": "javascript:alert(1)"}
    with app.test_request_context("/"):
        html = pages.render("portal/home.html", **{**context, "controller": controller})
    assert "javascript:" not in html
