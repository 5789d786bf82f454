"use strict";

/** What each number means: the rules by which this page counts, in words. */
const RULES = {
  population: ["Which requests", [
    "Counted are requests that have a day. Duplicates and requests that only ask for information are counted apart: their number is shown, and the filter puts them in.",
    "The days of the view choose requests by the day on which they were made, in the city's zone. Where closings are counted by day, it is the day of the closing; that is said there.",
    "All is as of the last pull that ended well, never as of the moment in which you look. The day of that pull is not over, so it is pale, and left out of comparisons.",
    "Days of which a part was not read, or not to be trusted, are shaded. What is missing is named on the page Is it all here.",
  ]],
  glance: ["At a glance", [
    "The last whole day against the same weekday of the eight weeks before. Usual is their mean, give or take two standard deviations, or two square roots of the mean where that is more. With fewer than four weeks nothing is said.",
  ]],
  flow: ["Opened and closed", [
    "Opened counts requests on the day they were made; closed counts closings on the day of the closing, of whichever day the request is. A request that was reopened and closed again is closed twice.",
    "Closed means that the city has closed the request. Whether the matter was put right, the data do not say.",
    "Most cities give no closing time. Then it is the time of the note of the closing, else of the last change when the request was first seen closed. A closing before the request was made counts on the day of the request.",
  ]],
  backlog: ["Open at the end of each day", [
    "A request is open on a day where it was made that day or before, and neither closed nor found gone by its end. One that is reopened is open again from then on.",
    "Requests made before the first day that was asked for are missing here, so the line may begin too low.",
  ]],
  "time-to-close": ["Time to close", [
    "Kaplan and Meier's estimate: requests that are still open count as far as they were seen. To leave them out would make slow services look quick. Requests that are shown no longer count until they were last there.",
    "The first closing counts, also where a request was reopened. Time is measured in hours up to 30 days and in whole days beyond.",
    "Not reached means that fewer than half (or nine tenths) were closed within the time seen so far. Below 20 requests no middle is shown.",
  ]],
  "on-time": ["On time", [
    "Of the requests whose expected time, as first promised, has passed: the share that was closed by then. Those that are still open are late. Requests without an expected time, or with one to come, are not in it.",
    "Below 50 nothing is shown. Intervals are Wilson's, at 95 %.",
  ]],
  map: ["Where", [
    "Cells of about 500 m by 500 m, coloured by their requests; cells without any are not drawn. Where ward shapes were given, they lie over them. A few cells far off may lie outside the picture; the table has them.",
    "Up to 1,500 requests are shown one by one, as far as their places are known: as circles in the middle of squares of about 60 m, which hold a few houses. The larger a circle, the more requests were made there.",
    "Cities place requests without an exact address at some default point, often the city hall. A single dark cell may be that.",
  ]],
  services: ["Services", [
    "Change compares with the span of the same length just before; it is pale where chance alone could bring it, and missing where there are too few or no data before.",
    "Closed within 14 days: of the requests made more than 14 days before the last pull, the share closed in that time, with Wilson's interval at 95 %. Those found gone are left out. Below 50 no share is shown.",
  ]],
  wards: ["Wards", [
    "Wards differ in what they report, so a plain share would mostly show that. Expected is the number of closings within 14 days that the ward would have if each of its services were as quick there as in all wards together, whichever wards the view is of. The ratio of observed to expected is 1.00 where it is.",
    "The interval is at 95 %, from the spread that chance gives to the expected number. Wards whose intervals overlap cannot be told apart. Below 50 old enough requests a ward has no place in the order.",
    "Requests without a ward are a group of their own. Wards are as the city gives them; where they were redrawn, old and new are mixed.",
  ]],
  ages: ["Ages of open requests", [
    "In whole days from the day a request was made, or reopened, to the last day of the view. Very old ones are often requests that were dealt with and never closed.",
  ]],
  channels: ["How people report", [
    "As the city says. Not said is a group of its own.",
  ]],
};

/** The page "How we count". @param {View} state */
function howPage(state) {
  const element = h("article", { class: "card full how-page" },
    h("h2", null, "How we count"),
    Object.entries(RULES).map(([anchor, [title, rules]]) => h("section", { id: `how-${anchor}`, tabindex: "-1" },
      h("h3", null, title), rules.map((/** @type {string} */ rule) => h("p", null, rule)))));
  if (state.anchor) requestAnimationFrame(() => {
    const target = document.getElementById(`how-${state.anchor}`);
    target?.classList.add("aimed");
    target?.scrollIntoView({ block: "center" });
    target?.focus({ preventScroll: true });
  });
  return element;
}
