"use strict";

/**
 * Kaplan and Meier's estimate (1958) of how long requests take, with those still open counted as far
 * as they were seen. Times come in slots: whole hours up to 30 days, whole days beyond.
 */
const survival = (() => {
  const SLOTS = SPAN + 2700 - SPAN / 24 + 1;

  /** @typedef {{closed: Uint32Array, censored: Uint32Array}} Counts by slot, of one group after another */
  /** @typedef {{hours: number, open: number, low: number, high: number}} Step */

  /** @param {number} slot */
  const hoursOf = (slot) => (slot < SPAN ? slot : (slot - SPAN) * 24 + SPAN);

  /** @param {number} groups @returns {Counts} */
  const table = (groups) => ({
    closed: new Uint32Array(groups * SLOTS), censored: new Uint32Array(groups * SLOTS),
  });

  /** @param {Counts} counts @param {number} group @param {number} slot @param {boolean} closed */
  function put(counts, group, slot, closed) {
    (closed ? counts.closed : counts.censored)[group * SLOTS + slot]++;
  }

  /** The counts of one group. @param {Counts} counts @param {number} group @returns {Counts} */
  const only = ({ closed, censored }, group) => ({
    closed: closed.subarray(group * SLOTS, (group + 1) * SLOTS), censored: censored.subarray(group * SLOTS, (group + 1) * SLOTS),
  });

  /** The counts of all groups together. @param {Counts} counts @returns {Counts} */
  function together({ closed, censored }) {
    const sum = table(1);
    for (let offset = 0; offset < closed.length; offset += SLOTS) {
      for (let s = 0; s < SLOTS; s++) {
        sum.closed[s] += closed[offset + s];
        sum.censored[s] += censored[offset + s];
      }
    }
    return sum;
  }

  /**
   * The curve of one group.
   * @param {Counts} counts
   */
  function curve({ closed, censored }) {
    let n = 0, events = 0;
    for (let s = 0; s < SLOTS; s++) {
      n += closed[s] + censored[s];
      events += closed[s];
    }
    /** @type {Step[]} */
    const steps = [{ hours: 0, open: 1, low: 1, high: 1 }];
    let left = n, open = 1, variance = 0;
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

  return { table, put, only, together, curve };
})();
