// An alert and an incident seen as one thing: what the feed, the map and the pages need of either.

import { h } from "./dom.js";
import { country, counted, lang, named, t } from "./words.js";

export const isAlert = (item) => "alert_id" in item;
export const idOf = (item) => item.alert_id ?? item.incident_id;
export const pathOf = (item) => `/${isAlert(item) ? "alerts" : "incidents"}/${encodeURIComponent(idOf(item))}`;
export const toldAt = (item) => (isAlert(item) ? item.article.published_at : item.last_seen);
export const level = (severity) => (severity >= 70 ? 3 : severity >= 40 ? 2 : 1);
export const headline = (item) => (isAlert(item) ? item.article.title || item.evidence[0].text : item.headline[lang]);

export function placeName(place) {
  if (!place) return "";
  const parts = [named(place)];
  if (place.country && place.precision !== "country") parts.push(country(place.country));
  return parts.filter(Boolean).join(lang === "ar" ? "، " : ", ");
}

/** The best figure and its range, or null; of an alert the competing figures span the range. */
export function toll(item, kind) {
  if (!isAlert(item)) return item.toll[kind];
  const tolls = item.casualties.filter((one) => one.kind === kind && one.scope === "incident");
  if (!tolls.length) return null;
  const low = Math.min(...tolls.map((one) => one.low));
  const open = tolls.some((one) => one.high === null);
  return { low, best: low, high: open ? null : Math.max(...tolls.map((one) => one.high)) };
}

export function marks(item) {
  const found = [];
  for (const kind of ["killed", "injured"]) {
    const figures = toll(item, kind);
    if (figures?.best) found.push(h("span", { class: `mark ${kind}` }, counted(`count.${kind}`, figures.best)));
  }
  if (item.status !== "reported") found.push(h("span", { class: `mark status ${item.status}` }, t(`status.${item.status}`)));
  if (!isAlert(item) && ["corrected", "retracted", "closed"].includes(item.lifecycle)) {
    found.push(h("span", { class: `mark status ${item.lifecycle}` }, t(`lifecycle.${item.lifecycle}`)));
  }
  return found;
}

/** A sentence with the words that name the event made strong. */
export function sentence(text, trigger) {
  const at = trigger ? text.indexOf(trigger) : -1;
  if (at < 0) return [text];
  return [text.slice(0, at), h("strong", {}, trigger), text.slice(at + trigger.length)];
}
