"use strict";

/**
 * Charts: a place on the page keeps its Vega view and gets new data, which is ten times quicker than a
 * new view. Vega's expressions are interpreted (`ast`), so the page needs no `eval`.
 */
const draw = (() => {
  /** @type {WeakMap<HTMLElement, {key: string, view: any}>} */
  const drawn = new WeakMap();
  const tip = byId("tip");

  function config() {
    const c = theme.colour;
    const font = getComputedStyle(document.body).fontFamily;
    return {
      font, background: null,
      aria: false, // one picture has one name, see `describe`; a text for each mark would double the work
      mark: { invalid: null }, // the data are whole
      view: { stroke: null },
      axis: {
        labelColor: c("quiet"), titleColor: c("quiet"), gridColor: c("line"), domainColor: c("edge"), tickColor: c("edge"),
        labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal", labelPadding: 6, gridOpacity: 1,
        domain: false, ticks: false, labelLimit: 210,
      },
      legend: { labelColor: c("ink"), titleColor: c("quiet"), labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
      text: { color: c("ink"), fontSize: 12 },
      line: { strokeWidth: 2 }, rule: { color: c("edge") },
      range: { category: [c("opened"), c("closed")], heatmap: [c("heat-low"), c("heat-high")], ramp: [c("heat-low"), c("heat-high")] },
      numberFormat: ",",
    };
  }

  /** Months and digits as the reader writes them. */
  const locale = (() => {
    const month = (/** @type {"short" | "long"} */ form) => Array.from({ length: 12 }, (_, at) =>
      new Intl.DateTimeFormat(undefined, { month: form, timeZone: "UTC" }).format(Date.UTC(2026, at, 15)));
    const weekday = (/** @type {"short" | "long"} */ form) => Array.from({ length: 7 }, (_, at) =>
      new Intl.DateTimeFormat(undefined, { weekday: form, timeZone: "UTC" }).format(Date.UTC(2026, 1, 1 + at)));
    const parts = new Intl.NumberFormat().formatToParts(1234567.8);
    const sign = (/** @type {string} */ type, /** @type {string} */ other) =>
      parts.find((part) => part.type === type)?.value ?? other;
    return {
      time: {
        dateTime: "%x, %X", date: "%-d %b %Y", time: "%H:%M", periods: ["AM", "PM"],
        days: weekday("long"), shortDays: weekday("short"), months: month("long"), shortMonths: month("short"),
      },
      number: { decimal: sign("decimal", "."), thousands: sign("group", ","), grouping: [3], currency: ["", ""] },
    };
  })();

  /** @param {any} _handler @param {MouseEvent} event @param {any} _item @param {any} value */
  function tooltip(_handler, event, _item, value) {
    if (value === null || value === undefined || value === "") {
      tip.hidden = true;
      return;
    }
    const lines = typeof value === "object" ? Object.entries(value) : [["", value]];
    tip.replaceChildren(...lines.map(([name, text]) => h("div", null, name ? h("span", { class: "quiet" }, `${name}: `) : null, String(text))));
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    const left = Math.min(event.clientX + 14, innerWidth - width - 8);
    const top = event.clientY + 18 + height > innerHeight ? event.clientY - height - 12 : event.clientY + 18;
    tip.style.left = `${Math.max(8, left)}px`;
    tip.style.top = `${Math.max(8, top)}px`;
  }

  /**
   * Draw a chart, or give the one that is there new data.
   * @param {HTMLElement} place
   * @param {any} spec Vega-Lite with named data sets
   * @param {Record<string, any[]>} data
   * @param {string} label what it shows, for who does not see it
   * @param {Record<string, any>} [signals] values of Vega's signals
   */
  async function chart(place, spec, data, label, signals = {}) {
    const width = Math.max(160, Math.floor(place.clientWidth));
    const key = JSON.stringify([spec, theme.colour("ink"), place.clientWidth ? 0 : 1]);
    const known = drawn.get(place);
    if (known && known.key === key && place.contains(known.view.container())) {
      for (const [name, rows] of Object.entries(data)) known.view.data(name, rows.map((row) => ({ ...row })));
      for (const [name, value] of Object.entries(signals)) known.view.signal(name, value);
      known.view.width(width);
      known.view.resize(); // else labels that need more room are cut
      await known.view.runAsync();
    } else {
      if (known) known.view.finalize();
      const holder = h("div", { class: "vega" });
      place.replaceChildren(holder);
      const whole = {
        $schema: "https://vega.github.io/schema/vega-lite/v6.json",
        autosize: { type: "fit", contains: "padding", resize: true },
        ...spec, width, params: Object.entries(signals).map(([name, value]) => ({ name, value })),
        datasets: Object.fromEntries(Object.entries(data).map(([name, rows]) => [name, rows.map((row) => ({ ...row }))])),
      };
      const result = await vegaEmbed(holder, whole, {
        mode: "vega-lite", renderer: spec.usermeta?.renderer || "svg", actions: false, ast: true,
        defaultStyle: false, tooltip, config: config(), hover: false, logLevel: 1,
        timeFormatLocale: locale.time, formatLocale: locale.number,
      });
      drawn.set(place, { key, view: result.view });
      place.dataset.width = String(width);
    }
    describe(place, label);
  }

  /** One picture with one name, in place of hundreds of marks that say nothing to the ear. */
  function describe(/** @type {HTMLElement} */ place, /** @type {string} */ label) {
    const picture = place.querySelector("svg, canvas");
    if (!picture) return;
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", label);
    picture.removeAttribute("aria-roledescription");
    picture.removeAttribute("tabindex");
    for (const mark of picture.querySelectorAll("[role], [aria-label]")) {
      mark.removeAttribute("role");
      mark.removeAttribute("aria-roledescription");
    }
    for (const part of picture.children) part.setAttribute("aria-hidden", "true");
  }

  return { chart, tooltip };
})();
