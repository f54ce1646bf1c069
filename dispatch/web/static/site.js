"use strict";
// The page on site: a press makes a mark, which shows at once; what is sent and what is not is always to be seen.

const site = document.getElementById("site");
const words = JSON.parse(site.dataset.words);
const base = site.dataset.base;
const KEPT = "site-1";
const TRY_AGAIN_MS = 15000;
const LOOK_AGAIN_MS = 120000;
const PAGES_STAY_MS = 3 * 24 * 3600 * 1000;
const STATE_AFTER = {
  arrived: "there", missing: "absent", left: "left", turned_away: "away", came_instead: "away",
};
let asking = null;

/** Keep this page and its files, so that it opens without a network. */
async function keepPage() {
  if (!("serviceWorker" in navigator)) return false;
  await navigator.serviceWorker.register("/site-worker.js", { scope: site.dataset.workerScope });
  await navigator.serviceWorker.ready;
  const files = document.querySelectorAll("link[rel~='stylesheet'], link[rel~='icon'], link[rel='manifest'], script[src]");
  const addresses = Array.from(files, (file) => file.href || file.src);
  const cache = await caches.open(KEPT);
  const missing = [];
  for (const address of addresses) if (!(await cache.match(address))) missing.push(address);
  await cache.addAll(missing);
  if (!(await cache.match(location.pathname))) await cache.add(location.pathname);
  await dropOldPages(cache);
  document.documentElement.dataset.kept = "yes";
  return true;
}

/** Names of crews do not stay on a phone for ever: pages go that are days older than the newest one. */
async function dropOldPages(cache) {
  const pages = [];
  for (const request of await cache.keys()) {
    const { pathname } = new URL(request.url);
    if (!/^\/(site|lead)\/[\w-]+$/.test(pathname)) continue;
    const kept = await cache.match(request);
    pages.push({ request, at: Date.parse(kept?.headers.get("date") ?? "") || 0 });
  }
  const newest = Math.max(...pages.map((page) => page.at), 0);
  for (const page of pages) if (newest - page.at > PAGES_STAY_MS) await cache.delete(page.request);
}

function seatOf(element) {
  return element.closest("[data-seat]");
}

async function mark(kind, man, fields = {}) {
  const body = { kind, ...(man === null ? {} : { seat_id: man.dataset.seat }), ...fields };
  const about = man === null ? (fields.who ?? fields.name ?? "") : man.dataset.name;
  await queue.add(base, body, { kind, about });
  await show();
  send();
}

let sending = false;
let again = false;
let lookedAt = 0;
/** Send what waits, of this page and of others; then show the list as the server knows it now. */
async function send() {
  if (sending) {
    again = true;
    return;
  }
  sending = true;
  tellNet("sending");
  let standing;
  do {
    again = false;
    standing = await sendPages();
    await show();
  } while (again && standing !== "offline");
  sending = false;
  lookedAt = Date.now();
  tellNet(standing);
  if (standing === "idle" && base !== "") await refresh();
}

/** How it stands after sending: as this page does, unless it is in order and another has something left. */
async function sendPages() {
  let standing = navigator.onLine ? "idle" : "offline";
  for (const page of await queue.pages(base)) {
    const result = await queue.send(page);
    if (result === "offline" || page === base) standing = result;
    else if (result !== "idle" && standing === "idle") standing = "waiting";
    if (result === "offline") break;
  }
  return standing;
}

/** Fetch the list as the server knows it now; the worker keeps it on the way. */
async function refresh() {
  let text;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return;
    text = await answer.text();
  } catch {
    return;
  }
  const crew = new DOMParser().parseFromString(text, "text/html").getElementById("crew");
  if (crew === null) return;
  const typed = document.getElementById("filter")?.value;
  const focused = document.activeElement?.closest("#crew [id]")?.id;
  const pressed = document.activeElement?.dataset?.mark ?? document.activeElement?.dataset?.ask;
  document.getElementById("crew").replaceWith(document.importNode(crew, true));
  const again = document.getElementById("filter");
  if (again !== null && typed) again.value = typed;
  if (focused === "filter") again?.focus();
  else if (focused) document.getElementById(focused)?.querySelector(`[data-mark="${pressed}"], [data-ask="${pressed}"]`)?.focus();
  filterCrew();
  await show();
}

function tellNet(standing) {
  const net = document.getElementById("net");
  net.dataset.standing = standing;
  net.textContent = words[standing];
}

/** When a mark was made, on the clock of the site, whatever this phone's clock says. */
function clock(one) {
  const zone = document.getElementById("crew")?.dataset.zone;
  const moment = new Date(Date.parse(one.made_at) + (one.offset_ms ?? 0));
  return moment.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", timeZone: zone });
}

/** Show only whose name has what was typed; the others keep their marks. */
function filterCrew() {
  const sought = (document.getElementById("filter")?.value ?? "").trim().toLocaleLowerCase();
  for (const man of document.querySelectorAll("[data-seat]")) {
    man.hidden = !man.dataset.name.toLocaleLowerCase().includes(sought);
  }
}

/** Draw what was marked here over what the server knew. */
async function show() {
  const marks = await queue.of(base);
  const list = document.getElementById("marks");
  if (list === null) return;
  const counts = { saved: 0, sent: 0, refused: 0 };
  for (const one of marks) counts[one.state] += 1;
  const said = Object.entries(counts).filter(([, count]) => count > 0).map(([state, count]) => `${words[state]} ${count}`);
  document.getElementById("kept-counts").textContent = said.join(", ") || words.nothing;
  list.replaceChildren(...[...marks].reverse().map((one) => line(one)));
  const refused = marks.filter((one) => one.state === "refused");
  const refusals = document.getElementById("refusals");
  refusals.hidden = refused.length === 0;
  refusals.querySelector("ul").replaceChildren(...refused.map((one) => line(one, true)));
  for (const man of document.querySelectorAll("[data-seat]")) drawMan(man, marks);
}

function drawMan(man, marks) {
  const his = marks.filter((one) => one.body.seat_id === man.dataset.seat);
  const sync = man.querySelector(".site-sync");
  man.dataset.known ??= man.dataset.state;
  man.dataset.state = man.dataset.known;
  const last = his.at(-1);
  sync.hidden = last === undefined;
  if (last === undefined) return;
  sync.dataset.state = last.state;
  sync.textContent = `${words[last.label.kind]} ${clock(last)} · ${words[last.state]}${last.reason ? `: ${last.reason}` : ""}`;
  const waiting = his.filter((one) => one.state === "saved").at(-1);
  if (waiting !== undefined) man.dataset.state = STATE_AFTER[waiting.body.kind] ?? man.dataset.state;
}

function line(one, dismissable = false) {
  const item = document.createElement("li");
  item.className = "site-mark";
  item.dataset.state = one.state;
  const what = document.createElement("span");
  what.textContent = `${clock(one)} ${one.label.about ? `${one.label.about}: ` : ""}${words[one.label.kind]}`;
  const fate = document.createElement("span");
  fate.className = "site-fate";
  fate.textContent = words[one.state] + (one.reason ? `: ${one.reason}` : "");
  item.append(what, fate);
  if (dismissable || one.state === "saved") {
    const discard = document.createElement("button");
    discard.type = "button";
    discard.className = "btn btn-sm";
    discard.textContent = words.discard;
    discard.addEventListener("click", async () => {
      await queue.remove(one.n);
      await show();
    });
    item.append(discard);
  }
  return item;
}

function ask(kind, man) {
  const dialog = document.querySelector(`dialog[data-kind="${kind}"]`);
  if (dialog === null) return;
  asking = man;
  dialog.querySelector("form").reset();
  dialog.querySelector(".site-about").textContent = man?.dataset.name ?? "";
  dialog.dispatchEvent(new Event("asked"));
  dialog.showModal();
}

/** The parts of a mark from a form: figures and yes or no as such, what is empty left out. */
function fieldsOf(form, submitter) {
  const fields = {};
  for (const [name, value] of new FormData(form, submitter)) {
    if (typeof value !== "string" || value.trim() === "") continue;
    if (name === "minutes") fields[name] = Number(value);
    else if (name === "let_go") fields[name] = value === "true";
    else fields[name] = value.trim();
  }
  return fields;
}

/** Ask for a man's number, which is written down, and put it where the button was; it is on no page that is kept. */
async function ring(button) {
  button.disabled = true;
  try {
    const pulse = await queue.compareClocks(base);
    const answer = await fetch(`${base}/seats/${seatOf(button).dataset.seat}/phone`, {
      method: "POST", headers: { "HX-Request": "true", "X-CSRF-Token": pulse.csrf },
    });
    if (!answer.ok || answer.status === 204) {
      const problem = answer.headers.get("X-Problem");
      tellRing(problem ? decodeURIComponent(problem) : words.offline);
      return;
    }
    const { phone } = await answer.json();
    const link = document.createElement("a");
    link.className = "btn btn-primary site-number";
    link.href = `tel:${phone}`;
    link.textContent = phone;
    link.setAttribute("aria-label", `${button.dataset.call}: ${phone}`);
    button.replaceWith(link);
    link.focus();
  } catch {
    tellRing(words.offline);
  } finally {
    button.disabled = false;
  }
}

/** Say why there is no number, where the state of the network stands. */
function tellRing(problem) {
  document.getElementById("net").textContent = problem;
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-mark], [data-ask], [data-back], [data-ring], #send-now");
  if (pressed === null) return;
  if ("ring" in pressed.dataset) ring(pressed);
  else if (pressed.id === "send-now") send();
  else if ("back" in pressed.dataset) pressed.closest("dialog").close();
  else if (pressed.dataset.ask) ask(pressed.dataset.ask, seatOf(pressed));
  else mark(pressed.dataset.mark, seatOf(pressed));
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("[data-leave]")) {
    caches?.delete(KEPT);
    return;
  }
  const dialog = event.target.closest("dialog[data-kind]");
  if (dialog === null || dialog.dataset.own !== undefined) return;
  mark(dialog.dataset.kind, asking, fieldsOf(event.target, event.submitter));
});

document.addEventListener("input", (event) => {
  if (event.target.id === "filter") filterCrew();
});
addEventListener("online", send);
addEventListener("offline", () => tellNet("offline"));
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) send();
});
setInterval(async () => {
  const waits = (await queue.all()).some((one) => one.state === "saved");
  const old = !document.hidden && Date.now() - lookedAt > LOOK_AGAIN_MS;
  if (waits || old || document.getElementById("net").dataset.standing !== "idle") send();
}, TRY_AGAIN_MS);

show();
keepPage().then((kept) => kept || tellNet("never"), () => undefined).then(send);
