"use strict";

// The panel of the best people: whoever is in it can be dragged onto a shift or a seat, or chosen by keyboard.

const panel = document.getElementById("panel");
const CARRIED = "application/x-dispatch-worker";
let opener = null;

function closePanel() {
  panel.hidden = true;
  panel.replaceChildren();
  document.body.classList.remove("has-panel");
  if (opener?.isConnected) opener.focus();
  opener = null;
}

document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.target !== panel || opener === event.detail.requestConfig.elt) return;
  opener = event.detail.requestConfig.elt;
  panel.hidden = false;
  document.body.classList.add("has-panel");
  (panel.querySelector(".best-man") ?? panel.querySelector("[data-panel-close]"))?.focus();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-panel-close]")) closePanel();
});
document.addEventListener("keydown", (event) => {
  if (panel.hidden || !panel.contains(event.target)) return;
  const men = [...panel.querySelectorAll(".best-man")];
  const at = men.indexOf(event.target);
  if (event.key === "Escape") closePanel();
  else if (event.key === "ArrowDown" && at >= 0) men[(at + 1) % men.length].focus();
  else if (event.key === "ArrowUp" && at >= 0) men[(at + men.length - 1) % men.length].focus();
  else return;
  event.preventDefault();
});

/** Return what somebody would fall on, and where that leads. */
function ground(event) {
  if (!event.dataTransfer?.types.includes(CARRIED)) return null;
  return event.target.closest?.("[data-drop]") ?? null;
}

document.addEventListener("dragstart", (event) => {
  const man = event.target.closest?.("[data-worker]");
  if (!man) return;
  event.dataTransfer.setData(CARRIED, man.dataset.worker);
  event.dataTransfer.effectAllowed = "copy";
  document.body.classList.add("is-dragging");
});
document.addEventListener("dragend", () => {
  document.body.classList.remove("is-dragging");
  for (const place of document.querySelectorAll(".is-over-drop")) place.classList.remove("is-over-drop");
});
document.addEventListener("dragover", (event) => {
  const place = ground(event);
  if (place === null) return;
  event.preventDefault();
  place.classList.add("is-over-drop");
});
document.addEventListener("dragleave", (event) => {
  const place = event.target.closest?.("[data-drop]");
  if (place && !place.contains(event.relatedTarget)) place.classList.remove("is-over-drop");
});
document.addEventListener("drop", (event) => {
  const place = ground(event);
  if (place === null) return;
  event.preventDefault();
  const worker = event.dataTransfer.getData(CARRIED);
  htmx.ajax("GET", `${place.dataset.drop}${encodeURIComponent(worker)}`, { target: "#dialog-body" });
});
