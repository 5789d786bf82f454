"use strict";

/**
 * Make an element. Text is always text, never markup, so whatever the data hold is harmless.
 * @param {string} tag
 * @param {Record<string, any> | null} [attributes] `class`, `onclick` and other listeners, and plain
 *   attributes; null, undefined and false are left out, true is an empty attribute
 * @param {...(Node | string | number | null | undefined | Array<Node | string | null>)} children
 * @returns {HTMLElement}
 */
function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** @param {string} id */
function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * Offer a text as a file.
 * @param {string} name
 * @param {string} text
 */
function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/csv;charset=utf-8" }));
  const link = h("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/**
 * Give rows as CSV for spreadsheets: a byte-order mark, and no cell that a spreadsheet would run.
 * @param {Array<Record<string, any>>} rows
 */
function toCsv(rows) {
  const names = rows.length ? Object.keys(rows[0]) : [];
  const cell = (/** @type {any} */ value) => {
    if (value === null || value === undefined) return "";
    const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && isNaN(Number(value)) ? `'${value}` : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = [names, ...rows.map((row) => names.map((name) => row[name]))];
  return "\ufeff" + lines.map((line) => line.map(cell).join(",")).join("\r\n") + "\r\n";
}

/**
 * A table of plain text.
 * @param {string} caption
 * @param {Array<Record<string, any>>} rows
 */
function plainTable(caption, rows) {
  if (!rows.length) return h("p", { class: "empty" }, "Nothing to show.");
  const names = Object.keys(rows[0]);
  const numeric = new Set(names.filter((name) => rows.some((row) => typeof row[name] === "number")));
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", { class: "plain" },
      h("caption", { class: "unseen" }, caption),
      h("thead", null, h("tr", null,
        names.map((name) => h("th", { scope: "col", class: numeric.has(name) ? "number" : null }, name)))),
      h("tbody", null, rows.map((row) => h("tr", null, names.map((name) =>
        h("td", { class: numeric.has(name) ? "number" : null }, words.cell(row[name]))))))));
}
