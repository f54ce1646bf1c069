"use strict";

// One key for what a call came to: of the man one is ringing, the first where there are several. The keys of the page
// rest meanwhile, so that "n" does not open an order; `c` takes the next man.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog[open]")) return;
    const key = CSS.escape(event.key.toLowerCase());
    const mine = document.querySelector("#calls .is-mine");
    const wanted =
      mine?.querySelector(`[data-call-key="${key}"]`) ??
      (key === "c" && mine === null ? document.querySelector("#calls [data-claim]") : null);
    if (!wanted || wanted.disabled) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wanted.click();
  },
  true,
);
