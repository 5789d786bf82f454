"use strict";

/**
 * @typedef {object} Rows spells for which requests were open, in columns; days count from `base`
 * @property {number} n
 * @property {Uint16Array} opened day
 * @property {Uint16Array} ended day, or NEVER
 * @property {Uint16Array} took how long it took or has taken so far: hours up to SPAN, then whole days, or
 *   NEVER where that is unknown
 * @property {Uint16Array} service
 * @property {Uint16Array} ward
 * @property {Uint16Array} channel
 * @property {Uint16Array} status
 * @property {Uint32Array} cell
 * @property {Uint8Array} fate OPEN, CLOSED, GONE or UNDATED (closed, when unknown)
 * @property {Uint8Array} target NONE, NOT_DUE, MET or LATE
 * @property {Uint8Array} kind 1 a duplicate, 2 information only, 3 both
 * @property {Uint8Array} again 1 where it is not the request's first spell
 * @property {Uint8Array} prompt 1 where it was closed within 14 days
 * @property {Uint16Array} spots of the last rows: where in the cell, by eighths from south and west
 */

const NEVER = 65535;
/** Up to so many hours a time is in hours; a day more is one more from there on. */
const SPAN = 720;
const OPEN = 0, CLOSED = 1, GONE = 2, UNDATED = 3;
const MET = 2, LATE = 3;
/** Days within which a closing counts as prompt, where services and wards are compared. */
const PROMPT_DAYS = 14;

/**
 * Unpack what `pack.py` packed: planes of bytes, deflated, in base64.
 * @param {{rows: number, columns: Record<string, string[]>}} packed
 * @returns {Promise<Rows>}
 */
async function unpackRows(packed) {
  const n = packed.rows;
  const names = ["opened", "service", "ward", "cell", "channel", "status", "traits", "took", "turn", "spot"];
  const [opened, service, ward, steps, channel, status, traits, took, turn, spots] =
    await Promise.all(names.map((name) => unpackColumn(packed.columns[name] || [], name === "cell" ? Uint32Array : Uint16Array)));
  const ended = new Uint16Array(n), cell = new Uint32Array(n);
  const [fate, target, kind, again, prompt] = Array.from({ length: 5 }, () => new Uint8Array(n));
  for (let i = 0, at = 0; i < n; i++) {
    const trait = traits[i], step = steps[i];
    fate[i] = trait & 3;
    target[i] = (trait >> 2) & 3;
    kind[i] = (trait >> 4) & 3;
    again[i] = (trait >> 6) & 1;
    prompt[i] = fate[i] === CLOSED && (took[i] < 24 * PROMPT_DAYS || trait >> 7) ? 1 : 0;
    cell[i] = at += step & 1 ? -((step + 1) >>> 1) : step >>> 1;
    const days = took[i] === NEVER ? 0 : took[i] < SPAN ? (took[i] / 24) | 0 : took[i] - SPAN + SPAN / 24;
    ended[i] = fate[i] === CLOSED || fate[i] === GONE ? opened[i] + days + turn[i] - 1 : NEVER;
  }
  return /** @type {Rows} */ ({
    n, opened, ended, took, service, ward, channel, status, cell, fate, target, kind, again, prompt, spots,
  });
}

/** @param {string[]} packed @param {Uint16ArrayConstructor | Uint32ArrayConstructor} Numbers */
async function unpackColumn(packed, Numbers) {
  const planes = await Promise.all(packed.map(inflate));
  const values = new Numbers(planes.length ? planes[0].length : 0);
  planes.forEach((plane, at) => {
    const factor = 256 ** at;
    if (at === 0) values.set(plane);
    else for (let i = 0; i < values.length; i++) values[i] += plane[i] * factor;
  });
  return values;
}

/** @param {string} text base64 of a raw deflate stream */
async function inflate(text) {
  const stream = new Blob([fromBase64(text)]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** @param {string} text */
function fromBase64(text) {
  const quick = /** @type {any} */ (Uint8Array).fromBase64; // ten times as quick, since 2025
  if (quick) return quick.call(Uint8Array, text);
  const coded = atob(text);
  const bytes = new Uint8Array(coded.length);
  for (let i = 0; i < coded.length; i++) bytes[i] = coded.charCodeAt(i);
  return bytes;
}

/** Begun before the libraries are read, because a browser unpacks beside the page's own thread. */
const unpacking = (() => {
  const packed = /** @type {any} */ (window).open311_data?.rows;
  if (!packed || typeof DecompressionStream === "undefined") return null;
  const rows = unpackRows(packed);
  rows.catch(() => {}); // who waits for it hears of it
  return rows;
})();
