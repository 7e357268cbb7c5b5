"""The first layer as markup, for pages whose server puts it into their first paint."""

from collections.abc import Mapping
from typing import Any, Final

from markupsafe import Markup

from privacy.web.banner import script, split

HOOKS: Final = ("reject", "accept", "choose")
"""The buttons, in the order in which `ui.js` makes them."""
_LAYER: Final = Markup(
    '<section class="cb " lang="{language}" dir="{dir}" id="cb" role="dialog" aria-modal="false"'
    ' aria-label="{title}" data-notice="{notice}"><div class="cb-text"><h2>{title}</h2>'
    '<p>{intro}</p><ul>{lines}</ul><p>{note} <a href="{policy_url}">{policy}</a></p></div>'
    '<div class="cb-acts">{buttons}</div></section>'
)
_LINE: Final = Markup("<li><b>{}</b> – {}</li>")
_BUTTON: Final = Markup('<button type="button" data-cb="{}">{}</button>')


def fragment(full: Mapping[str, Any]) -> str:
    """Return style and markup of the first layer, the same that the script would make.

    The script takes it over where it finds it, if it names the notice that the script shows.
    """
    first = split.answering(full)
    texts = first["texts"]
    layer = _LAYER.format(
        **{name: first[name] for name in ("language", "dir", "notice", "policy_url")},
        **{name: texts[name] for name in ("title", "intro", "note", "policy")},
        lines=Markup("").join(_LINE.format(*line) for line in first["lines"]),
        buttons=Markup("").join(_BUTTON.format(hook, texts[hook]) for hook in HOOKS),
    )
    return f"<style>{script.style()}</style>{layer}\n"
