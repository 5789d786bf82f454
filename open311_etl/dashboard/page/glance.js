"use strict";

/**
 * The tiles at the top: the last whole day against usual, and how things stand.
 * @param {City} city @param {Figures} figures
 */
function glance(city, figures) {
  const { flow, cohort, range } = figures;
  // The day of the last pull is not over, so the day before is the last whole one.
  const day = Math.max(city.first, Math.min(range.to, range.last - 1));
  const at = day - city.first;
  const iso = city.iso(day);
  const curve = wholeCurve(city, figures);
  const median = curve.n >= FEWEST.middle ? curve.by(0.5) : undefined;
  let due = 0, met = 0;
  for (let s = 0; s < cohort.byService.due.length; s++) {
    due += cohort.byService.due[s];
    met += cohort.byService.met[s];
  }
  const promise = wilson(met, due);
  const end = range.to - city.first, before = end - 28;
  const open = flow.open[end];
  const change = before >= 0 ? open - flow.open[before] : null;

  /** @param {Float64Array} counts */
  const against = (counts) => {
    const known = usual(counts, at);
    if (!known) return { text: `too few weeks to say what is usual for a ${words.weekdayName(iso)}`, word: "" };
    return {
      word: known.word,
      text: `${known.word} for a ${words.weekdayName(iso)} (${words.whole(Math.round(known.low))} to ${words.whole(Math.round(known.high))})`,
    };
  };
  const opened = against(flow.opened), closed = against(flow.closed);
  const running = range.to === range.last && range.last > day ? ` So far today: ${words.whole(flow.opened[range.last - city.first])}.` : "";
  const tiles = [
    { id: "opened", name: `Opened on ${words.weekday(iso)}`, value: words.whole(flow.opened[at]), text: opened.text + "." + running, word: opened.word, how: "glance" },
    { id: "closed", name: `Closed on ${words.weekday(iso)}`, value: words.whole(flow.closed[at]), text: closed.text + ".", word: closed.word, how: "glance" },
    { id: "open", name: `Open on ${words.day(city.iso(range.to))}`, value: words.whole(open),
      text: change === null ? "" : change === 0 ? "the same as 28 days before" : `${words.whole(Math.abs(change))} ${change > 0 ? "more" : "fewer"} than 28 days before`, how: "backlog" },
    { id: "requests", name: "Requests in view", value: words.whole(cohort.n),
      text: `made from ${words.day(city.iso(range.from))} to ${words.day(city.iso(range.to))}`, how: "population" },
    { id: "median", name: "Half closed within",
      value: median === undefined ? "too few" : words.length(median),
      text: median === undefined ? `n = ${words.whole(curve.n)}; at least ${FEWEST.middle} are needed` : `n = ${words.whole(curve.n)}; open ones counted as far as they were seen`, how: "time-to-close" },
    { id: "on-time", name: "On time",
      value: !due ? "no data" : due < FEWEST.share ? "too few" : words.share(promise.share),
      text: !due ? "no expected times have passed in this view" : due < FEWEST.share ? `n = ${words.whole(due)}; at least ${FEWEST.share} are needed` : `of ${words.whole(due)} whose expected time has passed; ${words.share(promise.low)} to ${words.share(promise.high)}`, how: "on-time" },
  ];
  return h("section", { class: "tiles", "aria-label": "At a glance" }, tiles.map((tile) =>
    h("a", { class: "tile", href: view.address({ page: "how", anchor: tile.how }), "data-tile": tile.id },
      h("span", { class: "tile-name" }, tile.name),
      h("span", { class: `tile-value ${/^(too|no |not)/.test(tile.value) ? "soft" : ""}` }, tile.value),
      h("span", { class: `tile-text ${tile.word === "as usual" || !tile.word ? "" : "unusual"}` }, tile.text))));
}
