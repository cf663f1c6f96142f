// The map: countries and towns that come with the page, and a spot for each place where something happened.

import { $, h } from "./dom.js";
import { country, lang, named, t } from "./words.js";

const L = window.L;
const HOME = [[8, -12], [42, 66]];
const CLOSEST = 10;

let map;
let spots;
let labels;
let base = { countries: [], towns: [] };
let shown = [];
let fitted = false;
let chosen = null;
let pick = () => {};

export async function setUp(picked) {
  pick = picked;
  map = L.map("map", { zoomControl: false, attributionControl: false, minZoom: 2, maxZoom: CLOSEST, zoomSnap: 0.5 });
  map.fitBounds(HOME);
  spots = L.layerGroup();
  // From below: land, names, then (in Leaflet's own pane) spots.
  map.createPane("land");
  labels = map.createPane("names");
  map.on("zoomstart", () => labels.classList.add("hidden"));
  map.on("moveend", drawNames);
  $("zoom-in").onclick = () => map.zoomIn();
  $("zoom-out").onclick = () => map.zoomOut();
  $("zoom-fit").onclick = fit;
  new ResizeObserver(() => {
    if (!seen()) return;
    map.invalidateSize({ pan: false });
    if (!fitted && shown.length) fit();
  }).observe($("map"));
  spots.addTo(map);
  base = await (await fetch("/static/base-map.json")).json();
  const renderer = L.svg({ pane: "land", padding: 0.6 });
  L.geoJSON(base.countries, { renderer, pane: "land", interactive: false, style: { className: "land", weight: 1, smoothFactor: 0.8 } }).addTo(map);
  drawNames();
}

/** Names of countries from afar, of towns from near; the larger first, and none over another. */
export function drawNames() {
  const zoom = map.getZoom();
  const view = map.getBounds().pad(0.05);
  const taken = [];
  const made = [];
  const put = (name, lat, lon, kind) => {
    if (!name || !view.contains([lat, lon])) return;
    const point = map.latLngToLayerPoint([lat, lon]);
    const wide = name.length * (kind === "country" ? 8 : 6.4) + 10;
    const box = [point.x - wide / 2, point.y - 9, point.x + wide / 2, point.y + 9];
    if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return;
    taken.push(box);
    const label = h("span", { class: `name ${kind}` }, name);
    label.style.transform = `translate(${Math.round(point.x)}px, ${Math.round(point.y)}px) translate(-50%, -50%)`;
    made.push(label);
  };
  if (zoom < 7.5) {
    const large = 900 / 4 ** (zoom - 2);
    for (const one of base.countries) {
      if (one.properties.area > large * 0.12) put(one.id && country(one.id), one.properties.label[1], one.properties.label[0], "country");
    }
  }
  if (zoom >= 5) {
    const least = zoom >= 8 ? 0 : zoom >= 7 ? 40_000 : zoom >= 6 ? 150_000 : 700_000;
    for (const [lat, lon, population, ar, en] of base.towns) {
      if (population < least || made.length > 90) break;
      put(lang === "ar" ? ar : en, lat, lon, "town");
    }
  }
  labels.replaceChildren(...made);
  labels.classList.remove("hidden");
}

/** Draws the spots of a summary anew. */
export function draw(summary) {
  shown = summary.spots;
  spots.clearLayers();
  for (const spot of shown) {
    const count = spot.attack + spot.diplomacy;
    const kind = spot.attack >= spot.diplomacy ? "attack" : "diplomacy";
    const circle = L.circleMarker([spot.lat, spot.lon], {
      className: `spot ${kind} s${spot.severity >= 70 ? 3 : spot.severity >= 40 ? 2 : 1}`,
      radius: Math.min(24, 4.5 + 2.1 * Math.sqrt(count - 1)),
      weight: 1.5,
    });
    circle.bindTooltip(() => tip(spot), { direction: "top", className: "tip" });
    circle.on("click", () => pick(spot));
    circle.addTo(spots);
    circle.getElement()?.setAttribute("data-ids", spot.ids.join(" "));
  }
  if (!fitted && shown.length && seen()) fit();
}

function tip(spot) {
  const lines = ["attack", "diplomacy"].filter((kind) => spot[kind]).map((kind) => h("span", { class: kind }, `${t(`legend.${kind}`)} ${spot[kind]}`));
  return h("div", { dir: "auto" }, h("b", {}, named(spot)), ...lines);
}

export function fit() {
  fitted = true;
  if (!shown.length) { map.fitBounds(HOME, { animate: false }); return; }
  // What is far from nearly everything else does not pull the view out: of many, a tenth at each edge may lie outside.
  const edges = (name) => {
    const all = shown.flatMap((spot) => Array(spot.attack + spot.diplomacy).fill(spot[name])).sort((a, b) => a - b);
    const off = all.length < 12 ? 0 : Math.floor(all.length / 10);
    return [all[off], all[all.length - 1 - off]];
  };
  const [south, north] = edges("lat");
  const [west, east] = edges("lon");
  map.fitBounds(L.latLngBounds([south, west], [north, east]).pad(0.25), { maxZoom: 7, animate: false });
}

/** Shows where one thing happened; null: nothing is singled out any more. */
export function focus(place) {
  chosen?.remove();
  chosen = null;
  if (!place || place.lat === null) return;
  chosen = L.circleMarker([place.lat, place.lon], { className: "chosen-place", radius: 17, interactive: false }).addTo(map);
  fitted = true;
  const zoom = { point: 9, city: 8, area: 7, region: 6, country: 5 }[place.precision] ?? 7;
  // On a phone the map is not seen at this moment, and cannot fly.
  const still = calm() || !seen();
  map.setView([place.lat, place.lon], Math.max(zoom, Math.min(map.getZoom(), 9)), { animate: !still, duration: 0.6 });
}

export function pulse(place) {
  if (!place || place.lat === null || calm()) return;
  const ring = L.circleMarker([place.lat, place.lon], { className: "pulse", radius: 22, interactive: false }).addTo(map);
  setTimeout(() => ring.remove(), 2400);
}

/** On a phone the map is one of three tabs. */
const seen = () => $("map").clientWidth > 0;

const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
