"use strict";

// Maps: places as dots on a ground that may be a plain grid. A map that picks puts its pins into the fields of its form:
// the place, and where the form has one, the meeting point.

const DOT = { radius: 6, weight: 2 };
const DEEPEST = 19;

/** The ground where no tiles are set: squares that move with the map, so that one sees it move. */
const Squares = L.GridLayer.extend({
  createTile() {
    const square = document.createElement("div");
    square.className = "map-square";
    return square;
  },
});

function drawMap(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "yes";
  const here = [Number(box.dataset.lat), Number(box.dataset.lon)];
  const others = JSON.parse(box.dataset.others);
  const meetings = JSON.parse(box.dataset.meetings ?? "[]");
  const picks = "picks" in box.dataset;
  const map = L.map(box, { attributionControl: false, zoomControl: true, keyboard: !picks, maxZoom: DEEPEST });
  map.setView(here, 12);
  lay(box, map);
  for (const [lat, lon, words] of others) dot(map, lat, lon, words, "map-other");
  for (const [lat, lon, words] of meetings) dot(map, lat, lon, words, "map-meeting");
  const shown = [...others, ...meetings].map(([lat, lon]) => [lat, lon]);
  if (picks) pick(box, map);
  else if ("people" in box.dataset) showPeople(box, map, here);
  else if (shown.length > 1) map.fitBounds(shown, { maxZoom: 15, padding: [24, 24] });
  new ResizeObserver(() => map.invalidateSize()).observe(box);
}

/** Whoever serves the tiles learns our origin and nothing of the page; his name stands on the map. */
function lay(box, map) {
  if (!box.dataset.tiles) return new Squares({ tileSize: 64 }).addTo(map);
  const whose = document.createElement("span");
  whose.textContent = box.dataset.attribution;
  L.control.attribution({ prefix: false }).addTo(map).addAttribution(whose.innerHTML);
  return L.tileLayer(box.dataset.tiles, { maxZoom: DEEPEST, referrerPolicy: "origin" }).addTo(map);
}

function dot(map, lat, lon, words, className) {
  const label = document.createElement("span");
  label.textContent = words;
  return L.circleMarker([lat, lon], { ...DOT, className }).bindTooltip(label).addTo(map);
}

/** A pin that two fields of a form hold; returns how to put it somewhere. */
function pinOf(form, map, names, className) {
  const fields = names.map((name) => form.elements[name]);
  const pin = L.circleMarker([0, 0], { ...DOT, radius: 9, className });
  const follow = () => {
    const place = fields.map((field) => Number.parseFloat(field.value.replace(",", ".")));
    if (place.some(Number.isNaN) || Math.abs(place[0]) > 90 || Math.abs(place[1]) > 180) return pin.remove();
    pin.setLatLng(place).addTo(map);
    if (!map.getBounds().contains(place)) map.setView(place);
  };
  for (const field of fields) field.addEventListener("input", follow);
  follow();
  return (latlng) => {
    fields[0].value = latlng.lat.toFixed(5);
    fields[1].value = latlng.lng.toFixed(5);
    follow();
    fields[0].dispatchEvent(new Event("input", { bubbles: true }));
  };
}

/** Let a click set the place, or the meeting point while that is chosen, and let the fields move the pins. */
function pick(box, map) {
  const form = box.closest("form");
  const putPlace = pinOf(form, map, ["lat", "lon"], "map-pin");
  const putMeeting = form.elements.meeting_lat ? pinOf(form, map, ["meeting_lat", "meeting_lon"], "map-meeting") : null;
  map.on("click", ({ latlng }) => {
    const fresh = form.querySelector("#site-new");
    if (fresh !== null) fresh.checked = true;
    const meeting = putMeeting !== null && form.elements.pin?.value === "meeting";
    (meeting ? putMeeting : putPlace)(latlng.wrap());
  });
}

/** Draw a site with rings of distance, and its people from the list beside the map, which may change at any time. */
function showPeople(box, map, here) {
  const marks = L.layerGroup().addTo(map);
  for (const km of [2, 5, 10, 20]) {
    L.circle(here, { radius: km * 1000, weight: 1, fill: false, interactive: false, className: "map-ring" }).addTo(map);
    const top = [L.latLng(here).toBounds(km * 2000).getNorth(), here[1]];
    L.marker(top, { icon: ringLabel(km), interactive: false, keyboard: false }).addTo(map);
  }
  let drawn = null;
  const draw = () => {
    const list = document.querySelector(box.dataset.people);
    const items = list === null ? [] : [...list.querySelectorAll("li[data-lat]")];
    const told = items.map((item) => `${item.id} ${item.dataset.mark} ${item.dataset.lat}`).join("\n");
    if (told === drawn) return;
    marks.clearLayers();
    for (const item of items) {
      const label = document.createElement("span");
      label.textContent = item.textContent.trim();
      L.circleMarker([item.dataset.lat, item.dataset.lon], { ...DOT, className: `map-${item.dataset.mark}` })
        .bindTooltip(label).addTo(marks);
    }
    const site = document.createElement("strong");
    site.textContent = list?.dataset.site ?? "";
    L.circleMarker(here, { ...DOT, radius: 9, className: "map-pin" }).bindTooltip(site).addTo(marks);
    if (drawn === null) {
      const points = [here, ...items.map((item) => [Number(item.dataset.lat), Number(item.dataset.lon)])];
      if (points.length > 1) map.fitBounds(points, { maxZoom: 13, padding: [16, 16] });
    }
    drawn = told;
  };
  document.addEventListener("htmx:afterSettle", draw);
  draw();
}

function ringLabel(km) {
  return L.divIcon({ className: "map-ring-label", html: String(km), iconSize: [48, 14] });
}

function drawMaps() {
  for (const box of document.querySelectorAll("[data-map]")) drawMap(box);
}

document.addEventListener("htmx:afterSettle", drawMaps);
drawMaps();
