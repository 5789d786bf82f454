"use strict";

/** From so many on, a middle or a share is shown, and a place in a ranking given. */
const FEWEST = { middle: 20, share: 50 };
const AGES = [
  { label: "0 to 7 days", to: 7 }, { label: "8 to 30 days", to: 30 }, { label: "31 to 90 days", to: 90 },
  { label: "91 to 365 days", to: 365 }, { label: "over a year", to: Infinity },
];

/**
 * Everything that the overview shows. What is counted by day of opening is called the cohort;
 * `docs/dashboard.md` and the page "How we count" say it in words.
 * @param {City} city @param {View} state
 */
function count(city, state) {
  const chosen = choose(city, state);
  const range = rangeOf(city, state);
  return {
    state, range, chosen,
    flow: countFlow(city, chosen, range),
    ...countCohort(city, chosen, range),
    sources: sourcesOf(city, state),
  };
}

/** @typedef {ReturnType<typeof count>} Figures */

/**
 * Opened, closed and open at the end of each day from the first day of the data on, and the ages of
 * those that are open at the end of the range.
 * @param {City} city @param {Uint8Array} chosen @param {{from: number, to: number}} range
 */
function countFlow(city, chosen, range) {
  const { n, opened, ended, fate, again } = city.rows;
  const first = city.first, days = city.last - first + 1;
  const openedOn = new Float64Array(days), closedOn = new Float64Array(days), open = new Float64Array(days + 1);
  const aged = new Float64Array(AGES.length);
  let oldest = -1;
  for (let i = 0; i < n; i++) {
    if (!(chosen[i] & COUNTED)) continue;
    const start = opened[i] - first, end = ended[i] === NEVER ? days : ended[i] - first;
    if (start >= days) break; // rows are in the order of their days
    if (start >= 0 && !again[i]) openedOn[start]++;
    if (fate[i] === UNDATED) continue;
    if (fate[i] === CLOSED && end >= 0 && end < days) closedOn[end]++;
    if (end > 0) {
      open[Math.max(start, 0)]++;
      open[Math.min(end, days)]--;
    }
    if (opened[i] <= range.to && ended[i] > range.to) {
      const age = range.to - opened[i];
      if (age > oldest) oldest = age;
      let bin = 0;
      while (age > AGES[bin].to) bin++;
      aged[bin]++;
    }
  }
  for (let d = 1; d < days; d++) open[d] += open[d - 1];
  return { opened: openedOn, closed: closedOn, open, ages: AGES.map((age, bin) => ({ ...age, n: aged[bin] })), oldest };
}

/**
 * What became of the requests made within the range (`cohort`), how prompt each service is whatever
 * the ward (`usual`: what a ward is compared with), and what is counted apart, shown or not (`aside`).
 * @param {City} city @param {Uint8Array} chosen @param {{from: number, to: number, last: number}} range
 */
function countCohort(city, chosen, range) {
  const { rows, lists } = city;
  const services = lists.service.length, wards = lists.ward.length;
  const zeros = (/** @type {number} */ size) => new Uint32Array(size);
  const byService = { n: zeros(services), open: zeros(services), due: zeros(services), met: zeros(services),
    mature: zeros(services), prompt: zeros(services), before: zeros(services) };
  const cohort = {
    n: 0, byService, times: survival.table(services),
    mix: { mature: zeros(services * wards), prompt: zeros(services * wards) },
    byWard: { n: zeros(wards), open: zeros(wards) }, byChannel: zeros(lists.channel.length),
    byCell: { n: zeros(lists.cell.length), open: zeros(lists.cell.length) },
  };
  const usual = { mature: zeros(services), prompt: zeros(services) };
  const aside = { n: 0, duplicates: 0, information: 0 };
  const { opened, again, service, ward, fate, took, prompt: quick, kind, cell, target, channel } = rows;
  const { mix, byWard, byCell, byChannel, times } = cohort;
  const ripe = range.last - PROMPT_DAYS;
  const from = firstRow(rows, range.from), to = firstRow(rows, range.to + 1);

  for (let i = firstRow(rows, 2 * range.from - range.to - 1); i < from; i++) {
    if (chosen[i] & COUNTED && !again[i]) byService.before[service[i]]++;
  }
  for (let i = from; i < to; i++) {
    const has = chosen[i];
    if (!has || again[i]) continue;
    const s = service[i], end = fate[i], open = end === OPEN ? 1 : 0;
    const mature = opened[i] < ripe && took[i] !== NEVER && (end === OPEN || end === CLOSED) ? 1 : 0;
    const prompt = mature & quick[i];
    if (has & ELSEWHERE) {
      usual.mature[s] += mature;
      usual.prompt[s] += prompt;
    }
    if (has & CHOSEN) {
      aside.n++;
      if (kind[i] & 1) aside.duplicates++;
      else if (kind[i]) aside.information++;
    }
    if (!(has & COUNTED)) continue;
    const w = ward[i], c = cell[i], pair = s * wards + w;
    cohort.n++;
    byService.n[s]++;
    byService.open[s] += open;
    byService.mature[s] += mature;
    byService.prompt[s] += prompt;
    if (target[i] >= MET) byService.due[s]++;
    if (target[i] === MET) byService.met[s]++;
    mix.mature[pair] += mature;
    mix.prompt[pair] += prompt;
    byWard.n[w]++;
    byWard.open[w] += open;
    byChannel[channel[i]]++;
    byCell.n[c]++;
    byCell.open[c] += open;
    if (end !== UNDATED && took[i] !== NEVER) survival.put(times, s, took[i], end === CLOSED);
  }
  return { cohort, usual, aside };
}

/** The place of the first row of a day or later. @param {Rows} rows @param {number} day */
function firstRow({ opened, n }, day) {
  let low = 0, high = n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (opened[middle] < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
