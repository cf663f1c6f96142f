// The conditions, kept in the address: a view can be sent to a colleague, and Back goes to the one before.

import { $, h } from "./dom.js";
import { country, day, named, number, t } from "./words.js";

const ATTACKS = ["armed_clash", "air_strike", "shelling", "bombing", "suicide_bombing", "shooting", "chemical", "abduction", "interception", "territory", "other_attack"];
const DIPLOMACY = ["consult", "agree", "support", "aid", "concede", "request", "accuse", "reject", "threaten", "sanction", "mobilize"];
const STATUSES = ["reported", "alleged", "denied", "planned", "foiled"];
const NAMES = ["kind", "type", "country", "province", "near", "actor", "status", "severity", "confidence", "sources", "words", "since", "until"];

let change = () => {};
let known = { countries: [], provinces: [] };

export const conditions = () => {
  const all = new URLSearchParams(location.search);
  return new URLSearchParams([...all].filter(([name, value]) => NAMES.includes(name) && value));
};

export const get = (name) => conditions().get(name) ?? "";

/** Sets or, with an empty value, removes conditions. */
export function set(values) {
  const all = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(values)) value ? all.set(name, value) : all.delete(name);
  change(all);
}

export function setUp(changed) {
  change = changed;
  $("search").addEventListener("submit", (event) => event.preventDefault());
  let typing = 0;
  $("search").words.addEventListener("input", (event) => {
    clearTimeout(typing);
    typing = setTimeout(() => set({ words: event.target.value.trim() }), 300);
  });
  $("conditions").addEventListener("change", (event) => {
    const { name, value } = event.target;
    set({ [name]: name === "confidence" && value !== "0" ? String(value / 100) : value === "0" ? "" : value });
  });
  $("conditions").addEventListener("submit", (event) => event.preventDefault());
}

/** Draws the form anew from the address, with the countries and provinces that there are. */
export function draw(summary, of) {
  if (summary) known = { countries: Object.keys(summary.countries), provinces: summary.provinces };
  const kind = get("kind");
  segments("kinds", [["", t("kind.all")], ["attack", t("kind.attack")], ["diplomacy", t("kind.diplomacy")]], kind, (value) => {
    const other = { attack: DIPLOMACY, diplomacy: ATTACKS }[value] ?? [];
    set({ kind: value, ...(other.includes(get("type")) ? { type: "" } : {}) });
  });
  const types = [...(kind === "diplomacy" ? [] : ATTACKS), ...(kind === "attack" ? [] : DIPLOMACY)];
  const countries = with_(known.countries, get("country")).map((code) => [code, country(code)]).sort((a, b) => a[1].localeCompare(b[1]));
  const provinces = known.provinces.filter((one) => !get("country") || one.country === get("country")).map((one) => [one.province, provinceName(one)]);
  if (get("province") && !provinces.some(([name]) => name === get("province"))) provinces.push([get("province"), get("province")]);
  const focused = document.activeElement?.name;
  const fields = [
    choice("type", types.map((type) => [type, t(`type.${type}`)])),
    choice("status", STATUSES.map((status) => [status, t(`status.${status}`)])),
    choice("country", countries),
    choice("province", provinces),
    field("actor", h("input", { name: "actor", value: get("actor"), maxlength: 200, autocomplete: "off", dir: "auto" })),
    of === "incidents" ? field("sources.min", h("input", { name: "sources", type: "number", min: 1, max: 50, value: get("sources") || 1 })) : null,
    slider("severity", "severity.min", Number(get("severity") || 0)),
    slider("confidence", "confidence.min", Math.round(Number(get("confidence") || 0) * 100)),
    field("since", h("input", { name: "since", type: "date", value: get("since") })),
    field("until", h("input", { name: "until", type: "date", value: get("until") })),
  ];
  $("conditions").replaceChildren(...fields.filter(Boolean));
  if (focused) $("conditions").querySelector(`[name="${CSS.escape(focused)}"]`)?.focus();
  if (document.activeElement !== $("search").words) $("search").words.value = get("words");
  chips();
}

export function segments(id, options, chosen, pick) {
  $(id).replaceChildren(
    ...options.map(([value, label]) =>
      h("button", { type: "button", "aria-pressed": String(value === chosen), "data-value": value, onclick: () => pick(value) }, label)),
  );
}

export const provinceName = (one) => named({ name_ar: one.name_ar, name_en: one.province, text: one.province });

function chips() {
  const all = conditions();
  const oneDay = all.has("since") && all.get("since") === all.get("until");
  if (oneDay) all.delete("until");
  const shown = [...all].filter(([name]) => !["kind", "words"].includes(name));
  const chip = (name, value) => {
    const isDay = oneDay && name === "since";
    const without = isDay ? { since: "", until: "" } : { [name]: "" };
    return h("button", { type: "button", class: "chip", onclick: () => set(without) },
      isDay ? day(value) : label(name, value), h("span", { "aria-hidden": "true" }, "×"));
  };
  $("chips").replaceChildren(
    ...shown.map(([name, value]) => chip(name, value)),
    shown.length > 1 || get("words")
      ? h("button", { type: "button", class: "clear", onclick: () => set(Object.fromEntries(NAMES.map((name) => [name, ""]))) }, t("filters.clear"))
      : "",
  );
}

function label(name, value) {
  switch (name) {
    case "type": return t(`type.${value}`);
    case "status": return t(`status.${value}`);
    case "country": return country(value);
    case "province": return provinceName(known.provinces.find((one) => one.province === value) ?? { province: value });
    case "near": return `${t("near")}: ${value.split(",").slice(0, 2).map((one) => number(Number(one))).join(", ")}`;
    case "severity": return `${t("severity")} ≥ ${number(value)}`;
    case "confidence": return `${t("confidence")} ≥ ${number(Math.round(value * 100))}%`;
    case "sources": return `${t("sources.min")} ≥ ${number(value)}`;
    case "since": case "until": return `${t(name)} ${day(value)}`;
    default: return value;
  }
}

const field = (key, input) => h("label", {}, h("span", {}, t(key)), input);

function choice(name, options) {
  const chosen = get(name);
  return field(name, h("select", { name }, h("option", { value: "" }, t("any")),
    options.map(([value, text]) => h("option", { value, selected: value === chosen }, text))));
}

function slider(name, key, value) {
  const shown = h("output", {}, number(value));
  return h("label", {}, h("span", {}, t(key), " ", shown),
    h("input", { name, type: "range", min: 0, max: 95, step: 5, value, oninput: (event) => { shown.textContent = number(event.target.value); } }));
}

const with_ = (values, one) => (one && !values.includes(one) ? [...values, one] : values);
