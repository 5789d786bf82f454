"use strict";

/** A text as SQL writes it. @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;

/**
 * The conditions of a view by filter, as SQL over `chosen.sql`.
 * @param {City} city @param {View} state
 */
function conditions(city, state) {
  /** @type {Record<string, string>} */
  const found = {};
  const columns = { source: "source", service: "service_code", group: "service_group", ward: "ward", channel: "channel", status: "status" };
  for (const name of LISTS) {
    const values = state[name], column = columns[name];
    if (!values.length) continue;
    const texts = values.filter((value) => value !== NONE || name === "service" || name === "group").map(quoted);
    const parts = texts.length ? [`${column} IN (${texts.join(", ")})`] : [];
    if (values.includes(NONE) && name !== "service" && name !== "group") parts.push(`${column} IS NULL`);
    if (name === "ward" && values.includes("(other)")) continue; // a group of the page's own
    found[name] = parts.length > 1 ? `(${parts.join(" OR ")})` : parts[0];
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
  const { ward, ...others } = conditions(city, state);
  const all = (/** @type {Array<string | undefined>} */ ...parts) => {
    const found = parts.filter(Boolean);
    return found.length ? `\nWHERE ${found.join("\n    AND ")}` : "";
  };
  const counted = state.all ? undefined : "NOT is_duplicate AND NOT is_info_only";
  const elsewhere = `SELECT *, ${ward || "true"} AS is_chosen FROM spell${all(...Object.values(others), counted)}`;
  const everything = `SELECT * FROM spell${all(...Object.values(others), ward)}`;
  const chosen = `SELECT * FROM everything${all(counted)}`;
  const view = `SELECT DATE ${quoted(city.iso(range.from))} AS first_day, DATE ${quoted(city.iso(range.to))} AS last_day,\n`
    + `    DATE ${quoted(city.iso(range.last))} AS as_of_day`;
  const parts = { spell: texts.chosen, elsewhere, everything, chosen, view };
  const uses = (/** @type {string} */ part) => part === "spell" || part === "view" || texts[name].includes(` ${part} `)
    || (part === "everything" && texts[name].includes(" chosen "));
  const before = Object.entries(parts).filter(([part]) => uses(part)).map(([part, text]) => `${part} AS (\n${indented(text)}\n)`).join(",\n\n");
  const body = texts[name].replace(/^WITH /, "");
  return `WITH ${before}${body === texts[name] ? "" : ","}\n\n${body}\n`;
}
