"use strict";

/**
 * @typedef {object} Spot a square of about 60 m, an eighth of a cell, in which requests were made
 * @property {number} lat of its middle
 * @property {number} long
 * @property {number} n
 * @property {number} open
 * @property {string} tip
 */

/** The single places of a few requests: about 60 m, which is a row of houses and not one of them. */
const spots = (() => {
  /** Up to so many requests are shown one by one. */
  const MOST = 1500;
  const METRES = 111320; // a degree of latitude
  const SIDE = 62.5;

  /** The middle of a spot. @param {number} lat of its cell @param {number} long of its cell @param {number} spot */
  function middle(lat, long, spot) {
    const shorter = Math.max(Math.cos((lat * Math.PI) / 180), 0.01);
    return {
      lat: lat + (((spot >> 3) - 3.5) * SIDE) / METRES,
      long: long + (((spot & 7) - 3.5) * SIDE) / (METRES * shorter),
    };
  }

  /**
   * The places of the requests of a view; null where some are older than the places that the page knows.
   * @param {City} city @param {Figures} figures @param {string} source
   * @returns {Spot[] | null}
   */
  function of(city, { range, chosen }, source) {
    const { rows, lists } = city;
    const known = rows.n - rows.spots.length;
    const from = firstRow(rows, range.from), to = firstRow(rows, range.to + 1);
    if (from < known) return null;
    /** @type {Map<number, {lat: number, long: number, rows: number[]}>} */
    const found = new Map();
    for (let i = from; i < to; i++) {
      if (!(chosen[i] & COUNTED) || rows.again[i]) continue;
      const [of, lat, long] = lists.cell[rows.cell[i]];
      if (of !== source || lat === null) continue;
      const number = rows.cell[i] * 64 + rows.spots[i - known];
      const spot = found.get(number);
      if (spot) spot.rows.push(i);
      else found.set(number, { ...middle(lat, long, rows.spots[i - known]), rows: [i] });
    }
    return [...found.values()].map(({ lat, long, rows: here }) => {
      const open = here.filter((i) => rows.fate[i] === OPEN).length;
      return { lat, long, n: here.length, open, tip: told(city, here, open) };
    }).sort((a, b) => b.n - a.n);
  }

  /** @param {City} city @param {number[]} here @param {number} open */
  function told({ rows, lists, iso }, here, open) {
    const names = [...new Set(here.map((i) => lists.service[rows.service[i]][2]))];
    const what = names.slice(0, 3).join(", ") + (names.length > 3 ? " and more" : "");
    if (here.length === 1) return `${what}, ${words.day(iso(rows.opened[here[0]]))}, ${open ? "open" : "not open"}`;
    return `${words.count(here.length, "request")}, ${words.whole(open)} open: ${what}`;
  }

  /** The first day of which all places are known. @param {City} city */
  function since(city) {
    const { rows } = city, known = rows.n - rows.spots.length;
    return known === 0 ? 0 : known < rows.n ? rows.opened[known] + 1 : Infinity;
  }

  return { MOST, of, since };
})();
