"use strict";

/** A filter of many values: a button that opens a list of boxes, with a field to narrow the list. */
class Picker {
  /**
   * @param {string} label
   * @param {typeof LISTS[number]} name of the part of the view
   * @param {Array<{value: string, label: string}>} options
   */
  constructor(label, name, options) {
    this.name = name;
    this.label = label;
    this.options = options;
    this.summary = h("summary", null, label);
    this.list = h("div", { class: "picker-list", role: "group", "aria-label": label });
    const search = options.length > 12
      ? h("input", { type: "search", class: "picker-search", placeholder: `Find in ${words.whole(options.length)}`, "aria-label": `Find in ${label}`,
        oninput: (/** @type {Event} */ event) => this.narrow(/** @type {HTMLInputElement} */ (event.target).value) })
      : null;
    this.boxes = options.map((option) => {
      const box = /** @type {HTMLInputElement} */ (h("input", { type: "checkbox", value: option.value, onchange: () => this.changed() }));
      const row = h("label", { class: "picker-row" }, box, h("span", null, option.label));
      this.list.append(row);
      return { box, row, text: option.label.toLocaleLowerCase() };
    });
    this.clear = h("button", { type: "button", class: "quiet", onclick: () => view.change({ [this.name]: [] }) }, "All");
    this.element = h("details", { class: "picker", "data-filter": name }, this.summary, h("div", { class: "picker-box" }, search, this.list, this.clear));
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.element.removeAttribute("open");
      this.summary.focus();
    });
    this.element.addEventListener("toggle", () => {
      if (!this.element.hasAttribute("open")) return;
      for (const other of document.querySelectorAll("details.picker[open]")) if (other !== this.element) other.removeAttribute("open");
    });
  }

  /** @param {string} text */
  narrow(text) {
    const wanted = text.toLocaleLowerCase();
    for (const { row, text: own } of this.boxes) row.hidden = !own.includes(wanted);
  }

  changed() {
    view.change({ [this.name]: this.boxes.filter(({ box }) => box.checked).map(({ box }) => box.value) });
  }

  /** @param {View} state */
  show(state) {
    const chosen = new Set(state[this.name]);
    for (const { box } of this.boxes) box.checked = chosen.has(box.value);
    const names = this.options.filter((option) => chosen.has(option.value)).map((option) => option.label);
    this.summary.textContent = !names.length ? this.label : names.length === 1 ? `${this.label}: ${names[0]}` : `${this.label}: ${words.whole(names.length)}`;
    this.element.classList.toggle("active", names.length > 0);
    this.clear.hidden = !names.length;
  }
}

document.addEventListener("click", (event) => {
  for (const open of document.querySelectorAll("details.picker[open]")) {
    if (!open.contains(/** @type {Node} */ (event.target))) open.removeAttribute("open");
  }
});
