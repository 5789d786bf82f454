"use strict";

/** Numbers, days and times in the reader's locale; days and times in the city's zone. */
const words = (() => {
  const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
  const figure = new Intl.NumberFormat(undefined, { maximumFractionDigits: 5 });
  const percent = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 0 });
  const precise = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });
  const signed = new Intl.NumberFormat(undefined, {
    style: "percent", maximumFractionDigits: 0, signDisplay: "exceptZero",
  });
  const ratio = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const dayForm = new Intl.DateTimeFormat(undefined, {
    timeZone: "UTC", year: "numeric", month: "short", day: "numeric",
  });
  const weekdayForm = new Intl.DateTimeFormat(undefined, {
    timeZone: "UTC", weekday: "short", year: "numeric", month: "short", day: "numeric",
  });
  const weekdayShort = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", weekday: "short" });
  const monthShort = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", month: "short" });
  const weekdayName = new Intl.DateTimeFormat(undefined, { timeZone: "UTC", weekday: "long" });
  /** @type {Map<string, Intl.DateTimeFormat>} */
  const zoned = new Map();

  /** @param {string} iso a day such as 2026-01-31 */
  const asDate = (iso) => new Date(`${iso}T00:00:00Z`);

  /** @param {string} zone */
  function inZone(zone) {
    let form = zoned.get(zone);
    if (!form) {
      form = new Intl.DateTimeFormat(undefined, {
        timeZone: zone, year: "numeric", month: "short", day: "numeric",
        hour: "numeric", minute: "2-digit", timeZoneName: "short",
      });
      zoned.set(zone, form);
    }
    return form;
  }

  /** @type {Map<string, Intl.DateTimeFormat>} */
  const days = new Map();

  /** What writes days as ISO does. @param {string} zone */
  function dayIn(zone) {
    const form = days.get(zone) || new Intl.DateTimeFormat("en-CA", { timeZone: zone });
    days.set(zone, form);
    return form;
  }

  return {
    whole: (/** @type {number} */ n) => whole.format(n),
    tenth: (/** @type {number} */ n) => tenth.format(n),
    percent: (/** @type {number} */ x) => percent.format(x),
    /** A share that says neither all nor nothing unless it is so. @param {number} x */
    share: (x) => (x > 0.995 && x < 1) || (x > 0 && x < 0.01) ? precise.format(x) : percent.format(x),
    /** Rounded down, so that 100 % is all. @param {number} x */
    precise: (x) => precise.format(Math.floor(x * 1000) / 1000),
    change: (/** @type {number} */ x) => signed.format(x),
    ratio: (/** @type {number} */ x) => ratio.format(x),
    day: (/** @type {string} */ iso) => dayForm.format(asDate(iso)),
    weekday: (/** @type {string} */ iso) => weekdayForm.format(asDate(iso)),
    weekdayName: (/** @type {string} */ iso) => weekdayName.format(asDate(iso)),
    /** @param {number} at days after Monday */
    weekdayShort: (at) => weekdayShort.format(Date.UTC(2026, 5, 1 + at)),
    month: (/** @type {string} */ iso) => monthShort.format(asDate(iso)),
    /** @param {string | null} iso an instant in UTC @param {string} zone */
    when: (iso, zone) => (iso ? inZone(zone).format(new Date(iso)) : "unknown"),
    /** The local day of an instant. @param {string} iso @param {string} zone */
    localDay: (iso, zone) => dayIn(zone).format(new Date(iso)),
    /** @param {number | null} hours a length of time */
    length: (hours) => {
      if (hours === null) return "not reached";
      if (hours < 1) return "under 1 hour";
      if (hours < 48) return `${whole.format(hours)} ${hours < 2 ? "hour" : "hours"}`;
      return `${hours < 240 ? tenth.format(hours / 24) : whole.format(hours / 24)} days`;
    },
    /** @param {number | null} hours */
    within: (hours) => (hours === null ? "not in the time seen so far" : `within ${words.length(hours)}`),
    /** @param {number} n @param {string} one @param {string} [many] */
    count: (n, one, many) => `${whole.format(n)} ${n === 1 ? one : many || one + "s"}`,
    /** @param {any} value */
    cell: (value) => {
      if (value === null || value === undefined) return "";
      if (typeof value === "number") return figure.format(value);
      return String(value);
    },
  };
})();
