"use strict";

/** What of a version is compared with the one before. */
const TOLD = {
  status: "status", status_notes: "note on the status", service_name: "service", agency_responsible: "agency",
  expected_datetime: "expected", closed_datetime: "closed", address: "address", description: "description", gone_at: "gone",
};

/**
 * One request with its whole history, versions and notes in the order in which they happened.
 * @param {City} city @param {any} row
 */
function requestCard(city, row) {
  const zone = city.about(row.source)?.zone || "UTC";
  const when = (/** @type {string | null} */ iso) => (iso ? words.when(iso, zone) : null);
  const photo = /^https?:\/\//.test(row.media_url || "")
    ? h("a", { href: row.media_url, rel: "noreferrer noopener", target: "_blank" }, "on the city's server") : null;
  const facts = {
    Status: row.status, Service: row.service_name, Group: row.service_group, Agency: row.agency_responsible,
    Made: when(row.requested_datetime), Expected: when(row.expected_datetime), Closed: when(row.closed_datetime),
    "Last changed": when(row.updated_datetime), Address: row.address, Ward: row.ward, "Postal code": row.zipcode,
    Channel: row.channel, Place: row.lat === null ? null : `${row.lat.toFixed(5)}, ${row.long.toFixed(5)}`,
    "Note on the status": row.status_notes, Description: row.description, Picture: photo,
    "Counted apart": row.is_duplicate ? "a duplicate" : row.is_info_only ? "information only" : null,
    "Shown no longer since": when(row.gone_at), "First seen": when(row.first_seen_at), "Last seen": when(row.last_seen_at),
  };
  const events = [
    ...row.versions.map((/** @type {any} */ version, /** @type {number} */ at) => ({
      at: version.valid_from, kind: at ? "changed" : "first seen so", lines: changes(version, row.versions[at - 1], when), seen: version.observed_at })),
    ...row.notes.map((/** @type {any} */ note) => ({ at: note.note_datetime, kind: note.type || "note", lines: [note.summary, note.description].filter(Boolean), seen: null })),
  ].sort((a, b) => (a.at || "").localeCompare(b.at || ""));
  return h("section", { class: "card full", "aria-labelledby": "title-request", id: "request" },
    h("h2", { id: "title-request" }, h("span", { class: "mono" }, row.service_request_id), ` ${row.service_name ?? ""}`),
    h("dl", { class: "facts" }, Object.entries(facts).filter(([, value]) => value).map(([name, value]) =>
      h("div", null, h("dt", null, name), h("dd", null, value)))),
    h("h3", null, `History: ${words.count(row.versions.length, "version")}, ${words.count(row.notes.length, "note")}`),
    h("ol", { class: "history" }, events.map((event) => h("li", { class: event.seen ? "version" : "note-event" },
      h("span", { class: "when" }, when(event.at) ?? "time unknown"), h("span", { class: "badge" }, event.kind),
      h("div", null, event.lines.map((/** @type {string} */ line) => h("p", null, line))),
      event.seen ? h("span", { class: "quiet" }, `seen ${when(event.seen)}`) : null))));
}

/** @param {any} version @param {any} before @param {(iso: string | null) => string | null} when */
function changes(version, before, when) {
  const text = (/** @type {string} */ name, /** @type {any} */ value) => (value === null || value === undefined ? "none" : /_(datetime|at)$/.test(name) ? when(value) : value);
  if (!before) return [`status ${version.status ?? "unknown"}`, ...(version.status_notes ? [version.status_notes] : [])];
  const found = Object.entries(TOLD).filter(([name]) => (version[name] ?? null) !== (before[name] ?? null))
    .map(([name, label]) => `${label}: ${text(name, before[name])} → ${text(name, version[name])}`);
  return found.length ? found : ["what is not shown here changed"];
}
