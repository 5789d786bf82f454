"use strict";

/** Start: unpack the data, show the view of the address, and follow it as it changes. */
(async () => {
  const document_ = /** @type {any} */ (window).open311_data;
  const loading = byId("loading");
  if (!document_) return fail("The data of this page cannot be read: data.js is missing or damaged.");
  watchForNews(document_);
  foot(document_);
  if (!document_.rows) return fail('No data yet. Run "open311-etl pull SOURCE", and they will appear here by themselves.', "No data yet");
  if (!document_.rows.rows && !document_.sources.length) return fail("The published data are empty: nothing was pulled yet.", "No data yet");
  if (!unpacking) return fail("This page needs a browser of 2023 or later.");

  let rows;
  try {
    rows = await unpacking;
  } catch (error) {
    return fail(`The data of this page are damaged: ${/** @type {Error} */ (error).message}`);
  }
  if (!document_.first) document_.first = document_.base = document_.built.slice(0, 10);
  const city = makeCity(document_, rows);
  const filters = new Filters(city);
  byId("filters").replaceChildren(filters.element, filters.acting, filters.summary);
  const cards = overviewCards(city).map((card) => new CardView(card, city));
  const search = new SearchPage(city);
  const tiles = h("div");
  const stacked = cards.filter((card) => card.card.size === "stacked").map((card) => card.element);
  const stack = h("div", { class: "stack" });
  /** Cards that stand on one another take the place of the first of them. @param {HTMLElement[]} each */
  const beside = (each) => each.map((card) => (card === stacked[0] ? stack : card)).filter((card) => !stacked.includes(card));
  const grid = h("div", { class: "grid" }, beside(cards.map((card) => card.element)));
  stack.append(...stacked);
  const overview = h("div", null, tiles, grid);
  loading.remove();

  /** @param {View} now @param {View | null} before */
  function show(now, before) {
    document.body.dataset.state = "drawing";
    const moved = !before || before.page !== now.page;
    heading(city, now);
    navigation(now);
    byId("filters").hidden = now.page === "how";
    byId("filters").dataset.page = now.page;
    const main = byId("content");
    filters.show(now, rangeOf(city, now));
    if (now.page === "overview") {
      if (moved) main.replaceChildren(overview);
      const figures = count(city, now);
      tiles.replaceChildren(glance(city, figures));
      cards.forEach((card) => card.set(figures));
      drawing.run(cards);
    } else if (now.page === "search") {
      if (moved) main.replaceChildren(search.element);
      search.show(now);
    } else {
      main.replaceChildren(now.page === "complete" ? completePage(city, now) : howPage(now));
      document.body.dataset.state = "complete";
    }
    if (moved && before) {
      if (!now.anchor) scrollTo(0, 0);
      if (!now.anchor) main.focus({ preventScroll: true });
    }
  }

  view.onChange(show);
  show(view.now, null);
  addEventListener("scroll", () => cards.forEach((card) => card.due && card.isSeen() && card.draw()), { passive: true });
  addEventListener("beforeprint", () => cards.forEach((card) => card.draw()));

  /** @param {string} text @param {string} [state] */
  function fail(text, state) {
    byId("title").textContent = state || "311 requests";
    loading.textContent = text;
    loading.classList.add("failed");
    document.body.dataset.state = "complete";
  }

  /** @param {any} of */
  function foot(of) {
    byId("foot").replaceChildren(
      h("p", null, of.first ? `Data from ${words.day(of.first)} on, ${words.count(of.requests, "request")} in all. ` : "",
        "Counted in your browser; this page asks nobody outside. ",
        "Made by open311-etl, drawn with Vega (", h("a", { href: "vendor/vega.LICENSE.txt" }, "licence"), ")."));
  }

  /** @param {City} of @param {View} now */
  function heading(of, now) {
    const sources = sourcesOf(of, now);
    const names = sources.map((/** @type {any} */ source) => source.title);
    const place = document_.title || (names.length > 3 ? `${words.whole(names.length)} cities` : names.join(", "));
    byId("title").textContent = document_.title || `311 requests of ${place}`;
    document.title = `${PAGES[now.page]} · ${byId("title").textContent}`;
    byId("as-of").textContent = sources.length === 1
      ? `As of ${words.when(sources[0].as_of, sources[0].zone)}`
      : `As of ${sources.map((/** @type {any} */ s) => `${s.title}: ${words.when(s.as_of, s.zone)}`).slice(0, 4).join("; ")}${sources.length > 4 ? "; and more" : ""}`;
  }

  /** @param {View} now */
  function navigation(now) {
    byId("pages").replaceChildren(...Object.entries(PAGES).map(([page, name]) =>
      h("a", { href: view.address({ page, request: null, of: null, find: "" }), "aria-current": page === now.page ? "page" : null }, name)));
  }
})();

byId("skip").addEventListener("click", (event) => {
  event.preventDefault(); // the address is the view's
  byId("content").focus();
});
