// What belongs together: the address says what is shown, the server tells what comes.

import { detail } from "./detail.js";
import { $, h, throttled } from "./dom.js";
import * as feed from "./feed.js";
import * as filters from "./filters.js";
import { idOf, isAlert } from "./items.js";
import * as map from "./map.js";
import * as overview from "./overview.js";
import { counted, knownProvinces, lang, loadWords, setLanguage, store, stored, t } from "./words.js";

const API = "/api/v1";
const RETRY = 5000;

const state = { of: "alerts", next: null, summary: null, view: null, stream: null, asked: 0 };

await loadWords();
setTheme(stored("theme") ?? "auto");
filters.setUp((all) => go(`/?${all}`));
overview.setUp();
map.setUp((spot) => (spot.ids.length === 1 ? go(`/${state.of}/${encodeURIComponent(spot.ids[0])}${location.search}`) : filters.set({ near: `${spot.lat},${spot.lon},2` })));
const held = await refreshState();
state.of = new URLSearchParams(location.search).get("of") ?? stored("of") ?? (held?.incidents ? "incidents" : "alerts");
route();

async function ask(path) {
  const answer = await fetch(`${API}${path}`);
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer.json();
}

function go(address, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", address.replace(/\?$/, ""));
  route();
}

/** Shows what the address says. */
function route() {
  const [, of, id] = location.pathname.split("/");
  const wanted = new URLSearchParams(location.search).get("of");
  if (wanted === "alerts" || wanted === "incidents") state.of = wanted;
  if (id) open(of, decodeURIComponent(id));
  else close();
  const query = `${state.of}?${filters.conditions()}`;
  if (query !== state.query) load();
  else filters.draw(state.summary, state.of);
  drawSwitch();
}

function drawSwitch() {
  filters.segments("of", ["incidents", "alerts"].map((of) => [of, t(of)]), state.of, (of) => {
    store("of", of);
    const all = new URLSearchParams(location.search);
    all.set("of", of);
    go(`/?${all}`);
  });
}

/** The list, the counts and the stream for the conditions in the address. */
async function load() {
  const { of } = state;
  const conditions = filters.conditions();
  state.query = `${of}?${conditions}`;
  filters.draw(state.summary, of);
  connect();
  const asked = ++state.asked;
  $("feed").setAttribute("aria-busy", "true");
  try {
    const [page] = await Promise.all([ask(`/${of}?${conditions}`), summarise()]);
    if (asked !== state.asked) return;
    state.next = page.next;
    feed.show(page.items, { more: page.next !== null });
  } catch (fault) {
    if (fault.status) $("feed").replaceChildren(h("li", { class: "none" }, t("error")));
    $("feed").setAttribute("aria-busy", "false");
  }
}

async function summarise() {
  const query = state.query;
  const conditions = filters.conditions();
  const around = new URLSearchParams([...conditions].filter(([name]) => !["since", "until"].includes(name)));
  // The timeline goes on showing the days beside those that were chosen.
  const asked = [conditions, ...(around.size < conditions.size ? [around] : [])].map((one) => ask(`/${state.of}/summary?${one}`));
  const [summary, surroundings = summary] = await Promise.all(asked);
  if (query !== state.query) return;
  state.summary = summary;
  knownProvinces(summary.provinces);
  map.draw(summary);
  overview.draw(summary, surroundings, state.of);
  if (!$("conditions").contains(document.activeElement)) filters.draw(summary, state.of);
}

const summariseSoon = throttled(() => summarise().catch(() => {}), 1000);

/** What comes, as the server tells it; the browser connects again by itself. */
function connect() {
  state.stream?.close();
  const stream = new EventSource(`${API}/events?${filters.conditions()}`);
  state.stream = stream;
  const arrived = (event) => {
    const item = JSON.parse(event.data);
    if (isAlert(item) !== (state.of === "alerts")) return;
    feed.arrive(item);
    map.pulse(item.place);
    summariseSoon();
    if (state.view === idOf(item) && !isAlert(item)) open("incidents", idOf(item), { again: true });
  };
  stream.addEventListener("alert", arrived);
  stream.addEventListener("incident", arrived);
  stream.addEventListener("incident-removed", (event) => {
    const id = JSON.parse(event.data);
    feed.remove(id);
    summariseSoon();
    if (state.view === id) $("detail").prepend(h("p", { class: "notice" }, t("gone")));
  });
  stream.addEventListener("reset", () => load());
  stream.addEventListener("state", refreshState);
  stream.onopen = refreshState;
  stream.onerror = () => {
    showState("offline");
    if (stream.readyState === EventSource.CLOSED) setTimeout(() => stream === state.stream && load(), RETRY);
  };
}

async function refreshState() {
  try {
    const status = await ask("/status");
    showState(status.state, status);
    return status;
  } catch {
    showState("offline");
    return null;
  }
}

function showState(name, status) {
  $("state").dataset.state = name;
  $("state").textContent = t(`state.${name}`);
  if (status) $("state").title = `${counted("count.alerts", status.alerts)}، ${counted("count.incidents", status.incidents)}`;
}

async function open(of, id, { again = false } = {}) {
  if (state.view === id && !again) return;
  state.view = id;
  const back = `/${location.search}`;
  feed.mark(id);
  document.body.classList.add("one");
  $("detail").hidden = false;
  if (!again) $("detail").replaceChildren(h("p", { class: "none" }, t("loading")));
  try {
    const view = await ask(`/${of}/${encodeURIComponent(id)}`);
    if (state.view !== id) return;
    $("detail").replaceChildren(...detail(view, back).flat().filter(Boolean));
    const item = view.alert ?? view.incident;
    document.title = `${$("detail").querySelector("h1").textContent} · ${t("app")}`;
    if (again) return;
    $("detail").scrollTop = 0;
    $("detail").querySelector("h1").focus({ preventScroll: true });
    // The part of the page that the map lies in has just got another size.
    requestAnimationFrame(() => map.focus(item.place));
  } catch {
    $("detail").replaceChildren(h("a", { class: "back", href: back }, t("back")), h("p", { class: "none" }, t("notfound")));
  }
}

function close() {
  if (!state.view) return;
  const link = $("feed").querySelector(`li[data-id="${CSS.escape(state.view)}"] a`);
  state.view = null;
  document.title = t("app");
  document.body.classList.remove("one");
  $("detail").hidden = true;
  $("detail").replaceChildren();
  feed.mark(null);
  map.focus(null);
  link?.focus({ preventScroll: true });
}

function setTheme(theme) {
  store("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  $("theme").title = `${t("theme")}: ${t(`theme.${theme}`)}`;
}

const THEMES = ["auto", "light", "dark"];
const KEYS = [["j", "next"], ["k", "previous"], ["Enter", "open"], ["Esc", "back"], ["/", "search"], ["1 2 3", "kind"], ["l", "language"], ["d", "theme"], ["?", "help"]];

const acts = {
  j: () => feed.step(1),
  k: () => feed.step(-1),
  "/": () => $("search").words.focus(),
  "?": help,
  1: () => filters.set({ kind: "" }),
  2: () => filters.set({ kind: "attack" }),
  3: () => filters.set({ kind: "diplomacy" }),
  l: changeLanguage,
  d: () => setTheme(THEMES[(THEMES.indexOf(stored("theme") ?? "auto") + 1) % 3]),
  Escape: () => state.view && go(`/${location.search}`),
};

// The same keys on an Arabic keyboard.
const ARABIC_KEYS = { "\u062a": "j", "\u0646": "k", "\u0638": "/", "\u061f": "?", "\u0645": "l", "\u064a": "d" };

function help() {
  $("help").replaceChildren(h("h2", {}, t("help")),
    h("dl", {}, KEYS.map(([key, name]) => h("div", {}, h("dt", {}, key.split(" ").map((one) => h("kbd", {}, one))), h("dd", {}, t(`key.${name}`))))),
    h("form", { method: "dialog" }, h("button", {}, t("close"))));
  // The page may send no forms: the button closes by hand.
  $("help").querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); $("help").close(); });
  $("help").showModal();
}

function changeLanguage() {
  setLanguage(lang === "ar" ? "en" : "ar");
  setTheme(stored("theme") ?? "auto");
  refreshState();
  map.drawNames();
  const { view } = state;
  drawSwitch();
  load();
  if (view) open(location.pathname.split("/")[1], view, { again: true });
}

function showTab(tab) {
  document.body.dataset.tab = tab;
  for (const button of $("tabs").children) button.setAttribute("aria-pressed", String(button.dataset.tab === tab));
}

showTab("feed");
$("tabs").addEventListener("click", (event) => event.target.dataset.tab && showTab(event.target.dataset.tab));
$("language").onclick = changeLanguage;
$("theme").onclick = acts.d;
$("help-button").onclick = help;
$("fresh").onclick = feed.showWaiting;
$("more").onclick = async () => {
  const conditions = filters.conditions();
  conditions.set("before", state.next);
  const page = await ask(`/${state.of}?${conditions}`);
  state.next = page.next;
  feed.append(page.items, { more: page.next !== null });
};
window.addEventListener("popstate", route);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.target || event.ctrlKey || event.metaKey || event.shiftKey || link.origin !== location.origin) return;
  if (link.pathname !== "/" && !/^\/(alerts|incidents)\//.test(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + (link.search || (link.pathname === "/" && link.closest(".brand") ? "" : location.search)));
  if (link.pathname === "/" && link.search) showTab("feed");
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, select, textarea");
  if (event.ctrlKey || event.metaKey || event.altKey || $("help").open) return;
  if (typing) { if (event.key === "Escape") event.target.blur(); return; }
  const act = acts[event.key] ?? acts[ARABIC_KEYS[event.key]];
  if (act) { event.preventDefault(); act(); }
});
setInterval(feed.refreshTimes, 30_000);
