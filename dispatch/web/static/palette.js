"use strict";

// The palette: every place one may go, and people, clients, orders and shifts, found by typing; all by keyboard.

const palette = document.getElementById("palette");
const paletteInput = palette?.querySelector("input");
const paletteFound = document.getElementById("palette-found");
const FEWEST_LETTERS = 2;
let paletteAsked = null;
let paletteTimer = 0;

function openPalette() {
  if (!palette || palette.open) return;
  paletteInput.value = "";
  look();
  palette.showModal();
  paletteInput.focus();
}

/** Narrow the places at once; ask for everything else a moment after the last key. */
function look() {
  const wanted = paletteInput.value.trim();
  const folded = wanted.toLocaleLowerCase();
  for (const item of palette.querySelectorAll("[data-places] li")) {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(folded);
  }
  paletteAsked?.abort();
  clearTimeout(paletteTimer);
  if (wanted.length < FEWEST_LETTERS) paletteFound.replaceChildren();
  else paletteTimer = setTimeout(() => find(wanted), 120);
  choose(0);
}

async function find(wanted) {
  const asked = new AbortController();
  paletteAsked = asked;
  // By POST: what is typed is often a name or a number, and addresses are written down on the way.
  const headers = { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers") ?? "{}") };
  const body = new URLSearchParams({ q: wanted });
  try {
    const answer = await fetch("/find", { method: "POST", body, headers, signal: asked.signal });
    const away = answer.headers.get("HX-Redirect");
    if (away) location.assign(away);
    if (!answer.ok || away || asked.signal.aborted) return;
    const fresh = document.createElement("template");
    fresh.innerHTML = await answer.text();
    paletteFound.replaceChildren(fresh.content);
    choose(0);
  } catch (error) {
    if (error.name !== "AbortError") paletteFound.replaceChildren();
  }
}

function links() {
  return [...palette.querySelectorAll("li:not([hidden]) a")];
}

/** Mark one of what is shown as the one that Enter opens. */
function choose(at) {
  const shown = links();
  for (const item of palette.querySelectorAll(".is-chosen")) item.classList.remove("is-chosen");
  const chosen = shown[((at % shown.length) + shown.length) % shown.length];
  if (!chosen) return;
  chosen.parentElement.classList.add("is-chosen");
  chosen.scrollIntoView({ block: "nearest" });
}

function chosenAt() {
  return links().findIndex((link) => link.parentElement.classList.contains("is-chosen"));
}

paletteInput?.addEventListener("input", look);
palette?.addEventListener("keydown", (event) => {
  if (event.key === "ArrowDown") choose(chosenAt() + 1);
  else if (event.key === "ArrowUp") choose(chosenAt() - 1);
  else return;
  event.preventDefault();
});
palette?.addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = links()[Math.max(0, chosenAt())];
  if (chosen) location.assign(chosen.href);
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  openPalette();
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]")) openPalette();
});
