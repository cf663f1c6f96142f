// An article's text with the sentences that raised alerts. Offsets count code points, while JavaScript's strings count
// UTF-16 units: the text is cut as an array of code points. Every piece becomes a text node, whatever is written in it.

import { h } from "./dom.js";

export async function article(id) {
  const answer = await fetch(`/api/v1/article?id=${encodeURIComponent(id)}`);
  return answer.ok ? answer.json() : null;
}

export function text(article, alertIds) {
  return h("div", { class: "text", dir: "auto", lang: "ar" },
    article.title ? h("h4", {}, cut(article, "title", alertIds)) : null,
    h("p", {}, cut(article, "body", alertIds)));
}

function cut(article, field, alertIds) {
  const points = [...article[field]];
  const ranges = article.highlights.filter((one) => one.field === field && one.end <= points.length).sort((a, b) => a.start - b.start || b.end - a.end);
  const pieces = [];
  let at = 0;
  for (const one of ranges) {
    const start = Math.max(at, one.start);
    if (one.end <= start) continue;
    pieces.push(points.slice(at, start).join(""));
    const own = alertIds.includes(one.alert_id);
    pieces.push(h("mark", { class: own ? "own" : "other", "data-alert": one.alert_id }, strong(points.slice(start, one.end).join(""), one.trigger)));
    at = one.end;
  }
  pieces.push(points.slice(at).join(""));
  return pieces.filter((piece) => piece !== "");
}

function strong(sentence, trigger) {
  const at = trigger ? sentence.indexOf(trigger) : -1;
  return at < 0 ? [sentence] : [sentence.slice(0, at), h("strong", {}, trigger), sentence.slice(at + trigger.length)];
}
