"use strict";

/** The page "Is it all here?". @param {City} city @param {View} state */
function completePage(city, state) {
  return h("div", { class: "complete-page" }, sourcesOf(city, state).map((/** @type {any} */ source) => sourceStanding(within(source, state), state)));
}

/**
 * A source with what falls on the days of the view; without any chosen, all of it.
 * @param {any} source @param {View} state
 */
function within(source, state) {
  const { zone, coverage } = source;
  const from = state.from || "", to = state.to || "9999-12-31";
  const on = (/** @type {string | null} */ iso) => iso && words.localDay(iso, zone) >= from && words.localDay(iso, zone) <= to;
  const day = (/** @type {number} */ at) => new Date(Date.parse(`${coverage.first}T00:00:00Z`) + at * 86400000).toISOString().slice(0, 10);
  const days = coverage.proven.map((/** @type {any} */ _, /** @type {number} */ at) => at).filter((/** @type {number} */ at) => day(at) >= from && day(at) <= to);
  return {
    ...source,
    coverage: {
      first: days.length ? day(days[0]) : null,
      ...Object.fromEntries(VERDICTS.map(({ name }) => [name, days.map((/** @type {number} */ at) => coverage[name][at])])),
    },
    // A span ends before its last instant, which may be the next day's first.
    debt: source.debt.filter((/** @type {any} */ row) => words.localDay(row.span_start, zone) <= to
      && words.localDay(new Date(Date.parse(row.span_end) - 1000).toISOString(), zone) >= from),
    runs: source.runs.filter((/** @type {any} */ row) => on(row.started_at)),
    ways: source.ways.filter((/** @type {any} */ row) => on(row.seen_at)),
    catalog: source.catalog.filter((/** @type {any} */ row) => on(row.seen_at)),
    whole: source,
  };
}

/** @param {any} source @param {View} state */
function sourceStanding(source, state) {
  const { zone, coverage, whole } = source;
  const some = Boolean(state.from || state.to);
  const when = (/** @type {string | null} */ iso) => words.when(iso, zone);
  const total = (/** @type {string} */ name) => coverage[name].reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0);
  const seconds = VERDICTS.reduce((sum, { name }) => sum + total(name), 0);
  const share = (/** @type {string} */ name) => (seconds ? words.precise(total(name) / seconds) : "none");
  const lag = source.as_of && source.newest ? (Date.parse(source.as_of) - Date.parse(source.newest)) / 3600000 : null;
  const has = (/** @type {number} */ n) => (source.requests ? words.share(n / source.requests) : "none");
  const owed = whole.debt.length ? whole.debt[0].in_all : 0;
  const tiles = [
    ["Proven", share("proven"), some ? "of the time asked for on these days" : "of the time asked for"],
    ["Provisional", share("provisional"), `${words.count(source.waiting, "entry", "entries")} without an id; of ${words.whole(source.pending)} seen so far`],
    ["Suspect", share("suspect"), "read, but contradicted"],
    ["Blocked", share("blocked"), "cannot be read now"],
    ["Unread", share("unread"), "gaps between what was read"],
    ["As of", source.as_of ? when(source.as_of) : "never", "the last pull that ended well"],
    ["Newest request", source.newest ? when(source.newest) : "none", lag === null ? "" : `${words.length(Math.max(0, lag))} before the last pull`],
    ["Requests", words.whole(source.requests), `${some ? "of all days; " : ""}${has(source.located)} with coordinates, ${has(source.warded)} with a ward, ${has(source.expected)} with an expected time; ${words.whole(source.gone)} shown no longer`],
  ];
  const span = (/** @type {any} */ row) => `${when(row.span_start)} to ${when(row.span_end)}`;
  /** A table of those of some rows that fall on the days of the view. @param {string} title @param {any[]} rows @param {any[]} all @param {string} nothing */
  const listed = (title, rows, all, nothing) => h("section", { class: "card full" }, h("h3", null, title),
    rows.length ? plainTable(title, rows) : h("p", { class: "empty" }, all.length ? `None on these days; ${words.whole(all.length)} on others.` : nothing));
  const capped = whole.debt.length < owed ? words.whole(whole.debt.length) : null;
  const pieces = some ? `${words.count(source.debt.length, "piece")} on these days${capped ? `, of the first ${capped} of ${words.whole(owed)}` : ""}`
    : `${words.count(owed, "piece")}${capped ? `, the first ${capped} shown` : ""}`;
  return h("div", { class: "source-standing", "data-source": source.source },
    h("h2", { class: "source-title" }, source.title),
    h("section", { class: "tiles four", "aria-label": `Completeness of ${source.title}` }, tiles.map(([name, value, text]) =>
      h("div", { class: "tile", "data-tile": name.toLowerCase().replaceAll(" ", "-") }, h("span", { class: "tile-name" }, name),
        h("span", { class: `tile-value ${value.length > 9 ? "long" : ""}` }, value), h("span", { class: "tile-text" }, text)))),
    h("section", { class: "card full" }, h("h3", null, "Coverage by day, in the city's zone"), some && !coverage.first ? h("p", { class: "empty" }, "None of these days was asked for.") : calendar(source)),
    listed(owed ? `What is owed: ${pieces}` : "What is owed",
      source.debt.map((/** @type {any} */ row) => ({
        what: row.kind, span: span(row), entries: row.entries, since: row.since ? when(row.since) : "", tries: row.tries,
        "next try": row.next_try_at ? when(row.next_try_at) : "", why: row.reason })), whole.debt, "Nothing: all that was asked for is here."),
    listed("Last pulls", source.runs.map((/** @type {any} */ row) => ({
      started: when(row.started_at), "as of": when(row.as_of), result: row.result, "calls to the server": row.requests, readings: row.readings, new: row.new, changed: row.changed,
      seconds: row.ended_at ? Math.round((Date.parse(row.ended_at) - Date.parse(row.started_at)) / 1000) : null, message: row.message })), whole.runs, "No pull yet."),
    listed("Changes of the server's ways", source.ways.map((/** @type {any} */ row) => ({
      seen: when(row.seen_at), trait: row.trait, was: row.was, now: row.now, severity: row.severity, message: row.message })), whole.ways, "None was noticed."),
    listed("Changes of the catalog", source.catalog.map((/** @type {any} */ row) => ({
      seen: when(row.seen_at), code: row.service_code, service: row.service_name, change: row.change })), whole.catalog, "None since it was first read."));
}
