"use strict";

const VERDICTS = [
  { name: "blocked", label: "blocked", sign: "×", meaning: "cannot be read now; tried again at growing intervals" },
  { name: "suspect", label: "suspect", sign: "?", meaning: "read, but something contradicts it" },
  { name: "unread", label: "unread", sign: "–", meaning: "not asked for yet" },
  { name: "provisional", label: "provisional", sign: "·", meaning: "proven, but entries still wait for their id" },
  { name: "proven", label: "proven", sign: "", meaning: "every page was read to the end, and nothing contradicts it" },
];

/**
 * The worst that holds of a day.
 * @param {any} coverage @param {number} at
 */
function verdictOf(coverage, at) {
  return VERDICTS.find(({ name }) => coverage[name][at] > 0) || VERDICTS[4];
}

/**
 * Coverage as a calendar: a row for each weekday, a column for each week, a block for each year.
 * @param {any} source
 */
function calendar(source) {
  const { coverage } = source;
  if (!coverage.first) return h("p", { class: "empty" }, "Nothing was asked for yet.");
  const start = Date.parse(`${coverage.first}T00:00:00Z`);
  /** @type {Map<string, any[]>} */
  const years = new Map();
  for (let at = 0; at < coverage.proven.length; at++) {
    const iso = new Date(start + at * 86400000).toISOString().slice(0, 10);
    const days = years.get(iso.slice(0, 4)) || [];
    days.push({ iso, verdict: verdictOf(coverage, at), at });
    years.set(iso.slice(0, 4), days);
  }
  const blocks = [...years].reverse().map(([year, days]) => calendarYear(coverage, year, days));
  const legend = h("ul", { class: "legend" }, [...VERDICTS].reverse().map(({ name, label, sign, meaning }) =>
    h("li", null, h("span", { class: `day ${name}`, "aria-hidden": "true" }, sign), h("strong", null, label), ` ${meaning}`)));
  return h("div", null, legend, blocks);
}

/** @param {any} coverage @param {string} year @param {any[]} days */
function calendarYear(coverage, year, days) {
  const counts = VERDICTS.map(({ name, label }) => ({ label, n: days.filter((day) => day.verdict.name === name).length })).filter(({ n }) => n);
  const told = `${year}: ${counts.map(({ label, n }) => `${words.count(n, "day")} ${label}`).join(", ")}`;
  const cells = h("div", { class: "calendar", role: "img", "aria-label": told });
  const put = (/** @type {HTMLElement} */ cell, /** @type {number} */ column, /** @type {number} */ row) => {
    cell.style.gridColumnStart = String(column);
    cell.style.gridRowStart = String(row);
    cells.append(cell);
  };
  for (let row = 0; row < 7; row += 2) put(h("span", { class: "weekday" }, words.weekdayShort(row)), 1, row + 2);
  const start = Date.UTC(Number(year), 0, 1), before = (new Date(start).getUTCDay() + 6) % 7; // weeks begin on Monday
  for (const { iso, verdict, at } of days) {
    const number = (Date.parse(`${iso}T00:00:00Z`) - start) / 86400000 + before;
    const column = Math.floor(number / 7) + 2;
    put(h("span", { class: `day ${verdict.name}`, title: `${words.weekday(iso)}: ${parts(coverage, at)}` }, verdict.sign), column, (number % 7) + 2);
    if (iso.endsWith("-01")) put(h("span", { class: "month" }, words.month(iso)), column, 1);
  }
  const box = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Calendar of ${year}` }, cells);
  requestAnimationFrame(() => { box.scrollLeft = box.scrollWidth; }); // where there is no room, the newest first
  return h("div", { class: "year" }, h("h3", null, year), box, h("p", { class: "note" }, told));
}

/** @param {any} coverage @param {number} at */
function parts(coverage, at) {
  const total = VERDICTS.reduce((sum, { name }) => sum + coverage[name][at], 0) || 1;
  return VERDICTS.filter(({ name }) => coverage[name][at]).reverse()
    .map(({ name, label }) => (coverage[name][at] === total ? `all ${label}` : `${words.share(coverage[name][at] / total)} ${label}`)).join(", ");
}
