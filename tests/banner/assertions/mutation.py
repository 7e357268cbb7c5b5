"""One wrong thing done to a page, so that a test may be seen to notice it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.banner.assertions.pages import NONCE

TOOLS = """
const whenShown = (selector, act) => {
    const met = new WeakSet();
    const look = () => {
        for (const one of document.querySelectorAll(selector))
            if (!met.has(one)) { met.add(one); act(one); }
    };
    new MutationObserver(look).observe(document, { childList: true, subtree: true });
    addEventListener("load", look);
};
const third = location.origin.replace("www.boutique", "tracker") + "/x/beacon.gif";
const track = () => { new Image().src = third; };
const jar = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
const onCookie = (change) => Object.defineProperty(document, "cookie", {
    get: () => jar.get.call(document),
    set: (text) => { const left = change(text); if (left) jar.set.call(document, left); },
});
const ask = self.fetch;
const onPost = (change) => {
    self.fetch = async (address, asked) => {
        if (asked?.method !== "POST") return ask(address, asked);
        const said = JSON.parse(await new Response(asked.body).text());
        return change(said, (body) => ask(address, { ...asked,
            body: new Blob([JSON.stringify(body)], { type: "application/json" }) }));
    };
};
const typed = (element, from, to) => {
    const walk = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) walk.currentNode.data = walk.currentNode.data.replace(from, to);
};
const byHand = (selector, act) => addEventListener("click", (event) => {
    if (event.target.closest(selector)) act(event);
}, true);
"""


@dataclass(frozen=True)
class Mutation:
    """What is wrong, which test must turn red, and how the page is made wrong."""

    test: str
    """How the names of the tests begin that must notice it, such as `test_04`."""
    what: str
    css: str = ""
    js: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    """The banner's own words that are replaced, in every language."""
    language: str = "fr"

    def markup(self) -> str:
        """Return what stands first in the page."""
        return (
            f'<style nonce="{NONCE}">{self.css}</style>'
            f'<script nonce="{NONCE}">(() => {{{TOOLS}{self.js}}})()</script>'
        )
