// Counts: a bar for each day, and provinces by how much happened there.

import { $, h, s } from "./dom.js";
import { get, provinceName, set } from "./filters.js";
import { country, counted, day, number, rtl, t } from "./words.js";

const DAYS = 60;
const HEIGHT = 132;
const FOOT = 20;
const HEAD = 14;

let last = null;
let cursor = -1;

export function setUp() {
  new ResizeObserver(() => last && drawDays(last)).observe($("days"));
}

export function draw(summary, surroundings, of) {
  last = surroundings;
  const parts = [counted(`count.${of}`, summary.total)];
  if (summary.killed) parts.push(counted("count.killed", summary.killed));
  if (summary.without_place) parts.push(`${number(summary.without_place)} ${t("without_place")}`);
  $("totals").textContent = parts.join(" · ");
  drawDays(surroundings);
  drawProvinces(summary);
}

/** The last days up to the newest, those without anything too; of what is planned, a week. */
function series({ days, newest }) {
  if (!days.length) return [];
  const end = Math.min(Date.parse(`${days[days.length - 1].day}T00:00:00Z`), Date.parse(`${newest}T00:00:00Z`) + 7 * 86400e3);
  const start = Math.max(Date.parse(`${days[0].day}T00:00:00Z`), end - (DAYS - 1) * 86400e3);
  const byDay = new Map(days.map((one) => [one.day, one]));
  const all = [];
  for (let at = Math.min(start, end - 13 * 86400e3); at <= end; at += 86400e3) {
    const iso = new Date(at).toISOString().slice(0, 10);
    all.push(byDay.get(iso) ?? { day: iso, attack: 0, diplomacy: 0 });
  }
  return all;
}

function drawDays(summary) {
  const days = series(summary);
  const width = $("days").clientWidth;
  if (!days.length || width < 50) { $("days").replaceChildren(); return; }
  const most = Math.max(1, ...days.map((one) => one.attack + one.diplomacy));
  const step = width / days.length;
  const thick = Math.min(22, Math.max(2, step - 2));
  const y = (n) => (n / most) * (HEIGHT - FOOT - HEAD);
  const ground = HEIGHT - FOOT;
  // Time runs as one reads.
  const x = (index) => (rtl() ? width - (index + 0.5) * step : (index + 0.5) * step);
  const [since, until] = [get("since"), get("until")];
  const off = Math.ceil(26 / step);
  const every = Math.max(1, Math.ceil(58 / step));
  const marks = days.map((one, index) => {
    const chosen = (since || until) && (!since || one.day >= since) && (!until || one.day <= until);
    const attack = y(one.attack);
    const diplomacy = y(one.diplomacy);
    const bar = (kind, from, tall) => tall > 0
      ? s("rect", { class: kind, x: x(index) - thick / 2, y: from - Math.max(tall, 1.5), width: thick, height: Math.max(tall, 1.5), rx: Math.min(2, thick / 3) })
      : null;
    return s("g", { class: `day${chosen ? " chosen" : ""}`, "data-day": one.day },
      s("title", {}, said(one)),
      s("rect", { class: "reach", x: x(index) - step / 2, y: 0, width: step, height: ground }),
      bar("attack", ground, attack), bar("diplomacy", ground - attack - (attack && diplomacy ? 1 : 0), diplomacy),
      (days.length - 1 - off - index) % every === 0 && x(index) > 25 && x(index) < width - 25
        ? s("text", { x: x(index), y: HEIGHT - 5, "text-anchor": "middle" }, day(one.day, { year: undefined }))
        : null);
  });
  const chart = s("svg", { width, height: HEIGHT, role: "img", tabindex: 0, "aria-label": t("timeline") },
    s("line", { class: "ground", x1: 0, x2: width, y1: ground + 0.5, y2: ground + 0.5 }),
    s("text", { class: "most", x: rtl() ? width : 0, y: 10, "text-anchor": "start" }, number(most)),
    marks);
  choose(chart, days);
  $("days").replaceChildren(chart);
}

const said = (one) => `${day(one.day)}: ${t("legend.attack")} ${number(one.attack)}، ${t("legend.diplomacy")} ${number(one.diplomacy)}`.replace("،", rtl() ? "،" : ",");

/** A click takes a day, a drag several; with the keyboard, arrows go and Enter takes. */
function choose(chart, days) {
  let from = null;
  const dayAt = (event) => event.target.closest("g.day")?.dataset.day;
  const take = (one, other) => {
    const [since, until] = [one, other].sort();
    set(get("since") === since && get("until") === until ? { since: "", until: "" } : { since, until });
  };
  chart.addEventListener("pointerdown", (event) => { from = dayAt(event); });
  chart.addEventListener("pointerup", (event) => {
    const to = dayAt(event);
    if (from && to) take(from, to);
    from = null;
  });
  chart.addEventListener("keydown", (event) => {
    const forward = rtl() ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      cursor = Math.min(days.length - 1, Math.max(0, (cursor < 0 ? days.length : cursor) + (event.key === forward ? 1 : -1)));
      for (const [index, group] of [...chart.querySelectorAll("g.day")].entries()) group.classList.toggle("cursor", index === cursor);
      chart.setAttribute("aria-label", said(days[cursor]));
      event.preventDefault();
    } else if (event.key === "Enter" && days[cursor]) take(days[cursor].day, days[cursor].day);
  });
}

function drawProvinces(summary) {
  const most = Math.max(1, ...summary.provinces.map((one) => one.attack + one.diplomacy));
  const part = (n) => `${(n / most) * 100}%`;
  $("provinces").replaceChildren(...summary.provinces.slice(0, 30).map((one) => {
    const bar = s("svg", { class: "stripe", "aria-hidden": "true", width: "100%", height: 5 },
      s("rect", { class: "attack", x: rtl() ? `${100 - (one.attack / most) * 100}%` : 0, width: part(one.attack), height: 5, rx: 2 }),
      s("rect", { class: "diplomacy", x: rtl() ? `${100 - ((one.attack + one.diplomacy) / most) * 100}%` : part(one.attack), width: part(one.diplomacy), height: 5, rx: 2 }));
    const chosen = get("province") === one.province && get("country") === one.country;
    return h("li", {},
      h("button", { type: "button", "aria-pressed": String(chosen), onclick: () => set(chosen ? { country: "", province: "" } : { country: one.country, province: one.province }) },
        h("span", { class: "label" }, h("b", {}, provinceName(one)), " ", h("small", {}, country(one.country))),
        h("span", { class: "count" }, one.killed ? h("small", {}, counted("count.killed", one.killed)) : null, " ", number(one.attack + one.diplomacy)),
        bar));
  }), ...(summary.provinces.length ? [] : [h("li", { class: "none" }, t("provinces.none"))]));
}
