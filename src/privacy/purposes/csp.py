"""A content security policy from what a site declared: what is not declared cannot load (pure).

Marking tags asks every author to remember; a policy (W3C CSP Level 3) lets the browser refuse an
unmarked third party by itself, before and after any choice.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

NONCE = "{nonce}"
"""Stands where the page's server puts a fresh random value into each answer."""
GROUP = "privacy"


def policy(
    details: Iterable[Mapping[str, Any]], *, service: str, report_to: str
) -> dict[str, list[str]]:
    """Return the directives for a site, each with its sources, in the order they are written.

    `details` are those of its purposes: the `hosts` of each vendor may load scripts, pictures
    and frames and be connected to.
    """
    hosts = [f"https://{host}" for host in _hosts(details)]
    return {
        "default-src": ["'self'"],
        "script-src": ["'self'", f"'nonce-{NONCE}'", service, *hosts],
        "style-src": ["'self'", f"'nonce-{NONCE}'"],
        "img-src": ["'self'", "data:", *hosts],
        "connect-src": ["'self'", service, *hosts],
        "frame-src": ["'self'", *hosts],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'self'"],
        "report-uri": [report_to],
        "report-to": [GROUP],
    }


def headers(directives: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the headers that carry a policy, by their names."""
    text = "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())
    (address,) = directives["report-uri"]
    return {
        "Content-Security-Policy": text,
        "Reporting-Endpoints": f'{GROUP}="{address}"',
    }


def without_hosts(details: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of vendors of which nobody said from where they load."""
    return [
        vendor["name"]
        for one in details
        for vendor in one.get("vendors", ())
        if not vendor.get("hosts")
    ]


def without_policy(details: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the names of vendors of which nobody said where their policy stands."""
    return [
        vendor["name"]
        for one in details
        for vendor in one.get("vendors", ())
        if not vendor.get("policy_url")
    ]


def _hosts(details: Iterable[Mapping[str, Any]]) -> list[str]:
    found = {
        host
        for one in details
        for vendor in one.get("vendors", ())
        for host in vendor.get("hosts", ())
    }
    return sorted(found)
