"use strict";

/** The charts as Vega-Lite: what is drawn, without the data. */
const specs = (() => {
  const day = { field: "start", type: "temporal", title: null, scale: { type: "utc" } };
  const step = 26;

  /** Days or months are named, as the signal `daily` says: a longer range needs no other chart. @param {number} labels */
  const timeAxis = (labels) => ({
    ...day,
    axis: { grid: false, labelExpr: "utcFormat(datum.value, daily ? '%-d %b' : '%b %Y')", labelFlush: true, labelOverlap: true, tickCount: labels, domain: true },
  });

  /** Opened as bars, closed as a line; days that are not all read are shaded. */
  function flow() {
    const x = timeAxis(8);
    const ink = theme.colour;
    return {
      height: 230,
      layer: [
        {
          data: { name: "gaps" },
          mark: { type: "rect", color: ink("gap"), opacity: 0.5 },
          encoding: { x: { ...x, field: "start" }, x2: { field: "end" }, tooltip: { field: "tip" } },
        },
        {
          data: { name: "rows" },
          mark: { type: "rect", color: ink("opened"), invalid: null },
          encoding: {
            x: { ...x, field: "left" }, x2: { field: "right" },
            y: { field: "opened", type: "quantitative", title: null, axis: { tickCount: 4, format: ",d", tickMinStep: 1 }, scale: { zero: true } },
            y2: { datum: 0 },
            opacity: { condition: { test: "datum.partial", value: 0.35 }, value: 0.85 },
            tooltip: [{ field: "tip" }],
          },
        },
        {
          data: { name: "rows" },
          transform: [{ filter: "!datum.partial" }],
          mark: { type: "line", color: ink("closed"), strokeWidth: 2.2, point: false, invalid: "break-paths-show-domains" },
          encoding: { x: { ...x, field: "middle" }, y: { field: "closed", type: "quantitative" } },
        },
        {
          data: { name: "rows" },
          mark: { type: "point", filled: true, size: 14, color: ink("closed") },
          encoding: {
            x: { ...x, field: "middle" }, y: { field: "closed", type: "quantitative" }, tooltip: { field: "tip" },
            opacity: { condition: { test: "datum.partial", value: 0.35 }, value: 1 },
          },
        },
      ],
    };
  }

  /** Open at the end of each day. */
  function backlog() {
    const ink = theme.colour;
    const y = { field: "open", type: "quantitative", title: null, axis: { tickCount: 4, format: ",d", tickMinStep: 1 }, scale: { zero: true } };
    return {
      height: 230,
      data: { name: "rows" },
      encoding: { x: { ...timeAxis(6), field: "middle" }, y },
      layer: [
        { mark: { type: "area", color: ink("opened"), opacity: 0.18, line: { color: ink("opened"), strokeWidth: 2 } } },
        { mark: { type: "point", filled: true, size: 60, color: ink("opened") },
          encoding: { opacity: { condition: { test: "datum.final", value: 1 }, value: 0 }, tooltip: { field: "tip" } } },
      ],
    };
  }

  /** How long it takes: the share still open after so long, with its interval. @param {"hours" | "days"} unit */
  function curve(unit) {
    const ink = theme.colour;
    const x = { field: "after", type: "quantitative", title: `${unit} since the request was made`, axis: { grid: false, tickCount: 6, tickMinStep: 1, domain: true, format: ",d" } };
    const y = (/** @type {string} */ field) => ({
      field, type: "quantitative", title: null, scale: { domain: [0, 1] }, axis: { format: ".0%", values: [0, 0.25, 0.5, 0.75, 1] },
    });
    return {
      height: 312,
      data: { name: "curve" },
      encoding: { x },
      layer: [
        { mark: { type: "area", interpolate: "step-after", color: ink("opened"), opacity: 0.2 }, encoding: { y: y("low"), y2: { field: "high" } } },
        { mark: { type: "line", interpolate: "step-after", color: ink("opened") }, encoding: { y: y("open") } },
        { mark: { type: "point", filled: true, size: 120, opacity: 0 }, encoding: { y: y("open"), tooltip: { field: "tip" } } },
      ],
    };
  }

  /** For each service the span in which the middle half was closed, and the middle. */
  function times(/** @type {number} */ rows, /** @type {"hours" | "days"} */ unit, /** @type {boolean} */ narrow) {
    const ink = theme.colour;
    const values = unit === "days" ? [0, 1, 3, 7, 14, 30, 90, 180, 365, 730] : [0, 1, 3, 6, 12, 24, 48, 72];
    const x = { type: "quantitative", title: narrow ? unit : `${unit}, on a scale that is wider at its start`, scale: { type: "symlog", constant: 1, domainMin: 0 }, axis: { values, format: ",d", domain: true } };
    const y = { field: "name", type: "nominal", sort: { field: "order" }, title: null, axis: { labelLimit: narrow ? 150 : 270, grid: false } };
    return {
      height: Math.max(1, rows) * step + 48, // of which the axis takes its part
      data: { name: "rows" },
      encoding: { y },
      layer: [
        { mark: { type: "rule", strokeWidth: 7, color: ink("opened"), opacity: 0.25, strokeCap: "round" },
          encoding: { x: { ...x, field: "p25" }, x2: { field: "p75" } } },
        { transform: [{ filter: "isValid(datum.median)" }],
          mark: { type: "point", filled: true, size: 90, color: ink("opened"), opacity: 1 },
          encoding: { x: { ...x, field: "median" }, tooltip: { field: "tip" } } },
        { transform: [{ filter: "!isValid(datum.median)" }],
          mark: { type: "text", align: "right", color: ink("quiet"), dx: -4 },
          encoding: { x: { ...x, field: "p75" }, text: { value: "middle not reached" }, tooltip: { field: "tip" } } },
      ],
    };
  }

  /** A flat map, framed by the signals: what is filled, the lines of the wards, single places. @param {boolean} edged */
  function map(edged) {
    const ink = theme.colour;
    const place = { longitude: { field: "x", type: "quantitative" }, latitude: { field: "y", type: "quantitative" } };
    return {
      usermeta: { renderer: "canvas" },
      padding: 0, autosize: { type: "none" },
      projection: { type: "identity", reflectY: true, scale: { expr: "zoom" }, translate: { expr: "[middle_x, middle_y]" } },
      layer: [
        { data: { name: "ground" }, mark: { type: "geoshape", color: ink("line"), stroke: ink("line") } },
        {
          data: { name: "heat" },
          mark: { type: "geoshape", stroke: edged ? ink("paper") : null, strokeWidth: 1 },
          encoding: {
            color: { field: "properties.n", type: "quantitative", legend: null,
              scale: { type: "sqrt", range: [ink("heat-low"), ink("heat-high")], domainMin: 0 } },
            tooltip: { field: "properties.tip" },
          },
        },
        {
          data: { name: "wards" },
          mark: { type: "geoshape", filled: false },
          encoding: {
            stroke: { condition: { test: "datum.properties.chosen", value: ink("ink") }, value: ink("edge") },
            strokeWidth: { condition: { test: "datum.properties.chosen", value: 2.5 }, value: 0.8 },
          },
        },
        {
          data: { name: "points" },
          mark: { type: "point", filled: true, stroke: ink("opened"), strokeWidth: 1.5, opacity: 0.9 },
          encoding: {
            ...place,
            size: { field: "n", type: "quantitative", legend: null, scale: { type: "linear", domain: [1, 20], range: [30, 300] } },
            fill: { condition: { test: "datum.open > 0", value: ink("opened") }, value: ink("paper") },
            tooltip: { field: "tip" },
          },
        },
      ],
    };
  }

  return { flow, backlog, curve, times, map };
})();
