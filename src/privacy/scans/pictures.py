"""Pictures of a published notice, drawn from the very bytes that its visitors were sent."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from privacy.errors import UnavailableError
from privacy.scans import browser

SCREENS = {"desktop": (1280, 800), "phone": (375, 667)}
LAYERS = {"1": "[data-cb=reject]", "2": "dialog [data-cb=reject]"}
FURTHER = "[data-cb=choose]"
"""What opens the second layer."""
APPEARS_WITHIN = 5_000
PATIENCE = 120.0
HOST = "https://notice.invalid"
"""A page that exists in this browser alone (RFC 2606): whatever is drawn never leaves it."""
PAGE = (
    '<!doctype html><html lang="{language}"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Notice</title>'
    '<body style="background:#fff;font:16px sans-serif"><main><h1 style="color:#ccc">…</h1></main>'
    '<script src="{entry}"></script></body></html>'
)


def draw(
    files: Mapping[str, bytes], *, entry: str, language: str, chromium: str = ""
) -> dict[str, bytes]:
    """Return PNG pictures by name: each screen and layer, as `desktop_1`.

    `files` are by path, as a site's page would fetch them; `entry` is the one that it embeds.
    Raises NoBrowserError without Chromium, UnavailableError when the banner does not appear.
    """
    with browser.running(chromium, patience=PATIENCE) as running:
        return dict(_drawn(running, files, PAGE.format(language=language, entry=entry), language))


def _drawn(
    running: Any, files: Mapping[str, bytes], html: str, language: str
) -> Iterator[tuple[str, bytes]]:
    for screen, (width, height) in SCREENS.items():
        context = running.new_context(
            viewport={"width": width, "height": height},
            locale=language,
            reduced_motion="reduce",
            color_scheme="light",
        )
        try:
            page = context.new_page()
            page.route("**/*", lambda route: _answer(route, files, html))
            page.goto(f"{HOST}/", wait_until="load")
            yield f"{screen}_1", _picture(page, LAYERS["1"])
            with suppress(Exception):  # without a way further the picture below is not drawn
                page.locator(FURTHER).first.click(timeout=APPEARS_WITHIN)
            yield f"{screen}_2", _picture(page, LAYERS["2"])
        finally:
            context.close()


def _answer(route: Any, files: Mapping[str, bytes], html: str) -> None:
    path = urlsplit(route.request.url).path
    if path == "/":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif path in files:
        kind = "text/css" if path.endswith(".css") else "text/javascript"
        headers = {"Access-Control-Allow-Origin": "*"}
        route.fulfill(body=files[path], content_type=f"{kind}; charset=utf-8", headers=headers)
    else:
        route.abort()


def _picture(page: Any, shown: str) -> bytes:
    try:
        page.locator(shown).first.wait_for(state="visible", timeout=APPEARS_WITHIN)
    except Exception:  # noqa: BLE001 -- Playwright's error cannot be named without Playwright
        raise UnavailableError("The banner does not appear in an empty page.") from None
    page.wait_for_timeout(150)
    png: bytes = page.screenshot(type="png", animations="disabled", caret="hide")
    return png
