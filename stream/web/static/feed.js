// The list of what came, the newest first.

import { $, h } from "./dom.js";
import { headline, idOf, isAlert, level, marks, pathOf, placeName, sentence, toldAt } from "./items.js";
import { ago, counted, moment, percent, t } from "./words.js";

const MOST = 400;
const LOOKING = 60; // pixels: further down, somebody reads and the list must not move

const waiting = new Map();

export function card(item, fresh = false) {
  const evidence = isAlert(item) && item.evidence.find((one) => one.field === "body");
  const when = toldAt(item);
  return h(
    "li",
    { "data-id": idOf(item) },
    h(
      "article",
      { class: `card ${item.kind} s${level(item.severity)}${fresh ? " arrived" : ""}` },
      h(
        "p",
        { class: "meta" },
        h("span", { class: "type" }, t(`type.${item.event_type}`)),
        h("span", { class: "place", dir: "auto" }, placeName(item.place)),
        h("time", { datetime: when, title: moment(when) }, ago(when)),
      ),
      h("h3", {}, h("a", { href: pathOf(item), dir: "auto" }, headline(item))),
      evidence && evidence.text !== item.article.title
        ? h("p", { class: "line", dir: "auto" }, sentence(evidence.text, evidence.trigger))
        : null,
      h(
        "p",
        { class: "facts" },
        marks(item),
        h("span", { class: "by", dir: "auto" }, by(item)),
        h("span", { class: "sure", title: t("confidence") }, `${t("confidence.of")} ${percent(item.confidence)}`),
      ),
    ),
  );
}

function by(item) {
  if (isAlert(item)) return item.article.source ?? "";
  const { outlets, independent } = item.sources;
  const all = counted("count.sources", outlets.length);
  return outlets.length > 1 ? `${all}، ${counted("count.independent", independent)}`.replace("،", document.dir === "rtl" ? "،" : ",") : outlets[0] ?? all;
}

export function show(items, { more }) {
  waiting.clear();
  $("fresh").hidden = true;
  $("feed").replaceChildren(...items.map((item) => card(item)));
  $("scroller").scrollTop = 0;
  settled(more);
}

export function append(items, { more }) {
  const known = new Set([...$("feed").children].map((line) => line.dataset.id));
  $("feed").append(...items.filter((item) => !known.has(idOf(item))).map((item) => card(item)));
  settled(more);
}

function settled(more) {
  $("feed").setAttribute("aria-busy", "false");
  $("more").hidden = !more;
  $("empty").hidden = $("feed").children.length > 0;
}

/** Puts what just came on top; while somebody reads further down, it waits behind a button. */
export function arrive(item) {
  if (scrolled() > LOOKING) {
    waiting.set(idOf(item), item);
    $("fresh").hidden = false;
    $("fresh").textContent = `↑ ${counted("count.new", waiting.size)}`;
    return;
  }
  place(item);
}

function place(item) {
  remove(idOf(item));
  $("feed").prepend(card(item, true));
  while ($("feed").children.length > MOST) {
    $("feed").lastElementChild.remove();
    $("more").hidden = false;
  }
  $("empty").hidden = true;
}

export function showWaiting() {
  for (const item of waiting.values()) place(item);
  waiting.clear();
  $("fresh").hidden = true;
  $("scroller").scrollTo({ top: 0 });
  window.scrollTo({ top: 0 });
}

export function remove(id) {
  waiting.delete(id);
  [...$("feed").children].find((line) => line.dataset.id === id)?.remove();
}

export function refreshTimes() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    if (time.closest(".card")) time.textContent = ago(time.dateTime);
  }
}

export function mark(id) {
  for (const line of $("feed").children) line.firstElementChild.classList.toggle("chosen", line.dataset.id === id);
}

/** Moves the focus to the next or previous card. */
export function step(by) {
  const links = [...$("feed").querySelectorAll("h3 a")];
  const now = links.indexOf(document.activeElement);
  const to = links[Math.min(links.length - 1, Math.max(0, now + by))];
  to?.focus();
  to?.closest("li").scrollIntoView({ block: "nearest" });
}

const scrolled = () => Math.max($("scroller").scrollTop, window.scrollY);
