"use strict";

/**
 * A map without tiles: cells of 500 m, or the single places of a few requests, over ward shapes where
 * there are any. It is drawn flat, degrees of longitude shortened by the cosine of the latitude, because
 * spherical projections turn shapes inside out whose rings run the other way round (RFC 7946).
 */
const cityMap = (() => {
  const HALF = 0.00225; // half a cell of 500 m, in degrees of latitude

  /**
   * @typedef {object} Mapped what a map shows: of one city, that with most requests where the view is of several
   * @property {string} source
   * @property {number} others how many more cities the view has
   * @property {Array<{source: string, lat: number, long: number, n: number, open: number}>} cells
   * @property {Spot[] | null} points in place of the cells, where the requests are few
   * @property {boolean} old where they are few, but older than the places that the page knows
   * @property {any[] | null} shapes
   * @property {number} placed
   * @property {number} missing
   */

  const prepare = once((city, figures) => {
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
    const names = new Map();
    for (const cell of cells) names.set(cell.source, (names.get(cell.source) || 0) + cell.n);
    const [source, shown] = [...names].sort((a, b) => b[1] - a[1])[0] ?? [figures.sources[0]?.source, 0];
    const few = shown > 0 && shown <= spots.MOST;
    const points = few ? spots.of(city, figures, source) : null;
    return /** @type {Mapped} */ ({
      source, others: names.size - 1, cells: cells.filter((cell) => cell.source === source).sort((a, b) => a.n - b.n),
      points, old: few && !points, shapes: city.about(source)?.wards || null, placed, missing,
    });
  });

  /** The box that holds all but the few cells that lie far off. @param {Array<{lat: number, long: number, n: number}>} cells */
  function around(cells) {
    const total = cells.reduce((sum, cell) => sum + cell.n, 0);
    const bounds = (/** @type {"lat" | "long"} */ axis) => {
      const sorted = [...cells].sort((a, b) => a[axis] - b[axis]);
      const at = (/** @type {number} */ share) => {
        let sum = 0;
        return sorted.find((cell) => (sum += cell.n) >= share * total)?.[axis] ?? sorted[sorted.length - 1][axis];
      };
      const low = at(0.002), high = at(0.998), spare = Math.max((high - low) * 0.1, 3 * HALF);
      return [Math.max(sorted[0][axis], low - spare), Math.min(sorted[sorted.length - 1][axis], high + spare)];
    };
    const [south, north] = bounds("lat"), [west, east] = bounds("long");
    return { south: south - 2 * HALF, north: north + 2 * HALF, west: west - 3 * HALF, east: east + 3 * HALF };
  }

  /** The box of ward shapes. @param {any[]} shapes */
  function bound(shapes) {
    const box = { south: 90, north: -90, west: 180, east: -180 };
    for (const { rings } of shapes) for (const ring of rings) for (const [x, y] of ring) {
      box.south = Math.min(box.south, y - 2 * HALF);
      box.north = Math.max(box.north, y + 2 * HALF);
      box.west = Math.min(box.west, x - 3 * HALF);
      box.east = Math.max(box.east, x + 3 * HALF);
    }
    return box;
  }

  /** All of the city, or, where places are shown, the wards that are chosen. @param {Mapped} of @param {View} state */
  function frame({ cells, points, shapes }, state) {
    const chosen = points && shapes ? shapes.filter((each) => state.ward.includes(each.ward)) : [];
    return chosen.length ? bound(chosen) : shapes?.length ? bound(shapes) : around(cells);
  }

  /** @param {HTMLElement} place @param {City} city @param {Figures} figures */
  async function paint(place, city, figures) {
    const mapped = prepare(city, figures), { points, shapes } = mapped;
    const box = frame(mapped, figures.state);
    const shrink = Math.cos(((box.south + box.north) / 2) * (Math.PI / 180));
    const width = Math.max(160, place.clientWidth), height = Math.min(460, Math.max(300, width));
    const scale = Math.min(width / ((box.east - box.west) * shrink), height / (box.north - box.south));
    const middle = [((box.west + box.east) / 2) * shrink, (box.south + box.north) / 2];
    const inside = (/** @type {{lat: number, long: number}} */ { lat, long }) => lat > box.south && lat < box.north && long > box.west && long < box.east;
    const square = ({ lat, long, n = 0, open = 0 }) => ({
      type: "Feature",
      geometry: { type: "Polygon", coordinates: [[[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].map(([x, y]) => [(long + (x * HALF) / shrink) * shrink, lat + y * HALF])] },
      properties: { n, tip: n ? `${words.count(n, "request")}, ${words.whole(open)} open` : null },
    });
    const polygon = (/** @type {any} */ ward, /** @type {object} */ properties) => ({
      type: "Feature", properties,
      geometry: { type: "MultiPolygon", coordinates: ward.rings.map((/** @type {any} */ ring) => [ring.map(([x, y]) => [x * shrink, y])]) },
    });
    const byWard = new Map(wardRows(city, figures).map((row) => [row.ward, row.n]));
    const area = (/** @type {any} */ ward) => polygon(ward, {
      n: byWard.get(ward.ward) ?? 0, tip: `Ward ${ward.ward}: ${words.count(byWard.get(ward.ward) ?? 0, "request")}` });
    // Where nothing is behind them, the cells of all requests show where the city is.
    const ground = points && !shapes ? city.lists.cell.filter(([source, lat]) => source === mapped.source && lat !== null)
      .map(([, lat, long]) => ({ lat, long })) : [];
    const cells = points ? [] : mapped.cells.filter(inside);
    const filled = !points && !cells.length && shapes;
    const heat = filled ? shapes.map(area) : cells.map(square);
    const data = {
      ground: ground.map(square), heat,
      wards: (shapes || []).map((ward) => polygon(ward, { chosen: figures.state.ward.includes(ward.ward) })),
      points: (points || []).filter(inside).map((spot) => ({ ...spot, x: spot.long * shrink, y: spot.lat })),
    };
    const shown = place.firstElementChild?.classList.contains("map") ? /** @type {HTMLElement} */ (place.firstElementChild) : h("div", { class: "map" });
    const most = Math.max(1, ...heat.map((feature) => feature.properties.n));
    place.replaceChildren(shown, points ? key() : shades(most));
    const n = (points ? data.points : cells).reduce((sum, each) => sum + each.n, 0);
    await draw.chart(shown, { ...specs.map(Boolean(filled)), height }, data,
      points ? `Map of ${words.count(n, "request")}, each at its place; the table lists them`
        : `Map of ${words.count(n, "request")} in ${words.count(cells.length, "cell")} of 500 metres; the table lists them`,
      { zoom: scale, middle_x: width / 2 - middle[0] * scale, middle_y: height / 2 + middle[1] * scale });
  }

  /** What the shades mean. @param {number} most */
  const shades = (most) => h("p", { class: "scale" }, "1", h("span", { class: "scale-colours", "aria-hidden": "true" }), `${words.whole(most)} requests`);

  /** What the circles mean. */
  const key = () => h("p", { class: "scale" }, h("span", { class: "scale-dot", "aria-hidden": "true" }), "some open",
    h("span", { class: "scale-dot hollow", "aria-hidden": "true" }), "none open; the larger, the more requests");

  return { prepare, draw: paint };
})();
