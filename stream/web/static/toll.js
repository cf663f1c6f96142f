// How the figures of an incident developed: one line for the killed, one for the injured.

import { h, s } from "./dom.js";
import { moment, number, range, rtl, short, t } from "./words.js";

const WIDTH = 560;
const HEIGHT = 150;
const EDGE = { top: 14, side: 34, foot: 22 };

export function chart(history, outletOf) {
  const figures = history.filter((one) => one.low || one.high);
  const times = figures.map((one) => Date.parse(one.at));
  const [first, end] = [Math.min(...times), Math.max(...times)];
  // One report is no development.
  if (new Set(times).size < 2) return null;
  const most = Math.max(...figures.map((one) => one.high ?? one.low));
  const along = (at) => (Date.parse(at) - first) / (end - first);
  const x = (at) => {
    const part = rtl() ? 1 - along(at) : along(at);
    return EDGE.side + part * (WIDTH - 2 * EDGE.side);
  };
  const y = (n) => HEIGHT - EDGE.foot - (n / most) * (HEIGHT - EDGE.foot - EDGE.top);
  const axis = [0, Math.round(most / 2), most].filter((n, index, all) => all.indexOf(n) === index);
  const lines = ["injured", "killed"].map((kind) => {
    const own = figures.filter((one) => one.kind === kind);
    // A step: a figure holds until the next is given. Those of one side alone are no part of it.
    const all = own.filter((one) => !one.victims?.id);
    const path = all.map((one, index) => `${index ? `H${x(one.at)}V` : `M${x(one.at)},`}${y(one.low)}`).join("");
    return s("g", { class: kind },
      all.length > 1 ? s("path", { class: "step", d: path }) : null,
      own.map((one) => {
        const said = `${t(kind)}: ${range(one.low, one.high)} · ${outletOf(one)} · ${moment(one.at)}${one.corrects ? ` · ${t("toll.correction")}` : ""}${one.standing ? "" : ` · ${t("toll.superseded")}`}`;
        return s("g", { class: `${one.standing ? "standing" : "past"}${one.corrects ? " corrects" : ""}` },
          one.high !== null && one.high > one.low ? s("line", { class: "span", x1: x(one.at), x2: x(one.at), y1: y(one.low), y2: y(one.high) }) : null,
          s("circle", { cx: x(one.at), cy: y(one.low), r: one.corrects ? 5.5 : 4 }, s("title", {}, said)));
      }));
  });
  return h("figure", { class: "toll" },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": t("toll.history") },
      axis.map((n) => [s("line", { class: "grid", x1: EDGE.side, x2: WIDTH - EDGE.side, y1: y(n), y2: y(n) }),
        s("text", { x: rtl() ? WIDTH - EDGE.side + 6 : EDGE.side - 6, y: y(n) + 4, "text-anchor": "end" }, number(n))]).flat(),
      [first, end].map((at, index) => s("text", { class: "time", x: x(new Date(at).toISOString()), y: HEIGHT - 5, "text-anchor": index === 0 ? "start" : "end" }, short(new Date(at).toISOString()))),
      lines),
    h("figcaption", {}, ["killed", "injured"].filter((kind) => figures.some((one) => one.kind === kind))
      .map((kind) => h("span", { class: `key ${kind}` }, t(kind))),
    figures.some((one) => !one.standing) ? h("span", { class: "key past" }, t("toll.superseded")) : null,
    figures.some((one) => one.corrects) ? h("span", { class: "key corrects" }, t("toll.correction")) : null));
}

/** The same as a list: for screen readers, and for the exact words. */
export function list(history, outletOf) {
  return h("table", { class: "figures" }, h("tbody", {}, history.map((one) =>
    h("tr", { class: one.standing ? "" : "past" },
      h("td", { class: one.kind }, t(one.kind)),
      h("td", { class: "n" }, range(one.low, one.high)),
      h("td", {}, h("bdi", {}, one.victims ? one.victims.text : "")),
      h("td", {}, h("bdi", {}, one.source?.text ?? outletOf(one))),
      h("td", {}, moment(one.at)),
      h("td", {}, one.corrects ? t("toll.correction") : one.standing ? "" : t("toll.superseded"))))));
}
