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

function drawMaps() {
  for (const box of document.querySelectorAll("[data-map]")) drawMap(box);
}

document.addEventListener("htmx:afterSettle", drawMaps);
drawMaps();
