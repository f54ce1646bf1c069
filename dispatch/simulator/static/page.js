// Keeps the list and the open conversation fresh; without it the page works, only by hand.
"use strict";

const EVERY_MS = 2000;
const pause = document.getElementById("pause");
const conversation = document.getElementById("conversation");
const place = new URLSearchParams(location.search);
const last = new Map();
let paused = false;

function swap(target, html) {
  if (last.get(target) === html) return;
  const first = !last.has(target);
  last.set(target, html);
  const atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 40;
  const focused = target.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  target.innerHTML = html; // rendered and escaped by the server
  if (target === conversation && (atEnd || first)) target.scrollTop = target.scrollHeight;
  if (focused) {
    const again = [...target.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused);
    if (again) again.focus({ preventScroll: true });
  }
}

async function fetchInto(target, path) {
  const answer = await fetch(path + "?" + place, { cache: "no-cache" });
  if (answer.ok) swap(target, await answer.text());
}

async function refresh() {
  if (!paused && !document.hidden) {
    try {
      await fetchInto(document.getElementById("phones"), "/fragment/phones");
      if (document.body.dataset.view === "chat") await fetchInto(conversation, "/fragment/conversation");
    } catch {
      // The simulator is being restarted; the next round will tell.
    }
  }
  setTimeout(refresh, EVERY_MS);
}

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
});
document.getElementById("text")?.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    event.target.form.requestSubmit(event.target.form.querySelector("button[value=say]"));
  }
});
conversation.scrollTop = conversation.scrollHeight;
setTimeout(refresh, EVERY_MS);
