"use strict";

/**
 * A map without tiles: cells of 500 m, over ward shapes where there are any. It is drawn flat, degrees
 * of longitude shortened by the cosine of the latitude, because spherical projections turn shapes
 * inside out whose rings run the other way round (RFC 7946).
 */
const cityMap = (() => {
  const HALF = 0.00225; // half a cell of 500 m, in degrees of latitude

  /** @param {City} city @param {Figures} figures */
  function prepare(city, figures) {
    const sources = figures.sources;
    const cells = [];
    let placed = 0, missing = 0;
    const { byCell } = figures.cohort;
    for (let number = 0; number < byCell.n.length; number++) {
      const n = byCell.n[number];
      if (!n) continue;
      const [source, lat, long] = city.lists.cell[number];
      if (lat === null) missing += n;
      else {
        cells.push({ source, lat, long, n, open: byCell.open[number] });
        placed += n;
      }
    }
    // One city at a time: that with most requests, where the view is of several.
    const names = new Map();
    for (const cell of cells) names.set(cell.source, (names.get(cell.source) || 0) + cell.n);
    const source = [...names].sort((a, b) => b[1] - a[1])[0]?.[0] ?? sources[0]?.source;
    const shapes = city.about(source)?.wards || null;
    return { source, others: names.size - 1, cells: cells.filter((cell) => cell.source === source).sort((a, b) => a.n - b.n), shapes, placed, missing };
  }

  /** The box that holds all but the few cells that lie far off. @param {any[]} cells @param {any[] | null} shapes */
  function frame(cells, shapes) {
    const points = shapes?.length ? shapes.flatMap((ward) => ward.rings.flat()).map(([x, y]) => ({ long: x, lat: y, n: 1 })) : cells;
    const total = points.reduce((sum, point) => sum + point.n, 0);
    const bounds = (/** @type {"lat" | "long"} */ axis) => {
      if (shapes?.length) return [Math.min(...points.map((p) => p[axis])), Math.max(...points.map((p) => p[axis]))];
      const sorted = [...points].sort((a, b) => a[axis] - b[axis]);
      const at = (/** @type {number} */ share) => {
        let sum = 0;
        for (const point of sorted) if ((sum += point.n) >= share * total) return point[axis];
        return sorted[sorted.length - 1][axis];
      };
      const low = at(0.002), high = at(0.998), spare = Math.max((high - low) * 0.1, 3 * HALF);
      return [Math.max(sorted[0][axis], low - spare), Math.min(sorted[sorted.length - 1][axis], high + spare)];
    };
    const [south, north] = bounds("lat"), [west, east] = bounds("long");
    return { south: south - 2 * HALF, north: north + 2 * HALF, west: west - 3 * HALF, east: east + 3 * HALF };
  }

  /** @param {HTMLElement} place @param {City} city @param {Figures} figures */
  async function paint(place, city, figures) {
    const { cells, shapes } = prepare(city, figures);
    const box = frame(cells, shapes);
    const shrink = Math.cos(((box.south + box.north) / 2) * (Math.PI / 180));
    const width = Math.max(160, place.clientWidth), height = Math.min(460, Math.max(300, width));
    const scale = Math.min(width / ((box.east - box.west) * shrink), height / (box.north - box.south));
    const middle = [((box.west + box.east) / 2) * shrink, (box.south + box.north) / 2];
    const projection = { type: "identity", reflectY: true, scale, translate: [width / 2 - middle[0] * scale, height / 2 + middle[1] * scale] };
    const side = HALF / shrink;
    const inside = cells.filter((cell) => cell.lat > box.south && cell.lat < box.north && cell.long > box.west && cell.long < box.east);
    const square = (/** @type {any} */ cell) => ({
      type: "Feature",
      geometry: { type: "Polygon", coordinates: [[[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([x, y]) => [(cell.long + x * side) * shrink, cell.lat + y * HALF])] },
      properties: { n: cell.n, tip: `${words.count(cell.n, "request")}, ${words.whole(cell.open)} open` },
    });
    const outline = (/** @type {any} */ ward) => ({
      type: "Feature",
      geometry: { type: "MultiLineString", coordinates: ward.rings.map((/** @type {any} */ ring) => ring.map(([x, y]) => [x * shrink, y])) },
      properties: { chosen: figures.state.ward.includes(ward.ward) },
    });
    const area = (/** @type {any} */ ward) => {
      const row = byWard.get(ward.ward);
      return {
        type: "Feature",
        geometry: { type: "MultiPolygon", coordinates: ward.rings.map((/** @type {any} */ ring) => [ring.map(([x, y]) => [x * shrink, y])]) },
        properties: { n: row?.n ?? 0, tip: `Ward ${ward.ward}: ${words.count(row?.n ?? 0, "request")}` },
      };
    };
    const byWard = new Map(wardRows(city, figures).map((row) => [row.ward, row]));
    const filled = !inside.length && shapes;
    const ink = theme.colour;
    const spec = {
      height, projection,
      usermeta: { renderer: "canvas" },
      padding: 0, autosize: { type: "none" },
      layer: [
        {
          data: { name: "cells" },
          mark: { type: "geoshape", stroke: filled ? ink("paper") : null, strokeWidth: 1 },
          encoding: {
            color: { field: "properties.n", type: "quantitative", scale: { type: "sqrt", range: [ink("heat-low"), ink("heat-high")], domainMin: 0 },
              legend: null },
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
      ],
    };
    const data = { cells: filled ? shapes.map(area) : inside.map(square), wards: (shapes || []).map(outline) };
    const shown = h("div");
    place.replaceChildren(shown, legend(filled ? shapes.map(area) : inside.map(square)));
    await draw.chart(shown, spec, data, `Map of ${words.count(inside.reduce((sum, cell) => sum + cell.n, 0), "request")} in ${words.count(inside.length, "cell")} of 500 metres; the table below lists them`);
  }
  /** @param {any[]} features */
  function legend(features) {
    const most = Math.max(1, ...features.map((feature) => feature.properties.n));
    return h("p", { class: "scale" }, "1", h("span", { class: "scale-colours", "aria-hidden": "true" }), `${words.whole(most)} requests`);
  }

  return { prepare, draw: paint };
})();
