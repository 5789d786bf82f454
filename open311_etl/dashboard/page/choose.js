"use strict";

/** What a missing value is called in filters and lists. */
const NONE = "none";

/**
 * The data with what makes it easy to ask.
 * @param {any} document what `content.py` made
 * @param {Rows} rows
 */
function makeCity(document, rows) {
  const base = Date.parse(`${document.base}T00:00:00Z`) / 86400000;
  const lists = document.lists;
  const lastDays = document.sources.filter((/** @type {any} */ s) => s.as_of).map(
    (/** @type {any} */ s) => words.localDay(s.as_of, s.zone));
  const city = {
    document, rows, lists,
    number: (/** @type {string} */ iso) => Math.round(Date.parse(`${iso}T00:00:00Z`) / 86400000 - base),
    iso: (/** @type {number} */ day) => new Date((base + day) * 86400000).toISOString().slice(0, 10),
    /** @type {string[]} Of each service what tells it from all others. */
    labels: [],
    several: lists.source.length > 1,
    first: 0, last: 0,
    about: (/** @type {string} */ name) => document.sources.find((/** @type {any} */ s) => s.source === name),
  };
  /** @type {Map<string, number>} */
  const called = new Map();
  for (const [source, , name] of lists.service) called.set(source + name, (called.get(source + name) || 0) + 1);
  city.labels = lists.service.map((/** @type {any[]} */ [source, code, name]) => {
    const apart = [...(city.several ? [city.about(source)?.title ?? source] : []), ...((called.get(source + name) ?? 0) > 1 ? [code] : [])];
    return apart.length ? `${name} (${apart.join(", ")})` : name;
  });
  // Days before the first that was asked for hold only what was followed from there: no counts.
  const asked = document.sources.map((/** @type {any} */ s) => s.coverage.first).filter(Boolean).sort();
  city.first = city.number(asked.length && asked[0] > document.first ? asked[0] : document.first);
  const newest = rows.n ? rows.opened[rows.n - 1] : city.first;
  city.last = Math.max(city.first, lastDays.length ? city.number(lastDays.sort().at(-1)) : newest);
  return city;
}

/** @typedef {ReturnType<typeof makeCity>} City */

/**
 * The sources that a view is of.
 * @param {City} city @param {View} state
 */
function sourcesOf(city, state) {
  const wanted = new Set(state.source);
  const found = city.document.sources.filter((/** @type {any} */ s) => wanted.has(s.source));
  return found.length ? found : city.document.sources;
}

/**
 * First and last day of a view, as numbers; the last 90 days where it does not say.
 * @param {City} city @param {View} state
 */
function rangeOf(city, state) {
  const asOf = sourcesOf(city, state).filter((/** @type {any} */ s) => s.as_of).map(
    (/** @type {any} */ s) => city.number(words.localDay(s.as_of, s.zone)));
  const last = asOf.length ? Math.min(city.last, Math.max(...asOf)) : city.last;
  const clamp = (/** @type {number} */ day) => Math.min(Math.max(day, city.first), city.last);
  const to = state.to ? clamp(city.number(state.to)) : last;
  const from = state.from ? clamp(city.number(state.from)) : Math.max(city.first, to - 89);
  return { from: Math.min(from, to), to, last };
}

/** What a view has of a row: chosen by its filters; counted, too; counted if not for the filter of wards. */
const CHOSEN = 1, COUNTED = 2, ELSEWHERE = 4;

/**
 * What a view has of each row, whatever its day: CHOSEN, COUNTED and ELSEWHERE, added up.
 * @param {City} city @param {View} state
 */
function choose(city, state) {
  const { rows, lists } = city, every = CHOSEN | COUNTED | ELSEWHERE;
  const sets = Object.fromEntries(LISTS.map((name) => [name, new Set(state[name])]));
  const wants = (/** @type {string} */ name, /** @type {any} */ value) =>
    !sets[name].size || sets[name].has(value === null ? NONE : value);
  const chosen = new Uint8Array(rows.n);
  const kinds = Uint8Array.from([0, 1, 2, 3], (kind) => (kind === 0 || state.all ? every : CHOSEN));
  for (let i = 0; i < rows.n; i++) chosen[i] = kinds[rows.kind[i]];

  /** Of the rows whose value is not wanted only `rest` stays. @param {Uint16Array} column @param {boolean[]} wanted @param {number} [rest] */
  function keep(column, wanted, rest = 0) {
    if (wanted.every(Boolean)) return;
    const bits = Uint8Array.from(wanted, (is) => (is ? every : rest));
    for (let i = 0; i < chosen.length; i++) chosen[i] &= bits[column[i]];
  }
  keep(rows.service, lists.service.map((/** @type {any[]} */ [source, code, , group]) =>
    wants("source", source) && wants("service", code) && wants("group", group)));
  keep(rows.ward, lists.ward.map((/** @type {any[]} */ [, name]) => wants("ward", name)), ELSEWHERE);
  keep(rows.channel, lists.channel.map((/** @type {any} */ name) => wants("channel", name)));
  keep(rows.status, lists.status.map((/** @type {any} */ name) => wants("status", name)));
  return chosen;
}
