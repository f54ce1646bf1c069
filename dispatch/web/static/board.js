"use strict";

// The board: cards are fetched anew one by one as they change, and stand in the order of their risk.

const board = document.getElementById("board");
const filter = document.getElementById("board-filter");
const bell = document.getElementById("board-sound");
const calmTitle = document.title;
const PIECE = 60;
const SLICE_MS = 16;

const stale = new Set();
let everything = false;
let asking = false;
let worried = null;

function card(id) {
  return document.getElementById(`card-${id}`);
}

document.addEventListener("dispatch:news", (event) => {
  const { what, id, version } = event.detail;
  if (what !== "hello" && what !== "shift") return;
  if (version < Number((what === "hello" ? board : card(id))?.dataset.seen ?? 0)) return;
  if (what === "hello") everything = true;
  else stale.add(id);
  refresh();
});

async function refresh() {
  if (asking) return;
  asking = true;
  while (everything || stale.size > 0) {
    const all = everything;
    const asked = all ? [] : [...stale].slice(0, PIECE);
    everything = false;
    if (all) stale.clear();
    for (const id of asked) stale.delete(id);
    if (await fetchCards(asked, all).catch(() => false)) continue;
    // Busy or away: what was asked for is still wanted.
    everything ||= all;
    for (const id of asked) stale.add(id);
    await new Promise((resolve) => setTimeout(resolve, 1000 + Math.random() * 2000));
  }
  asking = false;
}

/** Fetch cards and put them in place; whether that worked. */
async function fetchCards(asked, all) {
  const query = new URLSearchParams(location.search);
  for (const id of asked) query.append("shift", id);
  query.set("day", board.dataset.day);
  const answer = await fetch(`/board/cards?${query}`, { headers: { "HX-Request": "true" } });
  const away = answer.headers.get("HX-Redirect");
  if (away) location.assign(away);
  if (!answer.ok || away) return false;
  const fresh = document.createElement("template");
  fresh.innerHTML = await answer.text();
  const came = new Set();
  let since = performance.now();
  for (const item of fresh.content.querySelectorAll("li")) {
    came.add(item.id);
    const shown = document.getElementById(item.id);
    if (shown === null) board.append(item);
    else if (Number(shown.dataset.seen) <= Number(item.dataset.seen)) Idiomorph.morph(shown, item);
    htmx.process(document.getElementById(item.id));
    if (performance.now() - since < SLICE_MS) continue;
    // Many cards at once leave room for clicks and keys between them.
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  }
  const gone = all ? [...board.children].map((item) => item.id) : asked.map((id) => `card-${id}`);
  for (const id of gone) if (!came.has(id)) document.getElementById(id)?.remove();
  arrange();
  return true;
}

/** Put the cards in order, moving only those that stand wrong; say how many want somebody. */
function arrange() {
  const wanted = [...board.children].sort((one, other) => (one.dataset.rank < other.dataset.rank ? -1 : 1));
  wanted.forEach((item, place) => {
    if (board.children[place] !== item) board.insertBefore(item, board.children[place]);
  });
  document.getElementById("board-empty").hidden = wanted.length > 0;
  select();
  worry();
}

/** Show the cards that hold every word typed. */
function select() {
  const words = filter.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  for (const item of board.children) {
    const text = item.dataset.words;
    const hidden = !words.every((word) => text.includes(word));
    if (item.hidden !== hidden) item.hidden = hidden;
  }
}

function worry() {
  const count = board.querySelectorAll(":scope > .is-critical").length;
  document.title = count > 0 ? `(${count}) ${calmTitle}` : calmTitle;
  if (worried !== null && count > worried && bell.getAttribute("aria-pressed") === "true") ring();
  worried = count;
}

function ring() {
  const audio = new AudioContext();
  for (const [start, pitch] of [[0, 880], [0.18, 660]]) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.15, audio.currentTime + start);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + start + 0.3);
    tone.connect(volume).connect(audio.destination);
    tone.start(audio.currentTime + start);
    tone.stop(audio.currentTime + start + 0.3);
  }
  setTimeout(() => audio.close(), 1000);
}

function setBell(on) {
  bell.setAttribute("aria-pressed", String(on));
  localStorage.setItem("dispatch_sound", on ? "on" : "off");
}

bell.addEventListener("click", () => {
  const on = bell.getAttribute("aria-pressed") !== "true";
  setBell(on);
  if (on) ring();
});

/** Keep what is typed in the address, behind the #: it survives a reload and can be sent on, and no server sees it. */
function keepWords() {
  const typed = filter.value.trim();
  history.replaceState(null, "", `${location.pathname}${location.search}${typed ? `#${encodeURIComponent(typed)}` : ""}`);
}

filter.addEventListener("input", () => {
  select();
  keepWords();
});
document.getElementById("board-narrow").addEventListener("change", (event) => {
  // Only what is chosen goes into the address.
  for (const field of event.currentTarget.elements) if (field.name && !field.value) field.disabled = true;
  event.currentTarget.submit();
});
filter.value = decodeURIComponent(location.hash.slice(1));
setBell(localStorage.getItem("dispatch_sound") === "on");
arrange();
