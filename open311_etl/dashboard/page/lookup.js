"use strict";

/** Find requests: by asking the server, or, without one, among those that came with the page. */
const lookup = (() => {
  /** @type {Promise<any[]> | null} */
  let included = null;

  /** The requests that a page without a server can search, read on first use. */
  function load() {
    included ||= new Promise((resolve, reject) => {
      const script = h("script", { src: "search.js" });
      script.onload = () => resolve(/** @type {any} */ (window).open311_search);
      script.onerror = () => reject(new Error("search.js cannot be read"));
      document.head.append(script);
    });
    return included;
  }

  /** @param {string} address */
  async function ask(address) {
    const answer = await fetch(address);
    const body = await answer.json();
    if (!answer.ok) throw new Error(body.error || `the server answered ${answer.status}`);
    return body;
  }

  /** Wards that have no number of their own on the page are one group there, which no row names. */
  const lists = (/** @type {View} */ state) => LISTS.filter((name) => state[name].length && !state[name].includes("(other)"));

  /** Whether a search is of a part only. @param {View} state */
  const isNarrow = (state) => lists(state).length > 0 || Boolean(state.from || state.to);

  /** What is asked of the server. @param {View} state @param {string} text */
  function question(state, text) {
    const asked = new URLSearchParams({ text });
    for (const name of lists(state)) for (const value of state[name]) asked.append(name, value);
    if (state.from) asked.set("from", state.from);
    if (state.to) asked.set("to", state.to);
    return asked;
  }

  /** Whether a request is one of those that the filters choose. @param {any} row @param {View} state */
  function isWithin(row, state) {
    const has = { source: row.source, service: row.service_code, group: row.service_group, ward: row.ward, channel: row.channel, status: row.status };
    return lists(state).every((name) => state[name].includes(has[name] ?? NONE))
      && (!state.from || row.requested_date >= state.from) && (!state.to || (row.requested_date ?? "9") <= state.to);
  }

  /**
   * Up to 50 requests within the filters that fit a text; without one, the newest within the filters.
   * @param {boolean} live @param {View} state
   */
  async function find(live, state) {
    const text = state.find.trim();
    if (text.length < 2 && !isNarrow(state)) return [];
    if (live) return ask(`api/find?${question(state, text.length < 2 ? "" : text)}`);
    const wanted = text.length < 2 ? "" : text.toLowerCase();
    const place = (/** @type {any} */ row) => {
      const id = row.service_request_id.toLowerCase();
      return id === wanted ? 0 : id.startsWith(wanted) ? 1 : 2;
    };
    const hit = (/** @type {any} */ row) => place(row) < 2
      || (row.address || "").toLowerCase().includes(wanted) || (row.service_name || "").toLowerCase().includes(wanted);
    return (await load()).filter((row) => hit(row) && isWithin(row, state))
      .sort((a, b) => place(a) - place(b)).slice(0, 50);
  }

  /** @param {boolean} live @param {string} source @param {string} id */
  async function history(live, source, id) {
    if (live) return (await ask(`api/history?${new URLSearchParams({ source, id })}`))[0] || null;
    return (await load()).find((row) => row.service_request_id === id && (!source || row.source === source)) || null;
  }

  return { find, history, isNarrow };
})();

/** The page "Search". @param {City} city */
class SearchPage {
  constructor(city) {
    this.city = city;
    this.live = city.document.live;
    this.turn = 0;
    this.input = /** @type {HTMLInputElement} */ (h("input", {
      type: "search", id: "find", autocomplete: "off", spellcheck: "false", placeholder: "SR26-00000123, an address, or a service",
      oninput: () => this.typed(),
    }));
    this.told = h("p", { class: "note", role: "status", id: "found" });
    this.list = h("ol", { class: "found" });
    this.detail = h("div", { class: "detail" });
    const { searched, requests } = city.document;
    this.element = h("div", { class: "search-page" },
      h("section", { class: "card full", "aria-labelledby": "title-search" },
        h("h2", { id: "title-search" }, "Find a request"),
        h("label", { for: "find", class: "field" }, "Its id, address or service"), this.input,
        this.live ? null : h("p", { class: "note" }, searched < requests
          ? `This page has no server: it knows ${words.whole(searched)} of ${words.count(requests, "request")}, those that changed last, half of them open.`
          : "This page has no server; it knows all requests."),
        this.told, this.list),
      this.detail);
  }

  typed() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => view.change({ find: this.input.value, request: null, of: null }, true), 200);
  }

  /** @param {View} state */
  async show(state) {
    const mine = ++this.turn;
    if (document.activeElement !== this.input) this.input.value = state.find;
    try {
      await this.showList(state, mine);
      await this.showRequest(state, mine);
    } catch (error) {
      this.told.textContent = `The search does not work: ${/** @type {Error} */ (error).message}`;
    }
    document.body.dataset.state = "complete";
  }

  /** @param {View} state @param {number} mine */
  async showList(state, mine) {
    const rows = await lookup.find(this.live, state);
    if (mine !== this.turn) return;
    const narrow = lookup.isNarrow(state), short = state.find.trim().length < 2;
    const found = rows.length === 50 ? (short ? "The newest 50" : "The first 50 that match") : rows.length ? words.count(rows.length, "request") : "No request matches";
    this.told.textContent = short && !narrow ? "" : `${found}${narrow ? " within the filters" : ""}.`;
    if (narrow && !short) this.told.append(" ", h("button", { type: "button", class: "quiet", onclick: () => view.clear() }, "Search all"));
    this.list.replaceChildren(...rows.map((/** @type {any} */ row) => h("li", null,
      h("a", { href: view.address({ request: row.service_request_id, of: row.source }), "aria-current": state.request === row.service_request_id ? "true" : null },
        h("span", { class: "mono" }, row.service_request_id), " ", h("strong", null, row.service_name), " ",
        h("span", { class: `badge ${row.status === "closed" ? "closed" : "open"}` }, row.status),
        h("span", { class: "quiet" }, [row.requested_date ? words.day(row.requested_date) : null, row.address, row.ward ? `ward ${row.ward}` : null,
          this.city.several ? this.city.about(row.source)?.title : null].filter(Boolean).join(" · "))))));
  }

  /** @param {View} state @param {number} mine */
  async showRequest(state, mine) {
    if (!state.request) return this.detail.replaceChildren();
    const row = await lookup.history(this.live, state.of || "", state.request);
    if (mine !== this.turn) return;
    const another = this.detail.dataset.of !== state.request;
    this.detail.dataset.of = state.request;
    this.detail.replaceChildren(row ? requestCard(this.city, row) : h("p", { class: "empty" }, `${state.request}: no such request${this.live ? "" : " among those that came with this page"}.`));
    if (another) this.detail.scrollIntoView({ block: "nearest" });
  }
}
