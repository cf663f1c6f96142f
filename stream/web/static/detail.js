// The page of one incident or one alert.

import { article, text } from "./article.js";
import { h, outside, s } from "./dom.js";
import { headline, idOf, isAlert, level, marks, pathOf, placeName, sentence, toll } from "./items.js";
import { chart, list } from "./toll.js";
import { country, counted, moment, named, number, occurred, percent, provinceOf, range, rtl, t } from "./words.js";

/** The whole page as elements; *view* is what the API answers. */
export function detail(view, back) {
  const item = view.alert ?? view.incident;
  const alerts = view.alerts ?? [item];
  return [
    h("header", { class: `top ${item.kind} s${level(item.severity)}` },
      h("a", { class: "back", href: back, "data-back": true }, h("span", { "aria-hidden": "true" }), t("back")),
      h("p", { class: "meta" }, h("span", { class: "type" }, t(`type.${item.event_type}`)), marks(item).filter((one) => one.classList.contains("status"))),
      h("h1", { dir: "auto", tabindex: -1 }, headline(item)),
      h("p", { class: "under", dir: "auto" }, [placeName(item.place), occurred(item.occurred)].filter(Boolean).join(" · ")),
      view.incident_id ? h("a", { class: "part", href: `/incidents/${encodeURIComponent(view.incident_id)}` }, t("incident.of")) : null,
      h("div", { class: "meters" }, meter("severity", item.severity / 100, number(item.severity)), meter("confidence", item.confidence, percent(item.confidence)))),
    facts(item, alerts),
    tolls(item, alerts),
    claims(item, alerts),
    sources(item, alerts, view.texts),
    reasons(item),
    formats(item),
  ];
}

const meter = (key, part, shown) =>
  h("div", { class: `meter ${key}` }, h("span", {}, t(key)), s("svg", { width: 110, height: 6, "aria-hidden": "true" }, s("rect", { class: "ground", width: 110, height: 6, rx: 3 }),
    s("rect", { class: "part", x: rtl() ? 110 * (1 - part) : 0, width: 110 * part, height: 6, rx: 3 })), h("b", {}, shown));

function facts(item, alerts) {
  const rows = [
    [t("when"), h("span", {}, occurred(item.occurred), item.occurred.text ? h("q", { dir: "auto" }, item.occurred.text) : null)],
    [t("where"), where(item.place)],
    ...actors(item.actors),
    [t("toll"), losses(item)],
    [t("weapons"), weapons(alerts)],
  ];
  return h("dl", { class: "facts-table" }, rows.filter(([, value]) => value).map(([key, value]) => h("div", {}, h("dt", {}, key), h("dd", {}, value))));
}

function where(place) {
  if (!place) return null;
  const lines = [placeName(place)];
  const more = [place.text !== named(place) ? h("q", { dir: "auto" }, place.text) : null,
    place.admin1 && !["region", "country"].includes(place.precision) ? h("small", {}, provinceOf(place)) : null, h("small", {}, t(`place.${place.precision}`))];
  return h("span", {}, lines, more.filter(Boolean).flatMap((one, index) => [index ? h("small", {}, " · ") : " ", one]),
    place.alternatives.length ? h("small", { class: "block" }, `${t("alternatives")}: ${place.alternatives.map((one) => [named(one), country(one.country)].filter(Boolean).join(" – ")).join("؛ ")}`) : null);
}

function actors(all) {
  const roles = ["initiator", "target", "mediator", "venue_host"];
  return roles.map((role) => {
    const own = all.filter((one) => one.role === role);
    if (!own.length) return ["", null];
    const title = role === "initiator" && own.length > 1 && !all.some((one) => one.role === "target") ? "role.participants" : `role.${role}`;
    return [t(title), h("ul", { class: "actors" }, own.map((one) =>
      h("li", { class: one.is_civilian ? "civilian" : "" }, h("a", { href: `/?actor=${encodeURIComponent(one.id ?? one.text)}`, dir: "auto" }, named(one)),
        one.country && one.type !== "state" ? h("small", {}, ` ${country(one.country)}`) : null)))];
  });
}

function losses(item) {
  const parts = ["killed", "injured"].map((kind) => [kind, toll(item, kind)]).filter(([, figures]) => figures);
  const others = isAlert(item) ? item.casualties.filter((one) => !["killed", "injured"].includes(one.kind) && one.scope === "incident") : [];
  if (!parts.length && !others.length) return null;
  return h("span", { class: "losses" },
    parts.map(([kind, { low, best, high }]) => h("span", { class: `loss ${kind}` }, h("b", {}, high === null && low === best ? range(best, null) : number(best)), " ", t(kind),
      high !== null && low !== high ? h("small", {}, ` (${range(low, high)})`) : null)),
    others.map((one) => h("span", { class: "loss" }, h("b", {}, range(one.low, one.high)), " ", t(one.kind))));
}

function weapons(alerts) {
  const texts = [...new Set(alerts.flatMap((alert) => alert.weapons.map((one) => one.text)))];
  return texts.length ? h("span", { dir: "auto" }, texts.slice(0, 12).join("، ")) : null;
}

function tolls(item, alerts) {
  const outlets = new Map(alerts.map((alert) => [alert.article.article_id, alert.article.source]));
  const outletOf = (figure) => outlets.get(figure.article_id) ?? figure.source?.text ?? "";
  const history = isAlert(item) ? [] : item.toll.history;
  const quoted = isAlert(item) ? item.casualties : [];
  if (history.length) {
    const drawn = chart(history, outletOf);
    return h("section", {}, h("h2", {}, t(drawn ? "toll.history" : "toll")), drawn, list(history, outletOf),
      item.toll.cumulative.length ? [h("h3", {}, t("toll.cumulative")), list(item.toll.cumulative, outletOf)] : null);
  }
  if (!quoted.length) return null;
  return h("section", {}, h("h2", {}, t("toll")), h("table", { class: "figures" }, h("tbody", {}, quoted.map((one) => h("tr", { class: one.scope === "cumulative" ? "past" : "" },
    h("td", { class: one.kind }, t(one.kind)), h("td", { class: "n" }, range(one.low, one.high)), h("td", {}, h("q", {}, h("bdi", {}, one.text))),
    h("td", {}, h("bdi", {}, one.source?.text ?? "")), h("td", {}, one.scope === "cumulative" ? t("toll.cumulative") : ""))))));
}

function claims(item, alerts) {
  if (!item.claims.length) return null;
  const outlets = new Map(alerts.map((alert) => [alert.article.article_id, alert.article.source]));
  return h("section", {}, h("h2", {}, t("claims")), h("ul", { class: "claims" }, item.claims.map((one) =>
    h("li", { class: one.stance }, h("b", { dir: "auto" }, one.source.text), " ", h("span", { class: `stance ${one.stance}` }, t(`stance.${one.stance}`)),
      h("q", { class: "block", dir: "auto" }, one.text),
      one.article_id ? h("small", {}, outlets.has(one.article_id) ? [h("bdi", {}, outlets.get(one.article_id)), " · "] : null, moment(one.at)) : null))));
}

function sources(item, alerts, held) {
  const own = [...alerts].sort((a, b) => a.article.published_at.localeCompare(b.article.published_at));
  const heading = isAlert(item) ? t("evidence") : `${t("sources")} `;
  return h("section", { class: "sources" },
    h("h2", {}, heading, isAlert(item) ? null : h("small", {}, `${counted("count.sources", item.sources.outlets.length)} · ${counted("count.independent", item.sources.independent)}`)),
    own.map((alert) => source(alert, item, held.includes(alert.article.article_id))));
}

function source(alert, item, isHeld) {
  const whole = h("div", { class: "whole" });
  const button = h("button", { type: "button", class: "quiet", "aria-expanded": "false" }, t("article.show"));
  const toggle = async () => {
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    button.textContent = t(open ? "article.show" : "article.hide");
    if (open) { whole.replaceChildren(); return; }
    const found = await article(alert.article.article_id);
    whole.replaceChildren(found ? text(found, [alert.alert_id, ...(item.alerts ?? [])]) : h("p", { class: "none" }, t("article.none")));
  };
  button.addEventListener("click", toggle);
  if (isAlert(item) && isHeld) toggle();
  const party = item.sources?.party_owned.includes(alert.article.source);
  return h("article", { class: "source", "data-alert": alert.alert_id },
    h("p", { class: "meta" }, h("b", { dir: "auto" }, alert.article.source ?? ""), party ? h("small", {}, t("sources.party")) : null,
      h("time", { datetime: alert.article.published_at }, moment(alert.article.published_at))),
    isAlert(item) ? null : h("h3", {}, h("a", { href: pathOf(alert), dir: "auto" }, headline(alert))),
    h("ul", { class: "evidence" }, alert.evidence.filter((one) => one.field === "body" || alert.evidence.length === 1)
      .map((one) => h("li", { dir: "auto" }, sentence(one.text, one.trigger)))),
    h("p", { class: "actions" }, isHeld ? button : h("small", {}, t("article.none")), alert.article.url ? outside(alert.article.url, t("article.open")) : null),
    whole);
}

function reasons(item) {
  const merged = item.why_merged ?? [];
  const severe = item.severity_reasons ?? [];
  const codes = item.codes ? Object.entries(item.codes).filter(([, code]) => code) : [];
  return [
    merged.length ? h("details", { class: "why" }, h("summary", {}, t("incident.merged")), merged.map((one) =>
      h("div", { dir: "ltr" }, h("code", {}, `${one.alert_id.slice(0, 8)}… ${number(one.score)} ≥ ${number(one.threshold)}`), h("ul", {}, one.reasons.map((reason) => h("li", {}, reason)))))) : null,
    severe.length || codes.length ? h("details", { class: "why" }, h("summary", {}, severe.length ? t("severity.why") : t("codes")),
      h("ul", { dir: "ltr" }, severe.map((one) => h("li", {}, one)), codes.map(([scheme, code]) => h("li", {}, `${scheme.toUpperCase()}: ${code}`)))) : null,
  ].flat();
}

function formats(item) {
  const base = `/api/v1/${isAlert(item) ? "alerts" : "incidents"}/${encodeURIComponent(idOf(item))}`;
  return h("footer", { class: "formats" }, t("formats"), " ", h("a", { href: base }, "JSON"), " ", h("a", { href: `${base}/cap` }, "CAP"),
    isAlert(item) ? null : h("small", {}, ` · ${t("revision")} ${number(item.revision)} · ${t(`lifecycle.${item.lifecycle}`)} · ${moment(item.last_seen)}`));
}
