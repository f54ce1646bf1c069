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

// Without a mouse: somebody is taken up, each place he may go to gets a button of its own, and one of them puts him there.

let held = null; // the button by which he was taken up
let place = null; // where the focus was among the places

const putters = () => [...document.querySelectorAll(".put-here")].filter((button) => button.offsetParent !== null);

/** Say something to whoever cannot see the page. */
function announce(words) {
  const said = document.getElementById("panel-said");
  if (said) said.textContent = words;
}

/** Give a button to each place that has none yet, as parts of the page are drawn anew while he is held. */
function offerPlaces() {
  for (const ground of document.querySelectorAll("[data-drop]")) {
    if (ground.querySelector(":scope > .put-here")) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm btn-primary put-here";
    button.textContent = held.dataset.put;
    button.setAttribute("aria-label", `${held.dataset.put}: ${ground.dataset.place}`);
    ground.append(button);
  }
}

function letGo() {
  if (held === null) return;
  for (const button of document.querySelectorAll(".put-here")) button.remove();
  document.body.classList.remove("is-placing");
  const man = held;
  held = place = null;
  if (man.isConnected) man.focus();
}

document.addEventListener("click", (event) => {
  const taken = event.target.closest?.("[data-take-up]");
  const put = event.target.closest?.(".put-here");
  if (taken) {
    letGo();
    held = taken;
    document.body.classList.add("is-placing");
    offerPlaces();
    const offered = putters();
    if (offered.length > 0) {
      announce(held.dataset.held);
      offered[0].focus();
    } else {
      announce(held.dataset.nowhere);
      letGo();
    }
  } else if (put) {
    const address = `${put.closest("[data-drop]").dataset.drop}${encodeURIComponent(held.dataset.worker)}`;
    letGo(); // the dialog gives the focus back to where it was
    htmx.ajax("GET", address, { target: "#dialog-body" });
  }
});
document.addEventListener("keydown", (event) => {
  if (held === null) return;
  const offered = putters();
  const at = offered.indexOf(event.target);
  if (event.key === "Escape") {
    announce(held.dataset.letGo);
    letGo();
  } else if (event.key === "ArrowDown" && at >= 0) offered[(at + 1) % offered.length].focus();
  else if (event.key === "ArrowUp" && at >= 0) offered[(at + offered.length - 1) % offered.length].focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("focusin", (event) => {
  if (held !== null) place = event.target.closest?.(".put-here")?.closest("[data-drop]")?.dataset.drop ?? place;
});
// At once, and not when all has settled: a key pressed meanwhile would go nowhere.
document.addEventListener("htmx:afterSwap", () => {
  if (held === null) return;
  offerPlaces();
  const lost = document.activeElement === document.body;
  if (lost) putters().find((button) => button.closest("[data-drop]").dataset.drop === place)?.focus();
});
