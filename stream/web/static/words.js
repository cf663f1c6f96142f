// The words of the interface, in Arabic or English, and how numbers, times and places are written in them.

import { $ } from "./dom.js";

let strings = {};
let names = {};
const provinces = {};
export let lang = "ar";

const LOCALES = { ar: "ar-u-nu-latn-ca-gregory", en: "en-GB" };

export async function loadWords() {
  const files = ["strings", "countries"].map(async (name) => (await fetch(`/static/${name}.json`)).json());
  [strings, names] = await Promise.all(files);
  const wanted = stored("lang") || (navigator.language || "ar").slice(0, 2);
  setLanguage(wanted in strings ? wanted : "ar");
}

export const knownProvinces = (all) => {
  for (const one of all) provinces[`${one.country}/${one.province}`] = one.name_ar;
};

/** The province of a place; its Arabic name where a summary has told it. */
export const provinceOf = (place) => (lang === "ar" && provinces[`${place.country}/${place.admin1}`]) || place.admin1;

export function setLanguage(wanted) {
  lang = wanted;
  store("lang", wanted);
  document.documentElement.lang = wanted;
  document.documentElement.dir = wanted === "ar" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-label]")) {
    element.setAttribute("aria-label", t(element.dataset.tLabel));
    if (element.tagName === "BUTTON") element.title = t(element.dataset.tLabel);
  }
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = t(element.dataset.tPlaceholder);
  document.title = t("app");
  $("language").lang = wanted === "ar" ? "en" : "ar";
  $("help-button").textContent = wanted === "ar" ? "؟" : "?";
}

export const rtl = () => lang === "ar";

export const t = (key) => strings[lang]?.[key] ?? key;

export function counted(key, n) {
  const forms = strings[lang][key];
  const form = forms[n === 0 && forms.zero ? "zero" : new Intl.PluralRules(lang).select(n)] ?? forms.other;
  return form.replace("{n}", number(n));
}

export const number = (n) => new Intl.NumberFormat(LOCALES[lang]).format(n);
export const percent = (part) => new Intl.NumberFormat(LOCALES[lang], { style: "percent" }).format(part);

/** One of two names by the language, else the other, else what stands in the text. */
export const named = (thing) => (lang === "ar" ? thing.name_ar || thing.text || thing.name_en : thing.name_en || thing.text || thing.name_ar) || "";

export function country(code) {
  if (!code) return "";
  return names[code]?.[lang] ?? new Intl.DisplayNames(LOCALES[lang], { type: "region" }).of(code);
}

export const day = (iso, more = {}) =>
  new Intl.DateTimeFormat(LOCALES[lang], { day: "numeric", month: "short", year: "numeric", timeZone: "UTC", ...more }).format(new Date(`${iso}T00:00:00Z`));

export const moment = (iso) =>
  new Intl.DateTimeFormat(LOCALES[lang], { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" }).format(new Date(iso));

export function ago(iso) {
  const seconds = (Date.now() - new Date(iso)) / 1000;
  if (seconds < 0 || seconds > 86400 * 6) return day(iso.slice(0, 10), { year: seconds > 86400 * 300 ? "numeric" : undefined });
  const form = new Intl.RelativeTimeFormat(LOCALES[lang], { numeric: "auto", style: "short" });
  if (seconds < 60) return form.format(0, "minute");
  if (seconds < 3600) return form.format(-Math.floor(seconds / 60), "minute");
  if (seconds < 86400) return form.format(-Math.floor(seconds / 3600), "hour");
  return form.format(-Math.floor(seconds / 86400), "day");
}

export function occurred(when) {
  if (!when.start) return t("unknown");
  const end = when.end && when.end !== when.start ? ` – ${day(when.end)}` : "";
  if (when.precision === "day" || end) return day(when.start) + end;
  return `${day(when.start)} (${t(`precision.${when.precision}`)})`;
}

/** Keeps a sign beside its number where the text runs from right to left. */
const apart = (text) => `\u2066${text}\u2069`;

export const short = (iso) =>
  new Intl.DateTimeFormat(LOCALES[lang], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(iso));

/** Figures from *low* to *high*; null: nobody knows how many more. */
export function range(low, high) {
  if (high === null || high === undefined) return apart(`${number(low)}+`);
  return low === high ? number(low) : apart(`${number(low)}–${number(high)}`);
}

export function stored(name) {
  try { return localStorage.getItem(`rasid.${name}`); } catch { return null; }
}

export function store(name, value) {
  try { localStorage.setItem(`rasid.${name}`, value); } catch { /* a browser that keeps nothing */ }
}
