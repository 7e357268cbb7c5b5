"""The policy lets load what was declared and nothing else."""

from collections.abc import Mapping

import pytest

from privacy.purposes import csp

SERVICE = "https://privacy.example"
REPORT = f"{SERVICE}/banner/csp/k"
VIDEO = {"vendors": [{"name": "Vidéo Fictive", "hosts": ["video.example", "cdn.video.example"]}]}
SILENT = {"vendors": [{"name": "Régie Fictive", "policy_url": "https://regie.example"}]}


def made(*details: Mapping[str, object]) -> dict[str, list[str]]:
    return csp.policy(details, service=SERVICE, report_to=REPORT)


@pytest.mark.parametrize("directive", ["script-src", "img-src", "connect-src", "frame-src"])
def test_a_declared_vendor_may_load_and_an_undeclared_one_may_not(directive: str):
    assert "https://video.example" in made(VIDEO, SILENT)[directive]
    assert not any("video.example" in one for one in made(SILENT)[directive])


def test_nothing_inline_runs_without_the_page_s_own_nonce():
    policy = made(VIDEO)
    for directive in ("script-src", "style-src"):
        assert "'nonce-{nonce}'" in policy[directive]
        assert "'unsafe-inline'" not in policy[directive]
    assert policy["object-src"] == ["'none'"]


def test_the_headers_say_where_to_report():
    headers = csp.headers(made(VIDEO))
    assert headers["Content-Security-Policy"].startswith("default-src 'self'; script-src 'self'")
    assert f"report-uri {REPORT}" in headers["Content-Security-Policy"]
    assert headers["Reporting-Endpoints"] == f'privacy="{REPORT}"'


def test_the_same_host_of_two_purposes_stands_once_and_in_order():
    frames = made(VIDEO, VIDEO)["frame-src"]
    assert frames == ["'self'", "https://cdn.video.example", "https://video.example"]


def test_a_vendor_that_nobody_placed_is_named():
    assert csp.without_hosts([VIDEO, SILENT]) == ["Régie Fictive"]
