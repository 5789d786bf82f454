"use strict";

/** The lists that act on a page, where not all do: what a pull covers is known by city and day alone. */
const ACTING = { complete: ["source"] };

/** The bar of filters: it shows the view, and changes it. */
class Filters {
  /** @param {City} city */
  constructor(city) {
    this.city = city;
    this.lists = h("div", { class: "filter-lists" });
    this.of = "";
    /** @type {Picker[]} */
    this.pickers = [];
    const day = (/** @type {"from" | "to"} */ name, /** @type {string} */ label) => h("input", {
      type: "date", "aria-label": label, min: city.iso(city.first), max: city.iso(city.last), "data-filter": name,
      onchange: (/** @type {Event} */ event) => view.change({ [name]: /** @type {HTMLInputElement} */ (event.target).value || null }),
    });
    this.from = /** @type {HTMLInputElement} */ (day("from", "First day"));
    this.to = /** @type {HTMLInputElement} */ (day("to", "Last day"));
    this.spans = [[30, "30 days"], [90, "90 days"], [365, "1 year"], [Infinity, "All"]].map(([days, label]) => ({
      days: Number(days), button: h("button", { type: "button", class: "span", onclick: () => this.span(Number(days)) }, label),
    }));
    this.all = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", "data-filter": "all",
      onchange: () => view.change({ all: this.all.checked }) }));
    this.reset = h("button", { type: "button", class: "quiet", onclick: () => view.clear() }, "Clear all");
    this.element = h("div", { class: "filters", role: "search", "aria-label": "Filters" },
      h("div", { class: "filter-days" }, this.spans.map(({ button }) => button), this.from, h("span", { class: "quiet" }, "to"), this.to),
      this.lists);
    this.acting = h("p", { class: "acting" });
    this.summary = h("p", { class: "chosen" });
  }

  /** Offer what the chosen cities have. @param {View} state */
  offer(state) {
    const of = state.source.join("\n");
    if (this.pickers.length && of === this.of) return;
    this.of = of;
    const { city } = this, { lists } = city;
    const sources = new Set(sourcesOf(city, state).map((/** @type {any} */ source) => source.source));
    const named = (/** @type {any[]} */ values) => [...new Set(values)].map((value) => (value === null ? NONE : value));
    const plain = (/** @type {string[]} */ values) => values.map((value) => ({ value, label: value }));
    const own = lists.service.filter((/** @type {any[]} */ [source]) => sources.has(source));
    /** @type {Map<string, {value: string, label: string}>} */
    const services = new Map();
    for (const [source, code, name] of own) {
      const label = sources.size > 1 ? `${name} (${city.about(source)?.title ?? source})` : name;
      const known = services.get(code);
      services.set(code, { value: code, label: known ? `${known.label}, ${label}` : label });
    }
    const all = {
      source: lists.source.map((/** @type {string} */ value) => ({ value, label: city.about(value)?.title ?? value })),
      group: plain(named(own.map((/** @type {any[]} */ service) => service[3])).sort()),
      service: [...services.values()],
      ward: plain(named(lists.ward.filter((/** @type {any[]} */ [source]) => sources.has(source)).map((/** @type {any[]} */ ward) => ward[1]))),
      channel: plain(named(lists.channel)),
      status: plain(named(lists.status)),
    };
    const labels = { source: "City", group: "Group", service: "Service", ward: "Ward", channel: "Channel", status: "Status" };
    const open = this.pickers.find((picker) => picker.element.hasAttribute("open"))?.name;
    this.pickers = Object.entries(labels)
      .filter(([name]) => all[name].length > 1 || state[name].length)
      .map(([name, label]) => new Picker(label, /** @type {any} */ (name), all[name]));
    this.lists.replaceChildren(...this.pickers.map((picker) => picker.element),
      h("label", { class: "check" }, this.all, "with duplicates and information-only"), this.reset);
    const again = this.pickers.find((picker) => picker.name === open);
    again?.element.setAttribute("open", "");
    again?.summary.focus();
  }

  /** @param {number} days */
  span(days) {
    const { last } = rangeOf(this.city, { ...view.now, from: null, to: null });
    const from = Math.max(this.city.first, last - days + 1);
    view.change(days === 90 ? { from: null, to: null } : { from: this.city.iso(from), to: this.city.iso(last) });
  }

  /** @param {View} state @param {{from: number, to: number, last: number}} range */
  show(state, range) {
    this.offer(state);
    this.pickers.forEach((picker) => picker.show(state));
    // The overview is of 90 days unless told otherwise, the other pages of all.
    this.from.value = state.page === "overview" ? this.city.iso(range.from) : state.from || "";
    this.to.value = state.page === "overview" ? this.city.iso(range.to) : state.to || "";
    this.all.checked = state.all;
    this.acting.textContent = this.told(state);
    this.acting.hidden = !this.acting.textContent;
    const length = range.to - range.from + 1;
    const available = range.last - this.city.first + 1;
    for (const { days, button } of this.spans) {
      button.hidden = days !== Infinity && days >= available;
      button.setAttribute("aria-pressed", String(range.to === range.last && length === Math.min(days, available)));
    }
    const chosen = LISTS.some((name) => state[name].length) || state.from || state.to || state.all;
    this.reset.hidden = !chosen;
    const acting = ACTING[state.page] || LISTS;
    const days = state.page === "overview" || state.from || state.to ? [`${words.day(this.from.value || this.city.iso(this.city.first))} to ${words.day(this.to.value || this.city.iso(range.last))}`] : ["all days"];
    this.summary.textContent = [...days, ...this.chosen(state, acting), ...(state.all && state.page === "overview" ? ["with duplicates and information-only requests"] : [])].join("; ");
  }

  /** @param {View} state @param {readonly string[]} names */
  chosen(state, names) {
    return names.filter((name) => state[name].length).map((name) => `${name}: ${state[name].join(", ")}`);
  }

  /** Which filters act on a page, where not all do. @param {View} state */
  told(state) {
    if (state.page === "search") {
      return `All days, unless you choose some. Duplicates and information-only requests are found, too.${state.ward.includes("(other)") ? " The ward (other) does not act here." : ""}`;
    }
    if (state.page !== "complete") return "";
    const idle = this.chosen(state, LISTS.filter((name) => !ACTING.complete.includes(name)));
    return `A pull reads all of a day, so only ${this.city.several ? "city and days act" : "days act"} here${idle.length ? `, not ${idle.join("; ")}` : ""}.`;
  }
}
