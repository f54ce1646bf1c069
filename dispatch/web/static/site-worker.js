"use strict";
// Keeps the pages on site and their files, so that they open without a network. Marks are none of its business: they
// lie in the browser's database, and the page sends them.

const KEPT = "site-1";
const PATIENCE_MS = 6000;
const PAGE = /^\/(site(\/[0-9a-f-]{36})?|lead\/[\w-]+)$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (address.pathname.startsWith("/static/") || address.pathname.endsWith(".webmanifest")) {
    event.respondWith(kept(request));
  } else if (PAGE.test(address.pathname)) {
    event.respondWith(fresh(event, request, address.pathname));
  }
});

/** A file whose name changes with its content: what is kept is right. */
async function kept(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}

/** A page: as it is now, or as it was when the network was last there. */
async function fresh(event, request, path) {
  const cache = await caches.open(KEPT);
  const answer = ask(request, cache, path);
  event.waitUntil(answer.catch(() => undefined));
  const old = await cache.match(path);
  if (old === undefined) return answer;
  const late = new Promise((done) => setTimeout(done, PATIENCE_MS, old));
  return Promise.race([answer, late]).catch(() => old);
}

async function ask(request, cache, path) {
  const answer = await fetch(request);
  if (answer.ok && !answer.redirected) await cache.put(path, answer.clone());
  // Not his any more: what was kept of it goes, too.
  else if ([403, 404, 410].includes(answer.status)) await cache.delete(path);
  else if (answer.status >= 500) throw new Error("the server is not well");
  return answer;
}
