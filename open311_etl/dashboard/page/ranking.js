"use strict";

/**
 * A table with small bars in it, of which the first rows are shown and the rest on demand.
 * @param {{caption: string, columns: Array<{name: string, class?: string, unseen?: boolean, cell: (row: any) => any}>,
 *   rows: any[], first?: number, key: string}} table
 */
function rankTable({ caption, columns, rows, first = 10, key }) {
  const open = rankTable.opened.has(key);
  const body = h("tbody");
  const fill = (/** @type {number} */ most) => body.replaceChildren(...rows.slice(0, most).map((row) =>
    h("tr", null, columns.map((column, at) => h(at ? "td" : "th",
      { class: column.class, scope: at ? null : "row", "data-name": column.name }, column.cell(row))))));
  fill(open ? Infinity : first);
  const all = rows.length > first ? h("button", { type: "button", class: "quiet more", onclick: () => {
    const opening = !rankTable.opened.has(key);
    if (opening) rankTable.opened.add(key);
    else rankTable.opened.delete(key);
    fill(opening ? Infinity : first);
    all.textContent = opening ? "Show fewer" : `Show all ${words.whole(rows.length)}`;
  } }, open ? "Show fewer" : `Show all ${words.whole(rows.length)}`) : null;
  return h("div", null,
    h("table", { class: "rank" },
      h("caption", { class: "unseen" }, caption),
      h("thead", null, h("tr", null, columns.map((column) => h("th", { scope: "col", class: column.class },
        column.unseen ? h("span", { class: "unseen" }, column.name) : column.name)))),
      body),
    all);
}
/** Tables whose rest is shown, over all redraws. @type {Set<string>} */
rankTable.opened = new Set();

/**
 * A button that chooses a value of a filter, or drops it where it is chosen.
 * @param {"service" | "ward" | "channel" | "group"} name @param {string} value @param {string} label
 */
function chooser(name, value, label) {
  const chosen = view.now[name].includes(value);
  return h("button", { type: "button", class: "pick", "aria-pressed": String(chosen), onclick: () => {
    view.change({ [name]: chosen ? view.now[name].filter((each) => each !== value) : [...view.now[name], value] });
  } }, label);
}

/** A bar of some share of the widest. @param {number} share @param {string} [kind] */
function bar(share, kind = "") {
  const inner = share > 0 ? h("span", { class: `bar-fill ${kind}` }) : null;
  if (inner) inner.style.width = `${Math.min(1, share) * 100}%`;
  return h("span", { class: "bar", "aria-hidden": "true" }, inner);
}

/**
 * An interval on a line from 0 to 1, with its middle, and a mark at `mark` to compare with.
 * @param {{low: number, middle: number, high: number, mark?: number, tip: string}} of
 */
function interval({ low, middle, high, mark, tip }) {
  const line = h("span", { class: "interval", "aria-hidden": "true", title: tip });
  const put = (/** @type {string} */ kind, /** @type {number} */ from, /** @type {number} */ to) => {
    const part = h("span", { class: kind });
    part.style.left = `${Math.max(0, Math.min(1, from)) * 100}%`;
    part.style.width = `${Math.max(0, Math.min(1, to) - Math.max(0, from)) * 100}%`;
    line.append(part);
  };
  if (mark !== undefined) put("interval-mark", mark, mark);
  put("interval-span", low, high);
  put("interval-middle", middle, middle);
  return line;
}

/**
 * A list of counts as bars.
 * @param {string} caption @param {Array<{name: string, n: number, label: string, node?: Node}>} rows
 */
function barList(caption, rows) {
  const peak = Math.max(1, ...rows.map((row) => row.n));
  return h("table", { class: "rank bars" },
    h("caption", { class: "unseen" }, caption),
    h("tbody", null, rows.map((row) => h("tr", null,
      h("th", { scope: "row" }, row.node || row.name),
      h("td", { class: "grow" }, bar(row.n / peak)),
      h("td", { class: "number" }, row.label)))));
}
