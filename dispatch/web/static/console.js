"use strict";

const russian = document.documentElement.lang === "ru";

/** Cookies that only remember how the pages look; nothing secret. */
function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

/** Say something in passing; errors stay until they are closed. What can be taken back offers to. */
function toast(words, tone = "info", undo = null) {
  const note = document.createElement("div");
  note.className = `toast-note alert alert-${tone}`;
  note.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", russian ? "Закрыть" : "Close");
  close.addEventListener("click", () => note.remove());
  if (undo !== null) {
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn btn-sm";
    back.textContent = russian ? "Отменить" : "Undo";
    back.addEventListener("click", () => {
      note.remove();
      htmx.ajax("POST", undo, { source: document.body, swap: "none" });
    });
    note.append(back);
  }
  note.append(close);
  document.getElementById("toasts").append(note);
  if (tone !== "danger") setTimeout(() => note.remove(), 6000);
}

/** What is remembered about how pages look, and the page to see it on. */
function keepInMind(button) {
  const [name, value] = button.dataset.remember.split("=");
  remember(name, value);
  location.assign(button.dataset.then);
}

// A link may name the form it is about: /clients#new-client opens it. Once, so that a reload does not ask again.
addEventListener("DOMContentLoaded", () => {
  const named = location.hash === "" ? null : document.getElementById(location.hash.slice(1));
  if (!named?.matches('button[hx-get][hx-target="#dialog-body"]')) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  setTimeout(() => named.click());
});

// Who went to a form from the first steps finds back to them, for as long as this window is open and they are not behind.
addEventListener("DOMContentLoaded", () => {
  const back = document.getElementById("steps-back");
  if (back === null || document.getElementById("first-steps") !== null) return;
  if (location.pathname === "/board") sessionStorage.removeItem("first-steps");
  back.hidden = sessionStorage.getItem("first-steps") === null;
});

function switchTheme() {
  const root = document.documentElement;
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", next);
  remember("dispatch_theme", next);
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

let afterG = 0;
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "g") {
    afterG = Date.now();
  } else if (Date.now() - afterG < 1500) {
    afterG = 0;
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  } else if (event.key === "?") {
    document.getElementById("shortcuts")?.showModal();
  } else if ("/ni".includes(event.key)) {
    const wanted = document.querySelector(`[data-hotkey="${event.key}"]`);
    if (wanted === null) return;
    event.preventDefault();
    if (wanted.matches("input")) wanted.focus();
    else wanted.click();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  if (event.target.closest("[data-print]")) print();
  if (event.target.closest(".first-step a")) sessionStorage.setItem("first-steps", "begun");
  const remembers = event.target.closest("[data-remember]");
  if (remembers) keepInMind(remembers);
  const opener = event.target.closest("[data-dialog]");
  if (opener) document.getElementById(opener.dataset.dialog).showModal();
  if (event.target.closest("[data-close]")) event.target.closest("dialog").close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

// Enter in a field that searches takes the first of what it found; it never sends the form around it.
let takesFirst = null;
function takeFirst() {
  const found = takesFirst?.querySelector("input[type=radio]:checked") ?? takesFirst?.querySelector("input[type=radio]");
  if (!found) return;
  takesFirst = null;
  found.click();
  found.focus();
}
document.addEventListener("keydown", (event) => {
  const field = event.target.closest("[data-enter-takes]");
  takesFirst = field && event.key === "Enter" ? document.querySelector(field.dataset.enterTakes) : null;
  if (takesFirst === null) return;
  event.preventDefault();
  if (!field.matches(".htmx-request")) takeFirst();
});
document.addEventListener("htmx:afterSettle", (event) => {
  if (takesFirst === null || event.detail.target?.id !== takesFirst.id) return;
  takesFirst = document.getElementById(takesFirst.id);
  takeFirst();
});

// A suggestion that fills in fields of a form as if they had been typed.
document.addEventListener("click", (event) => {
  const suggestion = event.target.closest("[data-fill]");
  if (suggestion === null) return;
  const form = document.querySelector(suggestion.dataset.fill);
  for (const [name, value] of Object.entries(JSON.parse(suggestion.dataset.values))) {
    const field = form.elements[name];
    field.value = value;
    field.closest("details")?.setAttribute("open", "");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
});

// What is being mended is not wrong any more: the fault beside a field goes with the first key.
document.addEventListener("input", (event) => {
  const field = event.target.closest(".is-invalid");
  if (field === null) return;
  document.getElementById(`${field.id}-fault`)?.remove();
  field.classList.remove("is-invalid");
  field.removeAttribute("aria-invalid");
});

// What is copied goes to the clipboard; where a page without TLS has none, by way of the selection.
async function copy(words, from) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  getSelection().selectAllChildren(from);
  return document.execCommand("copy") ? undefined : Promise.reject(new Error("not copied"));
}
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button === null) return;
  const from = document.getElementById(button.dataset.copy);
  const said = button.parentElement.querySelector("[role=status]");
  said.textContent = "";
  copy(from.textContent, from).then(
    () => { said.textContent = button.dataset.copied; },
    () => getSelection().selectAllChildren(from),
  );
});

// On a phone a row of a table is a card: its title, which may have a number before it, and cells that say what they are.
function label() {
  for (const table of document.querySelectorAll("table.stacked")) {
    const names = [...(table.tHead?.rows[0]?.cells ?? [])].map((head) => head.textContent.trim());
    for (const row of [...table.tBodies].flatMap((body) => [...body.rows])) {
      const title = row.cells[0]?.matches(".num") ? 1 : 0;
      let column = 0;
      for (const cell of row.cells) {
        const acts = cell.querySelector(".btn") !== null;
        const bare = cell.textContent.trim() === "" && cell.querySelector("svg, input, img") === null;
        cell.classList.toggle("is-acts", acts && column > title);
        cell.classList.toggle("is-bare", bare);
        const name = names[column] ?? "";
        if (column > title && name && !acts && cell.colSpan === 1) cell.dataset.label ??= name[0].toLocaleUpperCase() + name.slice(1);
        column += cell.colSpan;
      }
    }
  }
}
label();
document.addEventListener("htmx:afterSwap", label);

// Dialogs close by Esc of themselves; so do menus, and whoever opened one is back where he was.
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" ? document.querySelector("details.menu[open]") : null;
  if (menu === null || document.querySelector("dialog[open]")) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A form that was asked for opens as a dialog; it is emptied when it closes. Whoever asks may stand in a part that is
// replaced whole when it is refreshed; the dialog's body stays and is filled.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "dialog-body") event.detail.swapOverride = "innerHTML";
});
// It opens once its form is under htmx's eye: whoever presses Enter sooner would send the form into the address.
document.addEventListener("htmx:afterSettle", (event) => {
  const dialog = document.getElementById("dialog");
  if (event.detail.target?.id !== "dialog-body" || dialog.open) return;
  dialog.showModal();
  // A conversation opens at its end.
  const texts = event.detail.target.querySelector(".thread-box");
  if (texts !== null) texts.scrollTop = texts.scrollHeight;
});
document.getElementById("dialog")?.addEventListener("close", () => {
  document.getElementById("dialog-body").replaceChildren();
});

// What a viewer folded out, or in, stays so when its part is drawn anew.
Idiomorph.defaults.callbacks.beforeAttributeUpdated = (name, holder) => name !== "open" || !holder.matches("details");

// Parts of a page that fetch themselves anew: at news (live.js), and after what one changed oneself.
const askedAt = new Map();
const waiting = new Set();

/** A part fetches itself anew: at once, or when its pace allows it. The last news is never the one left out. */
function stir(part, after = 0) {
  const { id } = part;
  if (waiting.has(id)) return;
  waiting.add(id);
  const rest = (askedAt.get(id) ?? -Infinity) + Number(part.dataset.pace) - performance.now();
  setTimeout(() => {
    waiting.delete(id);
    askedAt.set(id, performance.now());
    const shown = document.getElementById(id);
    if (shown !== null) htmx.trigger(shown, "live");
  }, Math.max(after, rest));
}

// A part that could not be fetched is still wanted.
for (const failure of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failure, (event) => {
    const part = event.detail.elt;
    if (!part.matches("[data-live]") || event.detail.xhr?.status === 403 || event.detail.xhr?.status === 404) return;
    stir(part, 1000 + Math.random() * 2000);
  });
}

// What a change answers: words to say, and where it could be taken back.
document.addEventListener("htmx:afterRequest", (event) => {
  const words = event.detail.xhr.getResponseHeader("X-Done");
  if (words === null) return;
  toast(decodeURIComponent(words), "success", event.detail.xhr.getResponseHeader("X-Undo"));
  event.detail.elt.closest("dialog")?.close();
  if (event.detail.elt.matches("form[data-clears]")) event.detail.elt.reset();
  for (const part of document.querySelectorAll("[data-live]")) stir(part);
});

// What is answered instead when it was refused: beside the form that asked, or in passing.
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.elt.matches("[data-live]")) return;
  const words = event.detail.xhr.getResponseHeader("X-Problem");
  const problem = words ? decodeURIComponent(words) : event.detail.xhr.statusText;
  const form = event.detail.elt.closest("form");
  const place = form?.querySelector("[data-problem]");
  if (place) {
    place.querySelector("[data-problem-words]").textContent = problem;
    place.hidden = false;
    const names = decodeURIComponent(event.detail.xhr.getResponseHeader("X-Problem-Fields") ?? "").split(",");
    const unfit = [...form.elements].filter((field) => names.includes(field.name) && field.type !== "hidden");
    for (const field of unfit) markUnfit(field, true);
    // Behind htmx, which gives the focus back to where it was.
    setTimeout(() => unfit[0]?.focus());
  } else {
    toast(problem, "danger");
  }
});
document.addEventListener("htmx:beforeRequest", (event) => {
  const form = event.detail.elt.closest("form");
  const place = form?.querySelector("[data-problem]");
  if (!place) return;
  place.hidden = true;
  for (const field of form.querySelectorAll("[data-unfit]")) markUnfit(field, false);
});
function markUnfit(field, unfit) {
  field.classList.toggle("is-invalid", unfit);
  field.toggleAttribute("data-unfit", unfit);
  if (unfit) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}
document.addEventListener("htmx:sendError", (event) => {
  if (event.detail.elt.matches("[data-live]")) return;
  toast(russian ? "Нет связи с сервером" : "The server does not answer", "danger");
});

// Where the ways of the settings do not fit beside each other, the one taken is in sight.
document.querySelector(".settings-link.active")?.scrollIntoView({ block: "nearest", inline: "center" });
