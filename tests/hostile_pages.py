"""A notebook that would run something in the browser of whoever looks at it: `pwned` is set, or a file is written."""

import base64
from typing import Any

import nbformat

RUN = "window.pwned = (window.pwned || 0) + 1"
SVG = f'<svg xmlns="http://www.w3.org/2000/svg" onload="{RUN}"><script>{RUN}</script></svg>'
PROSE = {
    "a script": f"<script>{RUN}</script>",
    "a script in capitals": f"<SCRIPT\n>{RUN}</SCRIPT\n>",
    "a script in a block": f"<div>\n\n<script>{RUN}</script>\n\n</div>",
    "a script that is never closed": f"<script>{RUN}",
    "an event": f'<img src="x" onerror="{RUN}">',
    "an event without quotes": f"<img src=x onerror='{RUN}'>",
    "an event after a slash": f"<svg/onload='{RUN}'>",
    "an event of a form": f"<input autofocus onfocus='{RUN}'>",
    "an event of details": f"<details open ontoggle='{RUN}'>x</details>",
    "an event of a style": f"<style>@keyframes x{{}}</style><b style='animation-name:x' onanimationstart='{RUN}'>x</b>",
    "a frame with a document": f'<iframe srcdoc="<script>{RUN.replace("window", "parent")}</script>"></iframe>',
    "a frame of data": f"<iframe src='data:text/html,<script>{RUN}</script>'></iframe>",
    "a frame of JavaScript": f"<iframe src='javascript:parent.{RUN}'></iframe>",
    "an object": f"<object data='data:text/html,<script>{RUN}</script>'></object><embed src='javascript:{RUN}'>",
    "a link": f"[click me](javascript:{RUN})",
    "a link with a tab in it": f"<a href='java\tscript:{RUN}'>click me</a>",
    "a link of entities": f"<a href='&#106;avascript:{RUN}'>click me</a>",
    "a link of data": f"<a href='data:text/html,<script>{RUN}</script>'>click me</a>",
    "a form": f"<form action='javascript:{RUN}'><button id=submit>click me</button></form>",
    "a base": "<base href='https://example.org/'>",
    "a refresh": f"<meta http-equiv='refresh' content='0;url=javascript:{RUN}'>",
    "a link element": f"<link rel=stylesheet href='data:text/css,x' onload='{RUN}'>",
    "mathematics": rf"$\href{{javascript:{RUN}}}{{x}}$ $<img src=x onerror='{RUN}'>$",
    "mathematics that ends a tag": f"$$</script><script>{RUN}</script>$$",
    "a comment": f"<!--><script>{RUN}</script>-->",
    "a namespace": f"<math><mtext><table><mglyph><style><!--</style><img src=x onerror='{RUN}'>",
    "code": f"```html\n</code></pre><script>{RUN}</script>\n```",
    "a picture of SVG": f"![x](data:image/svg+xml;base64,{base64.b64encode(SVG.encode()).decode()})",
    "a drawing": SVG,
    "a name that is taken": "<a id=formgrade name=base_url></a><form name=MathJax><input name=Hub></form>",
}


def notebook() -> Any:
    """Make a notebook with all of it: prose, raw cells, attachments, titles, metadata, outputs."""
    made = nbformat.v4.new_notebook(metadata={"title": f"</title><script>{RUN}</script>"})
    made.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": 7}
    made.metadata["language_info"] = {"name": f"python'><script>{RUN}</script>", "pygments_lexer": "<x>"}
    made.cells = [nbformat.v4.new_markdown_cell(text) for text in PROSE.values()]
    made.cells.append(nbformat.v4.new_raw_cell(f"<script>{RUN}</script>"))
    made.cells.append(nbformat.v4.new_raw_cell(SVG, metadata={"raw_mimetype": "text/html"}))
    attached = nbformat.v4.new_markdown_cell("![x](attachment:x.svg) ![y](attachment:y.png)")
    attached.attachments = {
        "x.svg": {"image/svg+xml": base64.b64encode(SVG.encode()).decode()},
        "y.png": {f"image/png'><script>{RUN}</script>": f"'><script>{RUN}</script>"},
    }
    code = nbformat.v4.new_code_cell(f"print('<script>{RUN}</script>\\x1b[31m\\x1b]8;;javascript:{RUN}\\x07x')")
    code.metadata["tags"] = [f"'><script>{RUN}</script>"]
    code.outputs = [
        nbformat.v4.new_output("stream", name="stdout", text=f"\x1b[31m<script>{RUN}</script>\x1b[0m"),
        nbformat.v4.new_output("display_data", {"text/html": f"<img src=x onerror='{RUN}'>"}),
        nbformat.v4.new_output("display_data", {"image/svg+xml": SVG}),
        nbformat.v4.new_output("display_data", {"application/javascript": RUN}),
        nbformat.v4.new_output("display_data", {"text/markdown": f"<script>{RUN}</script>"}),
        nbformat.v4.new_output("display_data", {"text/latex": f"$x$<script>{RUN}</script>"}),
        nbformat.v4.new_output("display_data", {"image/png": f"'><script>{RUN}</script>"}),
        nbformat.v4.new_output("error", ename="<b>", evalue="x", traceback=[f"<script>{RUN}</script>"]),
    ]
    made.cells += [attached, code]
    return made
