"use strict";

// Somebody rings: say who, beside whatever is open. The note stays until it is closed or another says the same call
// was missed; a telephone rings longer than a passing word would stay.
document.addEventListener("dispatch:news", (event) => {
  const { what, id } = event.detail;
  if (what === "call") htmx.ajax("GET", `/ringing/${id}`, { target: "#toasts", swap: "beforeend" });
});
document.addEventListener("click", (event) => {
  event.target.closest("[data-close-note]")?.closest(".toast-note").remove();
});
