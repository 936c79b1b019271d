
"use strict";
{
  const table = document.getElementById("class");
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const values = rows.map((row) => Array.from(row.cells, (cell) => cell.textContent));
  const order = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const heads = Array.from(table.tHead.rows[0].cells);
  const isNumber = heads.map((head) => head.classList.contains("n"));

  const sortBy = (column, up) => {
    const keys = values.map((cells) => (isNumber[column] ? parseFloat(cells[column]) : cells[column]));
    const compare = isNumber[column] ? (a, b) => (isNaN(a) ? -1 : a) - (isNaN(b) ? -1 : b) : order.compare;
    const places = keys.map((_, place) => place).sort((a, b) => (up ? 1 : -1) * compare(keys[a], keys[b]) || a - b);
    const sorted = document.createDocumentFragment();
    for (const place of places) sorted.append(rows[place]);
    body.append(sorted);
    heads.forEach((head, place) => {
      if (place === column) head.setAttribute("aria-sort", up ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    });
  };

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const was = head.getAttribute("aria-sort");
      sortBy(column, was ? was !== "ascending" : !isNumber[column]);
    });
  });

  const search = document.getElementById("search");
  const shown = document.getElementById("shown");
  const texts = values.map((cells) => cells.filter((_, column) => !isNumber[column]).join(" ").normalize("NFKC").toLowerCase());
  const find = () => {
    const words = search.value.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, place) => {
      row.hidden = !words.every((word) => texts[place].includes(word));
      count += row.hidden ? 0 : 1;
    });
    shown.textContent = words.length ? `${count} of ${rows.length}` : "";
  };
  search.addEventListener("input", find);
  search.closest("[hidden]").hidden = false;
  if (search.value) find();

  for (const box of document.querySelectorAll("textarea")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.addEventListener("click", async () => {
      box.select();
      let done = document.execCommand("copy");
      if (!done && navigator.clipboard) done = await navigator.clipboard.writeText(box.value).then(() => true, () => false);
      button.textContent = done ? "Copied" : "Press Ctrl+C";
    });
    box.after(button);
  }
}
