"use strict";

/**
 * Look for newer data where a server shows the page, and show them: at once, or, where the reader is
 * typing, when asked.
 * @param {any} document_
 */
function watchForNews(document_) {
  if (!document_.live) return;
  let failed = 0;
  const look = async () => {
    try {
      const answer = await (await fetch("api/state")).json();
      failed = 0;
      if (answer.state !== document_.state) return renew();
      tell(answer.fault);
    } catch {
      failed += 1;
      if (failed > 2) tell("The server does not answer. What you see is as of before.");
    }
    setTimeout(look, 3000);
  };
  const renew = () => {
    const busy = document.activeElement instanceof HTMLInputElement;
    if (!busy) return location.reload();
    byId("banner").replaceChildren("New data were published. ", h("button", { type: "button", onclick: () => location.reload() }, "Show them"));
    byId("banner").hidden = false;
  };
  const tell = (/** @type {string | null} */ text) => {
    byId("banner").hidden = !text;
    byId("banner").textContent = text || "";
  };
  setTimeout(look, 3000);
}
