"use strict";

/**
 * @typedef {object} Rows spells for which requests were open, in columns; days count from `base`
 * @property {number} n
 * @property {Uint16Array} opened day
 * @property {Uint16Array} ended day, or NEVER
 * @property {Uint16Array} hours how long it took or has taken so far, or NEVER where that is unknown
 * @property {Uint16Array} service
 * @property {Uint16Array} ward
 * @property {Uint16Array} channel
 * @property {Uint16Array} status
 * @property {Uint32Array} cell
 * @property {Uint8Array} fate OPEN, CLOSED, GONE or UNDATED (closed, when unknown)
 * @property {Uint8Array} target NONE, NOT_DUE, MET or LATE
 * @property {Uint8Array} kind 1 a duplicate, 2 information only, 3 both
 * @property {Uint8Array} again 1 where it is not the request's first spell
 */

const NEVER = 65535;
const OPEN = 0, CLOSED = 1, GONE = 2, UNDATED = 3;
const MET = 2, LATE = 3;

/**
 * Unpack what `pack.py` packed: planes of bytes, deflated, in base64.
 * @param {{rows: number, columns: Record<string, string[]>}} packed
 * @returns {Promise<Rows>}
 */
async function unpackRows(packed) {
  const n = packed.rows;
  /** @param {string} name */
  const column = async (name) => {
    const planes = await Promise.all((packed.columns[name] || []).map(inflate));
    const values = name === "cell" ? new Uint32Array(n) : new Uint16Array(n);
    planes.forEach((plane, at) => {
      const factor = 256 ** at;
      if (at === 0) values.set(plane);
      else for (let i = 0; i < n; i++) values[i] += plane[i] * factor;
    });
    return values;
  };
  const names = ["opened", "service", "ward", "cell", "channel", "status", "traits", "hours", "turn"];
  const [opened, service, ward, cell, channel, status, traits, hours, turn] =
    await Promise.all(names.map(column));
  const ended = new Uint16Array(n);
  const [fate, target, kind, again] = Array.from({ length: 4 }, () => new Uint8Array(n));
  for (let i = 0; i < n; i++) {
    const trait = traits[i];
    fate[i] = trait & 3;
    target[i] = (trait >> 2) & 3;
    kind[i] = (trait >> 4) & 3;
    again[i] = (trait >> 6) & 1;
    const days = hours[i] === NEVER ? 0 : Math.floor(hours[i] / 24);
    ended[i] = fate[i] === CLOSED || fate[i] === GONE ? opened[i] + days + turn[i] - 1 : NEVER;
  }
  return /** @type {Rows} */ ({
    n, opened, ended, hours, service, ward, channel, status, cell, fate, target, kind, again,
  });
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
