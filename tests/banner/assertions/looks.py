"""What a browser draws, measured: places, styles, contrasts."""

from typing import Any

from playwright.sync_api import Page

ACCEPT, REJECT = "#cb [data-cb=accept]", "#cb [data-cb=reject]"
_HIT = """(selector) => {
    const button = document.querySelector(selector);
    const { left, top, right, bottom } = button.getBoundingClientRect();
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight
        && button.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
}"""
_STYLE = """(selector) => {
    const style = getComputedStyle(document.querySelector(selector));
    return Object.fromEntries(["backgroundColor", "backgroundImage", "color", "fontSize",
        "fontWeight", "fontFamily", "fontStyle", "textTransform", "border", "borderRadius",
        "outline", "textDecoration", "boxShadow", "opacity", "filter", "cursor"]
        .map((name) => [name, style[name]]));
}"""
_CONTRAST = """(selector) => {
    const button = document.querySelector(selector);
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    const paint = (...colours) => {
        brush.clearRect(0, 0, 1, 1);
        for (const colour of colours) { brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1); }
        return [...brush.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => rgb.map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
        .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
    const ratio = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const style = getComputedStyle(button);
    const ground = getComputedStyle(button.closest("#cb, dialog")).backgroundColor;
    const fill = paint(ground, style.backgroundColor);
    const edges = [fill];
    if (parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none")
        edges.push(paint(ground, style.borderTopColor));
    return {
        label: ratio(fill, paint(ground, style.backgroundColor, style.color)),
        edge: Math.max(...edges.map((edge) => ratio(paint(ground), edge))),
    };
}"""


def is_hit(page: Page, selector: str) -> bool:
    """Tell whether the whole element is on the screen and a click at its centre meets it."""
    hit: bool = page.evaluate(_HIT, selector)
    return hit


def style(page: Page, selector: str) -> dict[str, str]:
    """Return how an element is drawn."""
    drawn: dict[str, str] = page.evaluate(_STYLE, selector)
    return drawn


def contrast(page: Page, selector: str) -> dict[str, float]:
    """Return the contrast of a button's label, and of its edge against the banner."""
    ratios: dict[str, float] = page.evaluate(_CONTRAST, selector)
    return ratios


def area(page: Page, selector: str) -> float:
    """Return the area of an element in square pixels."""
    box = page.locator(selector).bounding_box()
    assert box
    return box["width"] * box["height"]


def covered(page: Page) -> float:
    """Return the part of the screen that the first layer covers."""
    box = page.locator("#cb").bounding_box()
    size: Any = page.viewport_size
    assert box
    part: float = box["width"] * box["height"] / (size["width"] * size["height"])
    return part
