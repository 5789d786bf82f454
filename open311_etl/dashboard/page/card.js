"use strict";

/**
 * @typedef {object} Card one thing that a page shows
 * @property {string} id
 * @property {string} title
 * @property {string} how anchor in "How we count"
 * @property {string} [size] wide or full
 * @property {string | ((figures: Figures) => string)} sql name of its query in `sql/dashboard/charts/`
 * @property {(figures: Figures) => string | null} [empty] why there is nothing to show
 * @property {(figures: Figures) => string} [note] what it says in a sentence, n included
 * @property {(figures: Figures) => Array<Record<string, any>>} rows what it shows, for CSV and table
 * @property {(place: HTMLElement, figures: Figures) => Promise<void> | void} draw
 */

/** A card on the page: it draws when it is seen, and offers its numbers, their SQL and their rules. */
class CardView {
  /** @param {Card} card @param {City} city */
  constructor(card, city) {
    this.card = card;
    this.city = city;
    /** @type {Figures | null} */
    this.figures = null;
    this.due = false;
    const { id, title } = card;
    this.note = h("p", { class: "note" });
    this.place = h("div", { class: "place" });
    this.extra = h("div", { class: "extra", hidden: true });
    this.toggles = new Map([["table", "Table"], ["sql", "SQL"]].map(([what, name]) => [what, h("button", {
      type: "button", class: "quiet", "aria-expanded": "false", onclick: () => this.toggle(what),
      "aria-label": `${name} of ${title}`,
    }, name)]));
    this.element = h("section", { class: `card ${card.size || ""}`, id: `card-${id}`, "aria-labelledby": `title-${id}` },
      h("h2", { id: `title-${id}` }, title),
      this.note, this.place,
      h("p", { class: "tools" },
        h("a", { href: "#", class: "how", "aria-label": `How ${title} is counted` }, "How it counts"),
        h("button", { type: "button", class: "quiet", "aria-label": `CSV of ${title}`, onclick: () => this.csv() }, "CSV"),
        [...this.toggles.values()]),
      this.extra);
  }

  /** @param {Figures} figures */
  set(figures) {
    this.figures = figures;
    this.due = true;
    this.element.querySelector(".how")?.setAttribute("href", view.address({ page: "how", anchor: this.card.how }));
  }

  isSeen() {
    const box = this.element.getBoundingClientRect();
    return box.bottom > -50 && box.top < innerHeight + 50;
  }

  async draw() {
    if (!this.due || !this.figures) return;
    this.due = false;
    const { card, figures } = this;
    const empty = card.empty?.(figures);
    this.element.dataset.empty = empty ? "yes" : "no";
    this.note.textContent = empty ? "" : card.note?.(figures) ?? "";
    this.note.hidden = !this.note.textContent;
    if (empty) this.place.replaceChildren(h("p", { class: "empty" }, empty));
    else await card.draw(this.place, figures);
    if (!this.extra.hidden) this.open(this.shown || "table");
  }

  rows() {
    return this.figures ? this.card.rows(this.figures) : [];
  }

  csv() {
    const range = this.figures?.range;
    const span = range ? `-${this.city.iso(range.from)}-${this.city.iso(range.to)}` : "";
    download(`${this.card.id}${span}.csv`, toCsv(this.rows()));
  }

  /** @param {string} what */
  toggle(what) {
    const opening = this.extra.hidden || this.shown !== what;
    this.extra.hidden = !opening;
    for (const [name, button] of this.toggles) button.setAttribute("aria-expanded", String(opening && name === what));
    if (opening) this.open(what);
  }

  /** @param {string} what */
  open(what) {
    this.shown = what;
    if (what === "table") this.extra.replaceChildren(plainTable(this.card.title, this.rows()));
    else {
      const figures = /** @type {Figures} */ (this.figures), { sql } = this.card;
      const text = sqlOf(this.city, typeof sql === "string" ? sql : sql(figures), figures);
      const copy = h("button", { type: "button", class: "quiet", onclick: async () => {
        await navigator.clipboard?.writeText(text);
        copy.textContent = "Copied";
      } }, "Copy");
      this.extra.replaceChildren(
        h("p", { class: "note" }, "Run it with ", h("code", null, "open311-etl query -f FILE"), ", or in any DuckDB on the published file. ", copy),
        h("pre", { class: "sql", tabindex: "0", "aria-label": `SQL of ${this.card.title}` }, text));
    }
  }
}

/** Draws what is seen at once and the rest when there is time; tells when each is done. */
const drawing = (() => {
  let turn = 0, begun = false;
  /** @type {CardView[]} */
  let shown = [];

  /** @param {CardView[]} cards */
  async function run(cards) {
    const mine = ++turn;
    shown = cards;
    const seen = cards.filter((card) => card.isSeen());
    if (!begun && seen.length) {
      begun = true; // charts are made once, which takes a while: the first need not wait for the others
      await seen[0].draw();
      await shownToReader();
    }
    await Promise.all(seen.map((card) => card.draw()));
    if (mine !== turn) return;
    document.body.dataset.state = "ready";
    await shownToReader();
    for (const card of cards) {
      if (!card.due) continue;
      await new Promise((done) => setTimeout(done, 0));
      if (mine !== turn) return;
      await card.draw();
    }
    if (mine === turn) document.body.dataset.state = "complete";
  }

  /** When the browser has painted; a page in the background paints nothing and waits no longer. */
  const shownToReader = () => new Promise((done) => {
    requestAnimationFrame(() => setTimeout(done, 0));
    setTimeout(done, 200);
  });

  const redraw = () => {
    shown.forEach((card) => { card.due = card.figures !== null; });
    run(shown);
  };
  let width = innerWidth;
  /** @type {any} */
  let waiting;
  addEventListener("resize", () => {
    if (innerWidth === width) return;
    width = innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 120);
  });
  theme.onChange(redraw);

  return { run };
})();
