"use strict";

/**
 * Wilson's interval of a share at 95 % (1927): honest also where few are counted.
 * @param {number} hits @param {number} n
 */
function wilson(hits, n) {
  if (!n) return { share: 0, low: 0, high: 1 };
  const z = 1.959964, share = hits / n, spread = z * z / n;
  const centre = (share + spread / 2) / (1 + spread);
  const half = (z / (1 + spread)) * Math.sqrt((share * (1 - share)) / n + spread / (4 * n));
  return { share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

/**
 * Count once for the same figures, however many cards ask.
 * @template T
 * @param {(city: City, figures: Figures) => T} counting
 * @returns {(city: City, figures: Figures) => T}
 */
function once(counting) {
  /** @type {WeakMap<Figures, T>} */
  const known = new WeakMap();
  return (city, figures) => {
    if (!known.has(figures)) known.set(figures, counting(city, figures));
    return /** @type {T} */ (known.get(figures));
  };
}

/**
 * How a day compares with the same weekday of the eight weeks before.
 * @param {Float64Array} counts by day @param {number} day
 */
function usual(counts, day) {
  const before = [];
  for (let week = 1; week <= 8; week++) if (day - 7 * week >= 0) before.push(counts[day - 7 * week]);
  if (before.length < 4) return null;
  const mean = before.reduce((sum, n) => sum + n, 0) / before.length;
  const variance = before.reduce((sum, n) => sum + (n - mean) ** 2, 0) / (before.length - 1);
  const spread = 2 * Math.sqrt(Math.max(mean, variance));
  const low = Math.max(0, mean - spread), high = mean + spread;
  const n = counts[day];
  return { mean, low, high, weeks: before.length, word: n > high ? "more than usual" : n < low ? "fewer than usual" : "as usual" };
}

/**
 * The services of the range: volume, change, time to close, promptness, promises.
 * @param {City} city @param {Figures} figures
 */
const serviceRows = once((city, figures) => {
  const { byService, times } = figures.cohort;
  const found = [];
  for (let s = 0; s < city.lists.service.length; s++) {
    const n = byService.n[s];
    if (!n) continue;
    const [source, code, name, group] = city.lists.service[s];
    const curve = survival.curve(survival.only(times, s));
    found.push({
      source, code, name, label: city.labels[s], group, n, open: byService.open[s], before: byService.before[s], curve,
      median: curve.n >= FEWEST.middle ? curve.by(0.5) : undefined,
      p25: curve.by(0.25), p75: curve.by(0.75), p90: curve.n >= FEWEST.middle ? curve.by(0.9) : undefined,
      mature: byService.mature[s], prompt: byService.prompt[s],
      due: byService.due[s], met: byService.met[s],
    });
  }
  return found.sort((a, b) => b.n - a.n || a.name.localeCompare(b.name));
});

/**
 * The wards of the range: how many closings were prompt, against what the ward's own mix of services
 * makes expect from the shares of all wards, chosen or not (indirect standardisation), with an interval at 95 %.
 * @param {City} city @param {Figures} figures
 */
const wardRows = once((city, figures) => {
  const { usual: elsewhere, cohort: { byWard, mix } } = figures;
  const wards = city.lists.ward.length, services = city.lists.service.length;
  const found = [];
  for (let w = 0; w < wards; w++) {
    if (!byWard.n[w]) continue;
    let mature = 0, prompt = 0, expected = 0, variance = 0;
    for (let s = 0; s < services; s++) {
      const n = mix.mature[s * wards + w];
      if (!n) continue;
      const share = elsewhere.prompt[s] / elsewhere.mature[s];
      mature += n;
      prompt += mix.prompt[s * wards + w];
      expected += n * share;
      variance += n * share * (1 - share);
    }
    const ratio = expected ? prompt / expected : null, half = expected ? 1.959964 * Math.sqrt(variance) / expected : 0;
    const [source, ward] = city.lists.ward[w];
    found.push({
      source, ward: ward === null ? NONE : ward, n: byWard.n[w], open: byWard.open[w], mature, prompt, expected,
      ratio, low: ratio === null ? null : Math.max(0, ratio - half), high: ratio === null ? null : ratio + half,
      ranked: mature >= FEWEST.share && expected > 0,
    });
  }
  return found;
});

/**
 * Days, weeks or months of the range, whichever a reader can take in, with whether each is whole.
 * @param {City} city @param {Figures} figures
 */
const periods = once((city, figures) => {
  const { from, to, last } = figures.range;
  const days = to - from + 1;
  const unit = days <= 120 ? "day" : days <= 1100 ? "week" : "month";
  const gaps = gapDays(city, figures);
  const { flow } = figures;
  /** @type {Map<string, any>} */
  const found = new Map();
  for (let d = from; d <= to; d++) {
    const iso = city.iso(d);
    const key = unit === "day" ? iso : unit === "month" ? iso.slice(0, 7) + "-01" : city.iso(d - ((new Date(iso).getUTCDay() + 6) % 7));
    let row = found.get(key);
    if (!row) {
      row = { start: key, days: 0, opened: 0, closed: 0, open: 0, partial: false, unread: 0 };
      found.set(key, row);
    }
    const at = d - city.first;
    row.days++;
    row.opened += flow.opened[at];
    row.closed += flow.closed[at];
    row.open = flow.open[at];
    if (gaps.has(iso)) row.unread++;
    if (d >= last) row.partial = true;
  }
  const rows = [...found.values()];
  for (const row of rows) {
    const start = new Date(row.start);
    const whole = unit === "day" ? 1 : unit === "week" ? 7 : new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
    if (row.days < whole) row.partial = true;
  }
  return { unit, rows };
});

/**
 * Days of the range of which a part is not read, or not to be trusted, in any of the sources.
 * @param {City} city @param {Figures} figures
 */
const gapDays = once((city, figures) => {
  const found = new Set();
  for (const source of figures.sources) {
    const { first, unread, blocked, suspect } = source.coverage;
    if (!first) continue;
    const start = city.number(first);
    for (let at = 0; at < unread.length; at++) {
      if (unread[at] + blocked[at] + suspect[at] > 0) found.add(city.iso(start + at));
    }
  }
  return found;
});

/** The time to close of all services together. */
const wholeCurve = once((_, figures) => survival.curve(survival.together(figures.cohort.times)));
