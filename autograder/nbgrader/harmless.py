"""Show a student's notebook as a page that runs none of its code: in formgrader, and in the feedback.

nbconvert renders it, and leaves HTML in prose as it is, even if it is told to sanitize. So the input is reduced to what
a page can show, and the HTML of prose is cleaned. The page allows only the scripts of its own template.
"""

import base64
import binascii
import copy
import hashlib
import re
from typing import Any

import nh3
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_markdown_cell, new_notebook

TAGS = nh3.ALLOWED_TAGS - {"area", "map"}
ATTRIBUTES = {**nh3.ALLOWED_ATTRIBUTES, **{tag: {"class"} for tag in ("code", "div", "pre", "span")}}
SCHEMES = {"http", "https", "mailto", "data"}
PICTURES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff", "image/gif": b"GIF8"}
SHOWN = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=\s]*)")
LANGUAGE = re.compile(r"[A-Za-z0-9+#.-]{1,40}")
STREAMS = {"stdout", "stderr"}
NOT_SHOWN = "(This output is of a kind that is not shown.)"

SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
HANDLER = re.compile(r"""\son\w+=(?:"([^"]*)"|'([^']*)')""")
HOST = re.compile(r"""\bsrc=["'](https?://[^/"']+)""")
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval' 'unsafe-hashes' {scripts}; style-src 'self' https: "
    "'unsafe-inline'; img-src 'self' https: data:; font-src 'self' https: data:; connect-src 'self'; "
    "frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'"
)


class HarmlessHTML(HTMLExporter):
    """Make a page of a notebook that nobody has to trust."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> Any:
        """Convert a notebook; the page's policy names the scripts that an empty notebook's page has."""
        empty, _ = super().from_notebook_node(new_notebook(), copy.deepcopy(resources), **kw)
        page, resources = super().from_notebook_node(harmless_copy(nb), resources, **kw)
        return page.replace("<head>", f"<head>\n{_policy(empty)}", 1), resources

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Convert prose; links and pictures stay, and whatever could run goes."""
        try:
            return clean(super().markdown2html(context, source))
        except Exception:  # a picture that is not attached; it must not cost the whole page
            return f"<pre>{nh3.clean_text(source)}</pre>"


def clean(html: str) -> str:
    """Take out of HTML what could run, frame, submit or pretend."""
    return nh3.clean(html, tags=TAGS, attributes=ATTRIBUTES, attribute_filter=_attribute, url_schemes=SCHEMES)


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Let data stand for a picture alone, and for one that is what it says it is."""
    if not value.lstrip().lower().startswith("data:"):
        return value
    found = SHOWN.fullmatch(value.strip())
    return value if (tag, name) == ("img", "src") and found and is_picture(found[1], found[2]) else None


def is_picture(kind: str, data: str) -> bool:
    """Tell whether base64 text holds a picture of a kind that runs nothing; an SVG may."""
    try:
        raw = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return kind in PICTURES and raw.startswith(PICTURES[kind])


def harmless_copy(nb: Any) -> Any:
    """Copy what a page shows of a notebook: text, pictures, and nbgrader's marks."""
    language = str(nb.metadata.get("language_info", {}).get("name", ""))
    name = language if LANGUAGE.fullmatch(language) else "python"
    made = new_notebook(metadata={"language_info": {"name": name}})
    made.cells = [_cell(cell, number) for number, cell in enumerate(copy.deepcopy(nb.cells))]
    return made


def _cell(cell: Any, number: int) -> Any:
    marks = cell.metadata.get("nbgrader")
    if cell.cell_type == "raw":  # a template copies its text into the page
        cell = new_markdown_cell(_fenced(cell.source))
    cell.metadata.clear()
    if marks is not None:
        cell.metadata["nbgrader"] = marks
    cell["id"] = f"cell-{number}"
    if cell.cell_type == "code":
        cell.execution_count = _count(cell.get("execution_count"))
        cell.outputs = [_output(output) for output in cell.outputs]
    return cell


def _fenced(text: str) -> str:
    fence = "`" * (2 + max([1, *(len(run) for run in re.findall("`+", text))]))
    return f"{fence}\n{text}\n{fence}"


def _count(value: Any) -> int | None:
    return value if type(value) is int else None


def _output(output: Any) -> Any:
    if output.output_type == "stream":
        output.name = output.name if output.name in STREAMS else "stdout"
    if output.output_type in ("display_data", "execute_result"):
        output.metadata.clear()
        output.data = _bundle(output.data)
    if output.output_type == "execute_result":
        output.execution_count = _count(output.get("execution_count"))
    return output


def _bundle(data: Any) -> dict[str, Any]:
    """Keep the text of an output, its pictures, and its HTML without what could run."""
    kept = {kind: value for kind, value in data.items() if kind == "text/plain" or is_picture(kind, str(value))}
    if "text/html" in data:
        kept["text/html"] = clean(str(data["text/html"]))
    return kept or {"text/plain": NOT_SHOWN}


def _policy(page: str) -> str:
    scripts = {f"'{_digest(text)}'" for attributes, text in SCRIPT.findall(page) if "src=" not in attributes}
    handlers = {f"'{_digest(one or other)}'" for one, other in HANDLER.findall(page)}
    hosts = {host for attributes, _ in SCRIPT.findall(page) for host in HOST.findall(attributes)}
    policy = POLICY.format(scripts=" ".join(sorted(scripts | handlers | hosts)))
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'


def _digest(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
