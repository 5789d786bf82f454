"use strict";

/** The page "Is it all here?". @param {City} city @param {View} state */
function completePage(city, state) {
  return h("div", { class: "complete-page" }, sourcesOf(city, state).map((/** @type {any} */ source) => sourceStanding(city, source)));
}

/** @param {City} city @param {any} source */
function sourceStanding(city, source) {
  const { zone, coverage } = source;
  const when = (/** @type {string | null} */ iso) => words.when(iso, zone);
  const total = (/** @type {string} */ name) => coverage[name].reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0);
  const seconds = VERDICTS.reduce((sum, { name }) => sum + total(name), 0);
  const share = (/** @type {string} */ name) => (seconds ? words.precise(total(name) / seconds) : "none");
  const lag = source.as_of && source.newest ? (Date.parse(source.as_of) - Date.parse(source.newest)) / 3600000 : null;
  const has = (/** @type {number} */ n) => (source.requests ? words.share(n / source.requests) : "none");
  const bad = source.debt.length ? source.debt[0].in_all : 0;
  const tiles = [
    ["Proven", share("proven"), "of the time asked for"],
    ["Provisional", share("provisional"), `${words.count(source.waiting, "entry", "entries")} without an id; of ${words.whole(source.pending)} seen so far`],
    ["Suspect", share("suspect"), "read, but contradicted"],
    ["Blocked", share("blocked"), "cannot be read now"],
    ["Unread", share("unread"), "gaps between what was read"],
    ["As of", source.as_of ? when(source.as_of) : "never", "the last pull that ended well"],
    ["Newest request", source.newest ? when(source.newest) : "none", lag === null ? "" : `${words.length(Math.max(0, lag))} before the last pull`],
    ["Requests", words.whole(source.requests), `${has(source.located)} with coordinates, ${has(source.warded)} with a ward, ${has(source.expected)} with an expected time; ${words.whole(source.gone)} shown no longer`],
  ];
  const span = (/** @type {any} */ row) => `${when(row.span_start)} to ${when(row.span_end)}`;
  const listed = (/** @type {string} */ title, /** @type {any[]} */ rows, /** @type {string} */ nothing) =>
    h("section", { class: "card full" }, h("h3", null, title), rows.length ? plainTable(title, rows) : h("p", { class: "empty" }, nothing));
  return h("div", { class: "source-standing", "data-source": source.source },
    h("h2", { class: "source-title" }, source.title),
    h("section", { class: "tiles four", "aria-label": `Completeness of ${source.title}` }, tiles.map(([name, value, text]) =>
      h("div", { class: "tile", "data-tile": name.toLowerCase().replaceAll(" ", "-") }, h("span", { class: "tile-name" }, name),
        h("span", { class: `tile-value ${value.length > 9 ? "long" : ""}` }, value), h("span", { class: "tile-text" }, text)))),
    h("section", { class: "card full" }, h("h3", null, "Coverage by day, in the city's zone"), calendar(source)),
    listed(bad ? `What is owed: ${words.count(bad, "piece")}${bad > source.debt.length ? `, the first ${words.whole(source.debt.length)} shown` : ""}` : "What is owed",
      source.debt.map((/** @type {any} */ row) => ({
        what: row.kind, span: span(row), entries: row.entries, since: row.since ? when(row.since) : "", tries: row.tries,
        "next try": row.next_try_at ? when(row.next_try_at) : "", why: row.reason })), "Nothing: all that was asked for is here."),
    listed("Last pulls", source.runs.map((/** @type {any} */ row) => ({
      started: when(row.started_at), "as of": when(row.as_of), result: row.result, "calls to the server": row.requests, readings: row.readings, new: row.new, changed: row.changed,
      seconds: row.ended_at ? Math.round((Date.parse(row.ended_at) - Date.parse(row.started_at)) / 1000) : null, message: row.message })), "No pull yet."),
    listed("Changes of the server's ways", source.ways.map((/** @type {any} */ row) => ({
      seen: when(row.seen_at), trait: row.trait, was: row.was, now: row.now, severity: row.severity, message: row.message })), "None was noticed."),
    listed("Changes of the catalog", source.catalog.map((/** @type {any} */ row) => ({
      seen: when(row.seen_at), code: row.service_code, service: row.service_name, change: row.change })), "None since it was first read."));
}
