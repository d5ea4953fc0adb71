"""A document as HTML in the look of the mails: styles inlined, everything escaped, nothing loaded from elsewhere."""

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from sync.reports.document import Document

_TEMPLATES = Environment(
    loader=PackageLoader("sync.reports", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False, minify_css=True, keep_at_rules=True)


def html_page(document: Document) -> str:
    """The document as a page that mail programs and browsers show alike."""
    return _INLINER.inline(_TEMPLATES.get_template("document.html.j2").render(document=document))
