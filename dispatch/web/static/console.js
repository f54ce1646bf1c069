"use strict";

/** Cookies that only remember how the pages look; nothing secret. */
function remember(name, value) {
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
}

/** Say something in passing; errors stay until they are closed. */
function toast(words, tone = "info") {
  const note = document.createElement("div");
  note.className = `toast-note alert alert-${tone}`;
  note.textContent = words;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "btn-close";
  close.setAttribute("aria-label", document.documentElement.lang === "ru" ? "Закрыть" : "Close");
  close.addEventListener("click", () => note.remove());
  note.append(close);
  document.getElementById("toasts").append(note);
  if (tone !== "danger") setTimeout(() => note.remove(), 6000);
}

function switchTheme() {
  const root = document.documentElement;
  const next = root.getAttribute("data-bs-theme") === "dark" ? "light" : "dark";
  root.setAttribute("data-bs-theme", next);
  remember("dispatch_theme", next);
}

/** The palette: every place one may go, found by typing. */
function openPalette() {
  const palette = document.getElementById("palette");
  const input = palette.querySelector("input");
  input.value = "";
  filterPalette(palette, "");
  palette.showModal();
  input.focus();
}

function filterPalette(palette, typed) {
  const wanted = typed.trim().toLocaleLowerCase();
  for (const item of palette.querySelectorAll("li")) {
    item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
  }
}

function isTyping(target) {
  return target.closest("input, textarea, select, [contenteditable]") !== null;
}

let afterG = 0;
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "g") {
    afterG = Date.now();
  } else if (Date.now() - afterG < 1500) {
    afterG = 0;
    document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]")) openPalette();
  if (event.target.closest("[data-theme-switch]")) switchTheme();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.getElementById("palette")?.addEventListener("input", (event) => {
  filterPalette(event.currentTarget, event.target.value);
});
document.getElementById("palette")?.addEventListener("submit", (event) => {
  const first = event.currentTarget.querySelector("li:not([hidden]) a");
  if (first) location.assign(first.href);
});

// What a part answers instead of itself when it was refused.
document.addEventListener("htmx:responseError", (event) => {
  const words = event.detail.xhr.getResponseHeader("X-Problem");
  toast(words ? decodeURIComponent(words) : event.detail.xhr.statusText, "danger");
});
document.addEventListener("htmx:sendError", () => {
  toast(document.documentElement.lang === "ru" ? "Нет связи с сервером" : "The server does not answer", "danger");
});
