"use strict";

// Maps: places as dots on a ground that may be empty. A map that picks puts its pin into the fields of its form.

const DOT = { radius: 6, weight: 2 };

function drawMap(box) {
  if (box.dataset.drawn) return;
  box.dataset.drawn = "yes";
  const here = [Number(box.dataset.lat), Number(box.dataset.lon)];
  const others = JSON.parse(box.dataset.others);
  const map = L.map(box, { attributionControl: false, zoomControl: true, keyboard: !("picks" in box.dataset) });
  map.setView(here, 12);
  for (const [lat, lon, words] of others) {
    const label = document.createElement("span");
    label.textContent = words;
    L.circleMarker([lat, lon], { ...DOT, className: "map-other" }).bindTooltip(label).addTo(map);
  }
  if ("picks" in box.dataset) pick(box, map);
  else if ("people" in box.dataset) showPeople(box, map, here);
  else if (others.length > 1) map.fitBounds(others.map(([lat, lon]) => [lat, lon]), { maxZoom: 14, padding: [24, 24] });
  new ResizeObserver(() => map.invalidateSize()).observe(box);
}

/** Let a click set the place, and the fields move the pin. */
function pick(box, map) {
  const form = box.closest("form");
  const [lat, lon] = ["lat", "lon"].map((name) => form.elements[name]);
  const pin = L.circleMarker([0, 0], { ...DOT, radius: 9, className: "map-pin" });
  const follow = () => {
    const place = [lat, lon].map((field) => Number.parseFloat(field.value.replace(",", ".")));
    if (place.some(Number.isNaN) || Math.abs(place[0]) > 90 || Math.abs(place[1]) > 180) return pin.remove();
    pin.setLatLng(place).addTo(map);
    if (!map.getBounds().contains(place)) map.setView(place);
  };
  map.on("click", ({ latlng }) => {
    const place = latlng.wrap();
    lat.value = place.lat.toFixed(5);
    lon.value = place.lng.toFixed(5);
    const fresh = form.querySelector("#site-new");
    if (fresh !== null) fresh.checked = true;
    follow();
    lat.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const field of [lat, lon]) field.addEventListener("input", follow);
  follow();
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
