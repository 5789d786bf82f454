"use strict";

/** From so many on, a middle or a share is shown, and a place in a ranking given. */
const FEWEST = { middle: 20, share: 50 };
/** Days within which a closing counts as prompt, where services and wards are compared. */
const PROMPT_DAYS = 14;
const AGES = [
  { label: "0 to 7 days", to: 7 }, { label: "8 to 30 days", to: 30 }, { label: "31 to 90 days", to: 90 },
  { label: "91 to 365 days", to: 365 }, { label: "over a year", to: Infinity },
];

/**
 * Everything that the overview shows, from two passes over the chosen rows. What is counted by day of
 * opening is called the cohort; `docs/dashboard.md` and the page "How we count" say it in words.
 * @param {City} city @param {View} state
 */
function count(city, state) {
  const chosen = choose(city, state);
  const range = rangeOf(city, state);
  const counted = state.all ? chosen : withoutAside(city, chosen);
  return {
    state, range, chosen, counted,
    flow: countFlow(city, counted, range),
    cohort: countCohort(city, counted, range),
    usual: state.ward.length ? countUsual(city, { ...state, ward: [] }, range) : null,
    aside: countAside(city, chosen, range),
    sources: sourcesOf(city, state),
  };
}

/** @typedef {ReturnType<typeof count>} Figures */

/** The rows that are neither duplicates nor information only. @param {City} city @param {Uint32Array} chosen */
function withoutAside(city, chosen) {
  const { kind } = city.rows;
  const found = new Uint32Array(chosen.length);
  let n = 0;
  for (let at = 0; at < chosen.length; at++) if (kind[chosen[at]] === 0) found[n++] = chosen[at];
  return found.subarray(0, n);
}

/**
 * Opened, closed and open at the end of each day from the first day of the data on, and the ages of
 * those that are open at the end of the range.
 * @param {City} city @param {Uint32Array} chosen @param {{from: number, to: number}} range
 */
function countFlow(city, chosen, range) {
  const { opened, ended, fate, again } = city.rows;
  const first = city.first, days = city.last - first + 1;
  const openedOn = new Float64Array(days), closedOn = new Float64Array(days), open = new Float64Array(days + 1);
  const ages = AGES.map((age) => ({ ...age, n: 0 }));
  let oldest = -1;
  for (let at = 0; at < chosen.length; at++) {
    const i = chosen[at];
    const start = opened[i] - first, end = ended[i] === NEVER ? days : ended[i] - first;
    if (start >= 0 && start < days && !again[i]) openedOn[start]++;
    if (fate[i] === UNDATED || start >= days) continue;
    if (fate[i] === CLOSED && end >= 0 && end < days) closedOn[end]++;
    if (end > 0) {
      open[Math.max(start, 0)]++;
      open[Math.min(Math.max(end, 0), days)]--;
    }
    if (opened[i] <= range.to && ended[i] > range.to) {
      const age = range.to - opened[i];
      oldest = Math.max(oldest, age);
      let bin = 0;
      while (age > AGES[bin].to) bin++;
      ages[bin].n++;
    }
  }
  for (let d = 1; d < days; d++) open[d] += open[d - 1];
  return { opened: openedOn, closed: closedOn, open, ages, oldest };
}

/**
 * What became of the requests made within the range.
 * @param {City} city @param {Uint32Array} chosen @param {{from: number, to: number, last: number}} range
 */
function countCohort(city, chosen, range) {
  const { rows, lists } = city;
  const services = lists.service.length, wards = lists.ward.length;
  const times = survival.table(services);
  const zeros = (/** @type {number} */ size) => new Float64Array(size);
  const byService = { n: zeros(services), open: zeros(services), due: zeros(services), met: zeros(services),
    mature: zeros(services), prompt: zeros(services), before: zeros(services) };
  const mix = { mature: zeros(services * wards), prompt: zeros(services * wards) };
  const byWard = { n: zeros(wards), open: zeros(wards) };
  const byChannel = zeros(lists.channel.length);
  const byCell = { n: new Uint32Array(lists.cell.length), open: new Uint32Array(lists.cell.length) };
  const length = range.to - range.from + 1;
  const ripe = range.last - PROMPT_DAYS;
  let n = 0, undated = 0;
  for (let at = 0; at < chosen.length; at++) {
    const i = chosen[at];
    if (rows.again[i]) continue;
    const day = rows.opened[i], s = rows.service[i], fate = rows.fate[i];
    if (day >= range.from - length && day < range.from) byService.before[s]++;
    if (day < range.from || day > range.to) continue;
    n++;
    byService.n[s]++;
    byWard.n[rows.ward[i]]++;
    byChannel[rows.channel[i]]++;
    if (fate === OPEN) {
      byService.open[s]++;
      byWard.open[rows.ward[i]]++;
    }
    if (fate === UNDATED) undated++;
    else if (rows.hours[i] !== NEVER) {
      const place = s * survival.SLOTS + survival.slot(rows.hours[i]);
      if (fate === CLOSED) times.closed[place]++;
      else times.censored[place]++;
      const prompt = fate === CLOSED && rows.hours[i] < PROMPT_DAYS * 24;
      if (day < ripe && fate !== GONE) {
        byService.mature[s]++;
        mix.mature[s * wards + rows.ward[i]]++;
        if (prompt) {
          byService.prompt[s]++;
          mix.prompt[s * wards + rows.ward[i]]++;
        }
      }
    }
    if (rows.target[i] >= MET) {
      byService.due[s]++;
      if (rows.target[i] === MET) byService.met[s]++;
    }
    byCell.n[rows.cell[i]]++;
    if (fate === OPEN) byCell.open[rows.cell[i]]++;
  }
  return { n, undated, times, byService, byWard, mix, byChannel, byCell };
}

/**
 * How prompt each service is in all wards together: what a ward is compared with.
 * @param {City} city @param {View} state @param {{from: number, to: number, last: number}} range
 */
function countUsual(city, state, range) {
  const chosen = choose(city, state);
  const { byService } = countCohort(city, state.all ? chosen : withoutAside(city, chosen), range);
  return byService;
}

/**
 * Duplicates and information-only requests among those of the range, shown or not.
 * @param {City} city @param {Uint32Array} chosen @param {{from: number, to: number}} range
 */
function countAside(city, chosen, range) {
  const { rows } = city;
  let n = 0, duplicates = 0, information = 0;
  for (let at = 0; at < chosen.length; at++) {
    const i = chosen[at];
    if (rows.again[i] || rows.opened[i] < range.from || rows.opened[i] > range.to) continue;
    n++;
    if (rows.kind[i] & 1) duplicates++;
    else if (rows.kind[i] & 2) information++;
  }
  return { n, duplicates, information };
}
