"use strict";

/** A text as SQL writes it. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

/**
 * The conditions of a view, as SQL over `chosen.sql`.
 * @param {City} city @param {View} state
 */
function conditions(city, state) {
  const found = [];
  const columns = { source: "source", service: "service_code", group: "service_group", ward: "ward", channel: "channel", status: "status" };
  for (const name of LISTS) {
    const values = state[name], column = columns[name];
    if (!values.length) continue;
    const texts = values.filter((value) => value !== NONE || name === "service" || name === "group").map(quoted);
    const parts = texts.length ? [`${column} IN (${texts.join(", ")})`] : [];
    if (values.includes(NONE) && name !== "service" && name !== "group") parts.push(`${column} IS NULL`);
    if (name === "ward" && values.includes("(other)")) continue; // a group of the page's own
    found.push(parts.length > 1 ? `(${parts.join(" OR ")})` : parts[0]);
  }
  return found;
}

/**
 * The SQL whose answer a card shows, for the view of now; it runs as it stands.
 * @param {City} city @param {string} name @param {Figures} figures
 */
function sqlOf(city, name, figures) {
  const { state, range } = figures;
  const texts = city.document.sql;
  const indented = (/** @type {string} */ text) => text.split("\n").map((line) => (line ? `    ${line}` : line)).join("\n");
  const where = conditions(city, state);
  const everything = `SELECT * FROM spell${where.length ? `\nWHERE ${where.join("\n    AND ")}` : ""}`;
  const chosen = `SELECT * FROM everything${state.all ? "" : "\nWHERE NOT is_duplicate AND NOT is_info_only"}`;
  const view = `SELECT DATE ${quoted(city.iso(range.from))} AS first_day, DATE ${quoted(city.iso(range.to))} AS last_day,\n`
    + `    DATE ${quoted(city.iso(range.last))} AS as_of_day`;
  const parts = { spell: texts.chosen, everything, chosen, view };
  const before = Object.entries(parts).map(([part, text]) => `${part} AS (\n${indented(text)}\n)`).join(",\n\n");
  const body = texts[name].replace(/^WITH /, "");
  return `WITH ${before}${body === texts[name] ? "" : ","}\n\n${body}\n`;
}
