"use strict";

/** Light or dark: as the system has it, unless the reader chose. Colours are those of the style sheet. */
const theme = (() => {
  const order = ["auto", "light", "dark"];
  /** @type {Array<() => void>} */
  const listeners = [];
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("open311-theme") || "auto";
  } catch {
    // a browser may keep nothing for pages from a disk
  }

  function apply() {
    document.documentElement.dataset.theme = chosen;
    const button = byId("theme");
    button.textContent = { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" }[chosen] || "";
  }

  function next() {
    chosen = order[(order.indexOf(chosen) + 1) % order.length];
    try {
      localStorage.setItem("open311-theme", chosen);
    } catch {
      // then it holds for this visit
    }
    apply();
    listeners.forEach((each) => each());
  }

  if (!order.includes(chosen)) chosen = "auto";
  apply();
  byId("theme").addEventListener("click", next);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => listeners.forEach((each) => each()));

  return {
    /** @param {() => void} listener */
    onChange: (listener) => listeners.push(listener),
    /** The value of a colour of the style sheet. @param {string} name */
    colour: (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim(),
  };
})();
