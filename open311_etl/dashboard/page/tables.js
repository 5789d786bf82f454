"use strict";

/**
 * The cards that are tables with small bars, and the map beside that of the wards.
 * @param {City} city @param {Card} map
 * @returns {Card[]}
 */
function overviewTables(city, map) {
  const none = (/** @type {Figures} */ f) => (f.cohort.n ? null : "No requests in this view.");
  const tooFew = (/** @type {number} */ n) => h("span", { class: "quiet" }, n ? `n = ${words.whole(n)}, too few` : "no data");
  const round = (/** @type {number | null} */ x) => (x === null ? null : Math.round(x * 10000) / 10000);

  /** @param {any} row */
  const change = (row) => {
    if (row.before + row.n < FEWEST.share || !row.before) return h("span", { class: "quiet" }, "n/a");
    const ratio = row.n / row.before - 1;
    // Two Poisson counts differ for certain where their difference is more than chance brings.
    const clear = Math.abs(row.n - row.before) > 1.96 * Math.sqrt(row.n + row.before);
    return h("span", { class: clear ? "" : "quiet", title: `${words.whole(row.before)} in the ${clear ? "" : "same length of "}time before` }, words.change(ratio));
  };

  /** Whether the span before the view is within the data. @param {Figures} f */
  const comparable = (f) => f.range.from - (f.range.to - f.range.from + 1) >= city.first;

  /** @param {Figures} f */
  const promptShare = (f) => {
    const rows = serviceRows(city, f);
    return wilson(rows.reduce((n, row) => n + row.prompt, 0), rows.reduce((n, row) => n + row.mature, 0)).share;
  };

  return [
    {
      id: "services", title: "Services", how: "services", size: "full", sql: "services", empty: none,
      note: (f) => `By number of requests. Closed within ${PROMPT_DAYS} days: of those made at least ${PROMPT_DAYS} days before the last pull, with the interval at 95 %; the line marks all services together (${words.share(promptShare(f))}).`,
      rows: (f) => serviceRows(city, f).map((row) => {
        const { share, low, high } = wilson(row.prompt, row.mature);
        const told = row.mature >= FEWEST.share;
        return {
          ...(city.several ? { source: row.source } : {}), service: row.name, code: row.code, requests: row.n, open: row.open,
          ...(comparable(f) ? { "requests before": row.before } : {}), "old enough": row.mature,
          "closed within 14 days": told ? round(share) : "too few", low: told ? round(low) : null, high: told ? round(high) : null,
        };
      }),
      draw: (place, f) => {
        const rows = serviceRows(city, f), peak = Math.max(1, ...rows.map((row) => row.n)), all = promptShare(f);
        place.replaceChildren(rankTable({
          caption: "Services by number of requests", key: "services", rows,
          columns: [
            { name: "Service", cell: (row) => chooser("service", row.code, row.label) },
            { name: "Requests", class: "number", cell: (row) => words.whole(row.n) },
            { name: "Against the largest", unseen: true, class: "grow wide-only", cell: (row) => bar(row.n / peak) },
            ...(comparable(f) ? [{ name: "Change", class: "number wide-only", cell: change }] : []),
            { name: "Open", class: "number", cell: (/** @type {any} */ row) => words.whole(row.open) },
            { name: "Half closed within", class: "number wide-only", cell: (row) => (row.median === undefined ? tooFew(row.curve.n) : words.length(row.median)) },
            { name: `Closed within ${PROMPT_DAYS} days`, class: "number", cell: (row) => {
              if (row.mature < FEWEST.share) return tooFew(row.mature);
              const { share, low, high } = wilson(row.prompt, row.mature);
              return h("span", { class: "with-line" }, interval({ low, middle: share, high, mark: all, tip: `${words.share(low)} to ${words.share(high)}, n = ${words.whole(row.mature)}` }), h("span", null, words.share(share)));
            } },
          ],
        }));
      },
    },
    map,
    {
      id: "wards", title: "Wards", how: "wards", size: "half", sql: "wards",
      empty: (f) => none(f) || (wardRows(city, f).some((row) => row.ward !== NONE) ? null : "These requests name no wards."),
      note: () => `Closed within ${PROMPT_DAYS} days, against what the ward's own mix of services makes expect: 1.00 is as elsewhere. Only intervals that leave 1.00 out tell a difference.`,
      rows: (f) => ranked(f).map((row) => ({
        ...(city.several ? { source: row.source } : {}), ward: row.ward, requests: row.n, open: row.open, "old enough": row.mature, "closed in time": row.prompt,
        expected: Math.round(row.expected * 10) / 10, ratio: row.ranked ? round(row.ratio) : "too few",
        low: row.ranked ? round(row.low) : null, high: row.ranked ? round(row.high) : null })),
      draw: (place, f) => {
        place.replaceChildren(rankTable({
          caption: "Wards by observed against expected closings", key: "wards", rows: ranked(f), first: 12,
          columns: [
            { name: "Ward", cell: (row) => chooser("ward", row.ward, city.several ? `${row.ward} (${city.about(row.source)?.title ?? row.source})` : row.ward === NONE ? "no ward" : row.ward) },
            { name: "Requests", class: "number", cell: (row) => words.whole(row.n) },
            { name: "Open", class: "number wide-only", cell: (row) => words.whole(row.open) },
            { name: "Closed as expected", class: "number", cell: (row) => {
              if (!row.ranked) return tooFew(row.mature);
              const scaled = (/** @type {number} */ x) => (x - 0.5) / 1;
              return h("span", { class: "with-line" }, interval({ low: scaled(row.low), middle: scaled(row.ratio), high: scaled(row.high), mark: 0.5,
                tip: `${words.ratio(row.low)} to ${words.ratio(row.high)}; ${words.whole(row.prompt)} closed, ${words.tenth(row.expected)} expected, n = ${words.whole(row.mature)}` }), h("span", null, words.ratio(row.ratio)));
            } },
          ],
        }));
      },
    },
    {
      id: "on-time", title: "On time", how: "on-time", size: "half", sql: "on_time",
      empty: (f) => none(f) || (promises(f).length ? null : "No expected times have passed for these requests, or the city gives none."),
      note: (f) => {
        const due = promises(f).reduce((n, row) => n + row.due, 0), met = promises(f).reduce((n, row) => n + row.met, 0);
        return `${words.whole(met)} of ${words.whole(due)} whose expected time has passed were closed by then; ${words.share(due / Math.max(1, f.cohort.n))} of the requests in view have one that has passed.`;
      },
      rows: (f) => promises(f).map((row) => {
        const { share, low, high } = wilson(row.met, row.due), told = row.due >= FEWEST.share;
        return { service: row.name, code: row.code, due: row.due, met: row.met, share: told ? round(share) : "too few", low: told ? round(low) : null, high: told ? round(high) : null };
      }),
      draw: (place, f) => place.replaceChildren(rankTable({
        caption: "Services by promises kept", key: "on-time", rows: promises(f), first: 10,
        columns: [
          { name: "Service", cell: (row) => row.label },
          { name: "Due", class: "number", cell: (row) => words.whole(row.due) },
          { name: "On time", class: "number", cell: (row) => {
            if (row.due < FEWEST.share) return tooFew(row.due);
            const { share, low, high } = wilson(row.met, row.due);
            return h("span", { class: "with-line" }, interval({ low, middle: share, high, tip: `${words.share(low)} to ${words.share(high)}` }), h("span", null, words.share(share)));
          } },
        ],
      })),
    },
    {
      id: "channels", title: "How people report", how: "channels", size: "stacked", sql: "channels", empty: none,
      note: (f) => `Of ${words.count(f.cohort.n, "request")}.`,
      rows: (f) => channels(f).map(({ name, n }) => ({ channel: name, requests: n, share: round(n / f.cohort.n) })),
      draw: (place, f) => place.replaceChildren(barList("Channels", channels(f).map(({ name, n }) => ({
        name, n, label: `${words.whole(n)} (${words.share(n / f.cohort.n)})`, node: chooser("channel", name, name === NONE ? "not said" : name) })))),
    },
    {
      id: "ages", title: "Ages of open requests", how: "ages", size: "stacked", sql: "ages",
      empty: (f) => (f.flow.ages.some((age) => age.n) ? null : "Nothing is open in this view."),
      note: (f) => `Open at the end of ${words.day(city.iso(f.range.to))}; the oldest for ${words.count(f.flow.oldest, "day")}.`,
      rows: (f) => f.flow.ages.map(({ label, n }) => ({ age: label, open: n })),
      draw: (place, f) => {
        const all = f.flow.ages.reduce((n, age) => n + age.n, 0);
        place.replaceChildren(barList("Ages of open requests", f.flow.ages.map(({ label, n }) => ({ name: label, n, label: `${words.whole(n)} (${words.share(n / all)})` }))));
      },
    },
    {
      id: "aside", title: "Counted apart", how: "population", size: "full", sql: "aside", empty: (f) => (f.aside.n ? null : "No requests in this view."),
      note: (f) => (f.state.all ? "Shown together with all others, as you chose." : "Left out above, unless you choose otherwise in the filters."),
      rows: (f) => aside(f).map(({ name, n }) => ({ kind: name, requests: n })),
      draw: (place, f) => place.replaceChildren(barList("Requests that are counted apart", aside(f).map(({ name, n }) => ({ name, n, label: `${words.whole(n)} (${words.share(n / f.aside.n)})` })))),
    },
  ];

  /** @param {Figures} f */
  function ranked(f) {
    const rows = [...wardRows(city, f)];
    const place = (/** @type {any} */ row) => (row.ranked ? row.ratio : Infinity);
    return rows.sort((a, b) => place(a) - place(b) || b.n - a.n);
  }
  /** @param {Figures} f */
  function promises(f) { return serviceRows(city, f).filter((row) => row.due).sort((a, b) => b.due - a.due); }
  /** @param {Figures} f */
  function channels(f) {
    return city.lists.channel.map((/** @type {string | null} */ name, /** @type {number} */ at) => ({ name: name === null ? NONE : name, n: f.cohort.byChannel[at] }))
      .filter((/** @type {any} */ row) => row.n).sort((/** @type {any} */ a, /** @type {any} */ b) => b.n - a.n);
  }
  /** @param {Figures} f */
  function aside(f) {
    const { n, duplicates, information } = f.aside;
    return [{ name: "service requests", n: n - duplicates - information }, { name: "duplicates", n: duplicates }, { name: "information only", n: information }];
  }
}
