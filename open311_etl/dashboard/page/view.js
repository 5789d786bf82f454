"use strict";

/**
 * @typedef {object} View what the reader looks at; all of it stands in the address, to be shared
 * @property {string} page
 * @property {string[]} source names; none means all, here and below
 * @property {string[]} service codes
 * @property {string[]} group
 * @property {string[]} ward
 * @property {string[]} channel
 * @property {string[]} status
 * @property {string | null} from first day
 * @property {string | null} to last day
 * @property {boolean} all duplicates and information-only requests, too
 * @property {string} find what is searched for
 * @property {string | null} request id of the request that is looked at
 * @property {string | null} of its source
 */

const PAGES = { overview: "Overview", search: "Search", complete: "Is it all here?", how: "How we count" };
const LISTS = /** @type {const} */ (["source", "service", "group", "ward", "channel", "status"]);
const TEXTS = /** @type {const} */ (["from", "to", "request", "of"]);

const view = (() => {
  /** @type {Array<(now: View, before: View) => void>} */
  const listeners = [];
  let current = read();

  /** @returns {View} */
  function read() {
    const [path, query] = location.hash.replace(/^#/, "").split("?");
    const [page, anchor] = path.split("/");
    const asked = new URLSearchParams(query || "");
    const day = (/** @type {string} */ name) => {
      const text = asked.get(name);
      return text && /^\d{4}-\d{2}-\d{2}$/.test(text) && !isNaN(Date.parse(text)) ? text : null;
    };
    return {
      page: page in PAGES ? page : "overview",
      ...Object.fromEntries(LISTS.map((name) => [name, asked.getAll(name)])),
      from: day("from"), to: day("to"),
      all: asked.get("all") === "1",
      find: asked.get("find") || "",
      request: asked.get("request"), of: asked.get("of"),
      anchor: anchor || "",
    };
  }

  /** @param {View} state */
  function address(state) {
    const query = new URLSearchParams();
    for (const name of LISTS) for (const value of state[name]) query.append(name, value);
    for (const name of TEXTS) if (state[name]) query.set(name, /** @type {string} */ (state[name]));
    if (state.all) query.set("all", "1");
    if (state.find) query.set("find", state.find);
    const text = query.toString();
    return `#${state.page}${state.anchor ? "/" + state.anchor : ""}${text ? "?" + text : ""}`;
  }

  addEventListener("hashchange", () => {
    const before = current;
    current = read();
    listeners.forEach((each) => each(current, before));
  });

  return {
    /** @returns {View} */
    get now() { return current; },
    address: (/** @type {Partial<View>} */ change) => address({ ...current, anchor: "", ...change }),
    /** @param {Partial<View>} change @param {boolean} [silent] without a step to go back to */
    change(change, silent = false) {
      const target = address({ ...current, ...change });
      if (target === location.hash) return;
      if (!silent) location.hash = target;
      else {
        history.replaceState(null, "", target);
        const before = current;
        current = read();
        listeners.forEach((each) => each(current, before));
      }
    },
    /** @param {(now: View, before: View) => void} listener */
    onChange: (listener) => listeners.push(listener),
    /** The view without its filters. */
    clear: () => view.change({ source: [], service: [], group: [], ward: [], channel: [], status: [], from: null, to: null, all: false }),
  };
})();
