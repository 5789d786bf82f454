"use strict";

/**
 * Kaplan and Meier's estimate (1958) of how long requests take, with those still open counted as far
 * as they were seen. Times come in slots: whole hours up to 30 days, whole days beyond.
 */
const survival = (() => {
  const HOURS = 720;
  const SLOTS = HOURS + 2700 - 30 + 1;

  /** @param {number} hours */
  const slot = (hours) => (hours < HOURS ? hours : HOURS + Math.min(hours / 24, 2700) - 30);
  /** @param {number} slot */
  const hoursOf = (slot) => (slot < HOURS ? slot : (slot - HOURS + 30) * 24);

  /** @param {number} groups */
  const table = (groups) => ({
    closed: new Uint32Array(groups * SLOTS), censored: new Uint32Array(groups * SLOTS),
  });

  /**
   * The curve of some groups of a table together.
   * @param {{closed: Uint32Array, censored: Uint32Array}} counts
   * @param {number[]} groups
   */
  function curve(counts, groups) {
    const closed = new Float64Array(SLOTS), censored = new Float64Array(SLOTS);
    let n = 0, events = 0;
    for (const group of groups) {
      const offset = group * SLOTS;
      for (let s = 0; s < SLOTS; s++) {
        closed[s] += counts.closed[offset + s];
        censored[s] += counts.censored[offset + s];
      }
    }
    for (let s = 0; s < SLOTS; s++) {
      n += closed[s] + censored[s];
      events += closed[s];
    }
    let left = n, open = 1, variance = 0;
    const steps = [{ hours: 0, open: 1, low: 1, high: 1 }];
    for (let s = 0; s < SLOTS && left > 0; s++) {
      if (closed[s]) {
        open *= 1 - closed[s] / left;
        if (left > closed[s]) variance += closed[s] / (left * (left - closed[s]));
        const spread = 1.96 * open * Math.sqrt(variance);
        steps.push({
          hours: hoursOf(s), open: open < 1e-12 ? 0 : open,
          low: Math.max(0, open - spread), high: Math.min(1, open + spread),
        });
      }
      left -= closed[s] + censored[s];
    }
    /** First time by which a share is closed; null where the curve does not fall so far. */
    const by = (/** @type {number} */ share) => {
      const found = steps.find((step) => step.open <= 1 - share + 1e-9);
      return found ? found.hours : null;
    };
    return { n, events, steps, by };
  }

  return { SLOTS, slot, table, curve };
})();
