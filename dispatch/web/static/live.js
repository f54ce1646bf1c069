"use strict";

// What happens while one looks. One tab of a browser holds the stream and tells the others: a browser opens only a
// handful of connections to one server, and a dispatcher has more tabs than that.

const tabs = new BroadcastChannel("dispatch-live");
tabs.addEventListener("message", (event) => hear(event.data));

/** Tell every tab, this one included. */
function spread(told) {
  hear(told);
  tabs.postMessage(told);
}

function listen() {
  const stream = new EventSource("/live");
  stream.addEventListener("message", (event) => spread(JSON.parse(event.data)));
  stream.addEventListener("error", () => {
    // The browser comes back by itself, unless the answer was no stream at all.
    if (stream.readyState !== EventSource.CLOSED) return;
    setTimeout(() => {
      spread({ what: "hello" });
      listen();
    }, 2000 + Math.random() * 2000);
  });
}

/** Whether news is about a part, and newer than what it shows. A part names its subjects: "shift:ID alarms". */
function concerns(part, told) {
  if (told.version < Number(part.dataset.seen ?? 0)) return false;
  if (told.what === "hello") return true;
  return part.dataset.live.split(" ").some((subject) => subject === told.what || subject === `${told.what}:${told.id}`);
}

function hear(told) {
  document.dispatchEvent(new CustomEvent("dispatch:news", { detail: told }));
  for (const part of document.querySelectorAll("[data-live]")) if (concerns(part, told)) stir(part);
}

/** Hold the stream, or else wait until the tab that holds it goes. */
async function follow() {
  await navigator.locks.request("dispatch-live", { ifAvailable: true }, (mine) => mine && new Promise(listen));
  // Another tab holds it, and may have told something between this page's reading and its listening.
  hear({ what: "hello" });
  await navigator.locks.request("dispatch-live", () => new Promise(listen));
}

// By then whoever listens to news does.
document.addEventListener("DOMContentLoaded", follow);
