"""What the shop's pages are made of: one page for each visit, with what a test puts into it."""

from dataclasses import dataclass, field

NONCE = "bWFpc29u"
FOOTER = '<button data-privacy-open id="manage">Cookies</button>'
TRACKER_SCRIPT = '(window.ran ||= []).push("%s")'
_PAGE = """<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">
<title>Boutique</title><meta name="viewport" content="width=device-width,initial-scale=1">
{first}<script nonce="{nonce}" src="{script}" async></script>{head}</head>
<body>{start}<main><h1>Boutique</h1><p><a href="#more" id="first">1</a></p>{body}</main>
<footer>{footer}</footer></body></html>"""


@dataclass
class Markup:
    """The page of one visit, whatever its path."""

    language: str
    script: str
    first: str = ""
    """What stands before the banner's tag."""
    head: str = ""
    start: str = ""
    """What stands before everything else in the body."""
    body: str = ""
    footer: str = FOOTER
    headers: dict[str, str] = field(default_factory=dict)

    def html(self) -> str:
        """Return the page."""
        direction = "rtl" if self.language == "ar" else "ltr"
        return _PAGE.format(nonce=NONCE, direction=direction, **vars(self))


def tag(purpose: str, name: str, cookie: str = "") -> str:
    """Return a tagged inline script that says that it ran and may leave a cookie."""
    code = f'(window.ran ||= []).push("{name}");'
    if cookie:
        code += f'document.cookie = "{cookie}=1;path=/;max-age=9999999"'
    return f'<script type="text/plain" data-purpose="{purpose}" nonce="{NONCE}">{code}</script>'


def tag_from(address: str, purpose: str) -> str:
    """Return a tagged script of a third party."""
    return (
        f'<script type="text/plain" data-purpose="{purpose}" nonce="{NONCE}" src="{address}">'
        "</script>"
    )


def frame(address: str, purpose: str = "social_sharing") -> str:
    """Return a tagged frame of a third party."""
    return (
        f'<iframe data-purpose="{purpose}" data-src="{address}" title="Film" '
        'data-provider="Cinema" width="560" height="315"></iframe>'
    )


def everything(tracker: str) -> str:
    """Return one of each thing that must be held back."""
    return (
        tag("audience_consent", "audience", "_ga_demo")
        + tag_from(f"{tracker}/ads.js", "ads_personalised")
        + frame(f"{tracker}/film")
        + f'<img alt="" data-purpose="ads_personalised" data-src="{tracker}/p.gif">'
    )
