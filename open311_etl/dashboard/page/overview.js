"use strict";

/** The cards of the overview. @param {City} city @returns {Card[]} */
function overviewCards(city) {
  const iso = city.iso;
  const noRequests = (/** @type {Figures} */ f) => (f.cohort.n ? null : "No requests in this view.");
  const ms = (/** @type {string} */ day) => Date.parse(`${day}T00:00:00Z`);
  const DAY = 86400000;
  /** @param {Figures} f */
  const time = (f) => {
    const { unit, rows } = periods(city, f);
    const drawn = rows.map((row) => {
      const start = ms(row.start);
      const end = unit === "day" ? start + DAY : unit === "week" ? start + 7 * DAY : Date.UTC(new Date(start).getUTCFullYear(), new Date(start).getUTCMonth() + 1, 1);
      const pad = (end - start) * 0.1;
      const name = unit === "day" ? words.weekday(row.start) : unit === "week" ? `Week of ${words.day(row.start)}` : words.day(row.start);
      const more = row.partial ? ", not whole" : row.unread ? ", not all read" : "";
      return {
        ...row, left: start + pad, right: end - pad, middle: (start + end) / 2, end,
        tip: `${name}${more}: ${words.whole(row.opened)} opened, ${words.whole(row.closed)} closed, ${words.whole(row.open)} open at the end`,
      };
    });
    return { unit, rows, drawn };
  };

  return [
    {
      id: "flow", title: "Opened and closed", how: "flow", size: "wide", sql: "flow",
      empty: (f) => (sum(time(f).rows, "opened") + sum(time(f).rows, "closed") ? null : "Nothing was opened or closed in this view."),
      note: (f) => {
        const { unit, rows } = time(f);
        const unread = rows.filter((row) => row.unread).length;
        return `By ${unit}: ${words.whole(sum(rows, "opened"))} opened (bars), ${words.whole(sum(rows, "closed"))} closed (line).`
          + (rows.some((row) => row.partial) ? ` Pale: a ${unit} that is not whole.` : "")
          + (unread ? ` Shaded: ${words.count(unread, unit)} not all read.` : "");
      },
      rows: (f) => time(f).rows.map(({ start, opened, closed, open, partial, unread }) => ({ [time(f).unit]: start, opened, closed, open, whole: partial ? "no" : "yes", "days not all read": unread })),
      draw: (place, f) => {
        const { unit, drawn } = time(f);
        const gaps = drawn.filter((row) => row.unread).map((row) => ({ start: ms(row.start), end: row.end, tip: row.tip }));
        return draw.chart(place, specs.flow(), { rows: drawn, gaps }, `Opened and closed by ${unit}; ${words.whole(sum(drawn, "opened"))} opened, ${words.whole(sum(drawn, "closed"))} closed`, { daily: unit === "day" });
      },
    },
    {
      id: "backlog", title: "Open at the end of each day", how: "backlog", sql: "backlog",
      note: (f) => `${words.whole(f.flow.open[f.range.to - city.first])} open on ${words.day(iso(f.range.to))}.`,
      rows: (f) => openDays(f).map(({ day, open }) => ({ day, open })),
      draw: (place, f) => {
        const days = openDays(f);
        const rows = days.map(({ day, open }, at) => ({ middle: ms(day) + DAY / 2, open, final: at === days.length - 1, tip: `${words.weekday(day)}: ${words.whole(open)} open at its end` }));
        return draw.chart(place, specs.backlog(), { rows }, `Open requests by day, from ${words.whole(days[0].open)} to ${words.whole(days[days.length - 1].open)}`, { daily: days.length <= 120 });
      },
    },
    {
      id: "times", title: "Time to close, by service", how: "time-to-close", size: "wide", sql: "time_to_close",
      empty: (f) => noRequests(f) || (timed(f).length ? null : `No service has ${FEWEST.middle} requests in this view, too few for a middle.`),
      note: (f) => `Dot: within this time half were closed. Bar: from a quarter to three quarters. ${timed(f).length === 1 ? "n is beside the service." : `The ${words.whole(timed(f).length)} largest services, n beside each.`}`,
      rows: (f) => serviceRows(city, f).map((row) => ({
        service: row.name, code: row.code, n: row.curve.n, closed: row.curve.events,
        "median hours": row.n < FEWEST.middle ? "too few" : row.median ?? "not reached",
        "p90 hours": row.n < FEWEST.middle ? "too few" : row.p90 ?? "not reached" })),
      draw: (place, f) => {
        const longest = Math.max(1, ...timed(f).map((row) => row.p75 ?? row.p90 ?? row.curve.steps.at(-1)?.hours ?? 0));
        const { unit, size } = unitOf(longest);
        const rows = timed(f).map((row, order) => ({
          order, name: place.clientWidth < 520 ? row.label : `${row.label} (${words.whole(row.curve.n)})`,
          p25: (row.p25 ?? longest) / size, p75: (row.p75 ?? longest) / size,
          median: row.median === null || row.median === undefined ? null : row.median / size,
          tip: `${row.label}: half closed ${words.within(row.median ?? null)}, nine in ten ${words.within(row.p90 ?? null)}, n = ${words.whole(row.curve.n)}, ${words.whole(row.open)} still open`,
        }));
        return draw.chart(place, specs.times(rows.length, unit, place.clientWidth < 520), { rows }, `Time to close of the ${rows.length} largest services: ${rows.map((row) => row.tip).join("; ")}`);
      },
    },
    {
      id: "curve", title: "Time to close, all together", how: "time-to-close", sql: "curve",
      empty: (f) => noRequests(f) || (whole(f).n >= FEWEST.middle ? null : `Only ${words.count(whole(f).n, "request")} in this view; a curve needs ${FEWEST.middle}.`),
      note: (f) => `Half closed ${words.within(whole(f).by(0.5))}, nine in ten ${words.within(whole(f).by(0.9))}; n = ${words.whole(whole(f).n)}, ${words.whole(whole(f).n - whole(f).events)} of them not closed.`,
      rows: (f) => whole(f).steps.map(({ hours, open, low, high }) => ({ hours, "share still open": round(open), low: round(low), high: round(high) })),
      draw: (place, f) => {
        const steps = whole(f).steps;
        const { unit, size } = unitOf(steps[steps.length - 1].hours);
        const every = Math.max(1, Math.floor(steps.length / 300));
        const curve = steps.filter((_, at) => at % every === 0 || at === steps.length - 1).map((step) => ({
          ...step, after: step.hours / size, tip: `${words.share(step.open)} still open after ${words.length(step.hours)}` }));
        return draw.chart(place, specs.curve(unit), { curve }, `Share of requests still open by ${unit} since they were made`);
      },
    },
    ...overviewTables(city, mapCard(city)),
  ];

  /** Hours, where days would be too coarse. @param {number} longest hours @returns {{unit: "hours" | "days", size: number}} */
  function unitOf(longest) { return longest <= 96 ? { unit: "hours", size: 1 } : { unit: "days", size: 24 }; }
  /** @param {any[]} rows @param {string} name */
  function sum(rows, name) { return rows.reduce((total, row) => total + row[name], 0); }
  /** @param {number} x */
  function round(x) { return Math.round(x * 10000) / 10000; }
  /** @param {Figures} f */
  function openDays(f) {
    const found = [];
    for (let d = f.range.from; d <= f.range.to; d++) found.push({ day: iso(d), open: f.flow.open[d - city.first] });
    return found;
  }
  /** @param {Figures} f */
  function timed(f) { return serviceRows(city, f).filter((row) => row.curve.n >= FEWEST.middle).slice(0, 12); }
  /** @param {Figures} f */
  function whole(f) { return wholeCurve(city, f); }
}

/** The card of the map. @param {City} city @returns {Card} */
function mapCard(city) {
  /** @param {Figures} f */
  const mapped = (f) => cityMap.prepare(city, f);
  /** @param {Figures} f */
  const missing = (f) => (mapped(f).missing ? ` ${words.whole(mapped(f).missing)} have no coordinates.` : "");
  return {
    id: "map", title: "Where", how: "map", size: "half",
    sql: (f) => (mapped(f).points ? "points" : "cells"),
    empty: (f) => {
      const { cells, shapes } = mapped(f);
      return f.cohort.n ? (cells.length || shapes ? null : "These requests have no coordinates, so there is no map.") : "No requests in this view.";
    },
    note: (f) => {
      const { points, old, placed, source, others } = mapped(f), since = spots.since(city);
      const more = points ? "" : !old ? ` Up to ${words.whole(spots.MOST)} are shown one by one.`
        : since === Infinity ? "" : ` One by one they can be shown from ${words.day(city.iso(since))} on.`;
      return `${words.count(placed, "request")}, ${points ? `${placed === 1 ? "" : "each "}at its place, to about 60 m.` : "in cells of 500 m."}${missing(f)}${more}`
        + (others > 0 ? ` Shown is ${city.about(source)?.title}; choose another city above.` : "");
    },
    rows: (f) => {
      const to = (/** @type {number} */ degrees) => Math.round(degrees * 1e5) / 1e5;
      return (mapped(f).points ?? [...mapped(f).cells].reverse()).map(({ lat, long, n, open }) => ({ latitude: to(lat), longitude: to(long), requests: n, open }));
    },
    draw: (place, f) => cityMap.draw(place, city, f),
  };
}
