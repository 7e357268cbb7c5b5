"""One load of one page in one Chromium: what was seen, and what it cost."""

import base64
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import brotli
from playwright.sync_api import Browser, CDPSession, Page

from benchmarks.banner_peers import Banner
from tests.banner.assertions.world import SITE, World

_PROBE = """(() => {
    const seen = (window.__seen = { visible: 0, shift: 0, blocking: 0 });
    const look = () => {
        const one = document.querySelector("SELECTOR");
        const box = one?.getBoundingClientRect();
        const style = one && getComputedStyle(one);
        if (box?.width && box.height && box.top < innerHeight && box.bottom > 0
            && style.visibility !== "hidden" && style.opacity > 0)
            seen.visible = performance.now();
        else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
    const watch = (type, add) => new PerformanceObserver((list) =>
        list.getEntries().forEach(add)).observe({ type, buffered: true });
    watch("layout-shift", (one) => { if (!one.hadRecentInput) seen.shift += one.value; });
    watch("longtask", (one) => { seen.blocking += Math.max(0, one.duration - 50); });
})()"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime || 0"
_REST = 150


@dataclass(frozen=True)
class Load:
    """What one visitor saw, in milliseconds since the navigation began."""

    painted: float
    visible: float
    blocking: float
    shift: float


@contextlib.contextmanager
def _newcomer(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(15_000)
    page = context.new_page()
    yield page, context.new_cdp_session(page)
    context.close()


def _address(world: World, banner: Banner) -> str:
    return f"{world.origin(SITE)}/{banner.name}/"


def measured(browser: Browser, world: World, banner: Banner, *, slower: int) -> Load:
    """Return what a newcomer sees, with the processor slowed down so many times."""
    with _newcomer(browser) as (page, devtools):
        page.add_init_script(_PROBE.replace("SELECTOR", banner.shown or "h1"))
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(_address(world, banner))
        page.wait_for_function("__seen.visible")
        page.wait_for_timeout(_REST * slower)
        seen: dict[str, float] = page.evaluate("__seen")
        return Load(painted=page.evaluate(_PAINT), **seen)


def weighed(browser: Browser, world: World, banner: Banner) -> dict[str, float]:
    """Return bytes, requests, elements, listeners and heap of a first and of a return visit."""
    with _newcomer(browser) as (page, devtools):
        devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
        start, before = _metrics(devtools), len(world.log)
        page.goto(_address(world, banner))
        page.wait_for_selector(banner.shown or "h1")
        page.wait_for_timeout(_REST)
        asked = world.log[before + 1 :]
        found = {"bytes": sum(one.sent for one in asked), "requests": float(len(asked))}
        found |= _costs(page, devtools, start)
        if banner.refuse:
            page.click(banner.refuse)
            page.wait_for_timeout(600)
        found["elements_after"] = _elements(page)
        return found | _return_visit(page, devtools, world, banner)


def _elements(page: Page) -> float:
    return float(page.evaluate("document.querySelectorAll('*').length"))


def _metrics(devtools: CDPSession) -> dict[str, float]:
    told = devtools.send("Performance.getMetrics")["metrics"]
    return {one["name"]: one["value"] for one in told}


def _costs(page: Page, devtools: CDPSession, start: dict[str, float]) -> dict[str, float]:
    end = _metrics(devtools)
    spent = {name: 1000 * (end[name] - start[name]) for name in ("TaskDuration", "ScriptDuration")}
    devtools.send("HeapProfiler.collectGarbage")
    metrics = _metrics(devtools)
    return {
        "thread": spent["TaskDuration"],
        "script": spent["ScriptDuration"],
        "elements": _elements(page),
        "listeners": metrics["JSEventListeners"],
        "heap": metrics["JSHeapUsedSize"] / 1000,
    }


def _return_visit(
    page: Page, devtools: CDPSession, world: World, banner: Banner
) -> dict[str, float]:
    codes: dict[str, dict[str, Any]] = {}
    devtools.on(
        "Network.responseReceived",
        lambda told: (
            codes.update({told["requestId"]: told})
            if told["type"] in {"Script", "Stylesheet"}
            else None
        ),
    )
    devtools.send("Network.enable")
    before = len(world.log)
    page.goto(_address(world, banner))
    page.wait_for_timeout(2 * _REST)
    return {
        "return_requests": float(len(world.log) - before - 1),
        "return_bytes": float(sum(_packed(devtools, code) for code in codes)),
    }


def _packed(devtools: CDPSession, code: str) -> int:
    told = devtools.send("Network.getResponseBody", {"requestId": code})
    text = told["body"]
    body = base64.b64decode(text) if told["base64Encoded"] else text.encode()
    return len(brotli.compress(body, quality=11))
