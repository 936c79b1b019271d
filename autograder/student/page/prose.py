"""Turn a lesson's prose into HTML: Markdown without HTML of its own, mathematics as MathML, drawings in the page."""

import re
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from html import escape
from typing import Any

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

Draw = Callable[[str, str], str]
# What the converter does not know, in words that it does.
ALSO = {r"\|": "‖", r"\arg": r"\operatorname{arg}"}
UNKNOWN = re.compile("|".join(f"{re.escape(word)}(?![A-Za-z])" for word in ALSO))
TEXT = re.compile(r"(<mtext[^>]*>)([^<]*)(</mtext>)")
HEAD = re.compile(r"<th((?: [^>]*)?)>(.*?)</th>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
MONOSPACE = 'mathvariant="monospace"'  # which browsers do not know


def prose_html(text: str, draw: Draw) -> str:
    """Turn Markdown into HTML; tags in it are text.

    Args:
        draw: makes the HTML of a picture out of its address and its description.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table").use(dollarmath_plugin)
    parser.add_render_rule("math_inline", _inline)
    parser.add_render_rule("math_block", _block)
    parser.add_render_rule("image", _picture(draw))
    return HEAD.sub(_head, str(parser.render(text)))


def _head(found: re.Match[str]) -> str:
    """Give the head of a column a text for those who hear it; an empty corner is no head."""
    inner = found[2]
    if not inner:
        return f"<td{found[1]}></td>"
    if inner.startswith("<math"):  # not every reader takes a formula for a text
        inner = inner.replace("<math", f'<span class="heard">{TAG.sub("", inner)}</span><math aria-hidden="true"', 1)
    return f"<th{found[1]}>{inner}</th>"


def _inline(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Mapping[str, Any]) -> str:
    return math_html(tokens[at].content, "inline")


def _block(renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: Mapping[str, Any]) -> str:
    # It can be scrolled where it is too wide, also with the keyboard.
    return f'<div class="math" tabindex="0">{math_html(tokens[at].content, "block")}</div>\n'


def _picture(draw: Draw) -> Callable[..., str]:
    def rule(
        renderer: RendererHTML, tokens: Sequence[Token], at: int, options: Any, env: MutableMapping[str, Any]
    ) -> str:
        about = renderer.renderInlineAsText(tokens[at].children or [], options, env)
        return draw(str(tokens[at].attrs.get("src", "")), about)

    return rule


def math_html(tex: str, display: str) -> str:
    """Turn TeX into MathML; what cannot be turned stays as it is written.

    Args:
        display: `inline` or `block`.
    """
    try:
        made = convert(UNKNOWN.sub(lambda word: ALSO[word[0]], tex.strip()), display=display)
    except Exception:  # the converter raises whatever it comes upon
        return f"<code>{escape(tex)}</code>"
    made = TEXT.sub(lambda text: text[1] + text[2].replace("\\_", "_") + text[3], made)
    return made.replace(MONOSPACE, 'class="code"') if "\\" not in made else f"<code>{escape(tex)}</code>"
