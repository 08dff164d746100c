// The page /search/: the question stands behind `#`, where it can be linked and shared and reaches no server.
import { ask, count, el, everything, loadAll, page, passage, path, start, teller, words } from "/assets/search.js";

const FILTERS = { condition: "Condition", compound: "Drug", kind: "Kind of page" };
// What the index calls `kind`, in words. Articles are what people expect, so a result does not say it.
const KINDS = { article: "Article", form: "Form", home: "Home page", hub: "Overview", legal: "Policy", page: "About this site" };
const STEP = 10; // sections
const SHOWN = 3; // of one page; the others are one press away
const room = document.querySelector(".searching");
const box = el("input", {
  "aria-label": "Search this site",
  autocapitalize: "none",
  autocomplete: "off",
  enterkeyhint: "search",
  spellcheck: "false",
});
const form = el("form", { class: "ask-for", role: "search" }, box, el("button", { class: "button" }, "Search"));
const state = el("p", { class: "state" });
const [live, say] = teller();
const boxes = el("div");
const filters = el("details", { class: "filters", hidden: "" }, el("summary", {}, "Narrow the results"), boxes);
const hits = el("ol", { class: "hits" });
let ways = el("p");
const tick = el("input", { type: "checkbox" });
const whole = el("label", { class: "whole" }, tick, "Load the whole index before I search");
const wide = matchMedia("(min-width: 76rem)");
let turn = 0;
let frame;
let limit = STEP;
let noting;

const asked = () => new URLSearchParams(location.hash.slice(1));
const tell = (...parts) => {
  state.replaceChildren(...parts);
  say(state.textContent);
};

// The question as box and ticks have it now.
const question = () => {
  const query = new URLSearchParams({ q: box.value.trim() });
  for (const one of boxes.querySelectorAll(":checked")) query.append(one.name, one.value);
  return query;
};

const drawFilters = (facets, query) => {
  const focused = document.activeElement?.id;
  const sets = Object.entries(FILTERS).flatMap(([name, title]) => {
    const chosen = query.getAll(name);
    const values = (facets[name] ?? []).filter(({ value, count: n }) => n || chosen.includes(value));
    const labels = values
      .sort((a, b) => b.count - a.count)
      .map(({ value, name: label, count: n }) => {
        const input = el("input", { type: "checkbox", name, value, id: `${name}-${value}` });
        input.checked = chosen.includes(value);
        return el("label", {}, input, KINDS[value] ?? label ?? value, el("i", {}, String(n)));
      });
    return labels.length ? [el("fieldset", {}, el("legend", {}, title), ...labels)] : [];
  });
  boxes.replaceChildren(...sets);
  filters.hidden = !sets.length;
  // The list is made anew after each tick: whoever ticks by keyboard stays where they are.
  if (focused) document.getElementById(focused)?.focus();
};

const passages = (sections) =>
  el(
    "ul",
    {},
    ...sections.map(({ url, heading, snippet }) =>
      el("li", {}, el("a", { href: path(url) }, heading || "Start of the page"), el("p", {}, ...passage(snippet))),
    ),
  );

const hit = ({ url, title, kind, sections }) =>
  el(
    "li",
    {},
    el("h2", {}, el("a", { href: path(url) }, title)),
    kind && kind !== "article" ? el("p", { class: "kind" }, KINDS[kind] ?? kind) : "",
    passages(sections.slice(0, SHOWN)),
    sections.length > SHOWN
      ? el(
          "details",
          {},
          el("summary", {}, `${count(sections.length - SHOWN, "more passage")} on this page`),
          passages(sections.slice(SHOWN)),
        )
      : "",
  );

const search = async (query, prefix) => {
  const text = query.get("q") ?? "";
  const mine = ++turn;
  const slow = setTimeout(() => mine === turn && tell("Searching…"), 300);
  const chosen = Object.fromEntries(Object.keys(FILTERS).map((name) => [name, query.getAll(name)]));
  const result = await ask(text, { prefix, limit, exact: query.has("exact"), facets: true, filters: chosen });
  clearTimeout(slow);
  if (mine !== turn) return;
  const { corrected = [], facets = {}, hint, nearest = [], pages = [], total } = result.answer ?? {};
  const button = (name, onclick) => ways.append(el("button", { class: "button", type: "button", onclick }, name));
  hits.replaceChildren(...pages.map(hit));
  drawFilters(facets, query);
  // Made anew: what stays and moves while results come late counts as a shift of the layout.
  const fresh = el("p", { class: "ways" });
  ways.replaceWith(fresh);
  ways = fresh;
  if (hint === "empty") return tell(text ? "There is no word in it. Type a word, a name or a whole question." : "");
  tell(pages.length ? `${count(total, "result")}. ` : "", words(result));
  if (corrected.length) state.append(" Search for ", el("a", { href: page(text, { exact: 1 }) }, text), " instead.");
  if (!result.ok) button("Try again", () => search(query, prefix));
  else if (pages.reduce((sum, { sections }) => sum + sections.length, 0) < total)
    button("More results", () => {
      limit += STEP;
      search(query, prefix);
    });
  if (pages.length) return;
  if (nearest.length) {
    ways.append("Words near to it: ");
    nearest.forEach((word, i) => ways.append(i ? ", " : "", el("a", { href: page(word) }, word)));
    ways.append(". ");
  }
  ways.append("The ", el("a", { href: "/a-z/" }, "A–Z"), " names every page. You can also ");
  ways.append(el("a", { href: "/contact/" }, "ask a person"), ".");
};

// A new entry of the history only for what was meant: Enter, a filter, a link. What is typed changes the entry at hand,
// after a pause: Safari allows 100 changes in 30 seconds.
const go = (query) => {
  clearTimeout(noting);
  if (`#${query}` === location.hash) read();
  else location.hash = query;
};
const read = () => {
  box.value = asked().get("q") ?? "";
  limit = STEP;
  search(asked(), false);
};
const later = () => {
  cancelAnimationFrame(frame);
  frame = requestAnimationFrame(() => {
    const query = question();
    clearTimeout(noting);
    noting = setTimeout(() => history.replaceState(null, "", `#${query}`), 400);
    limit = STEP;
    search(query, true);
  });
};
const loading = ({ done, total }) => tell(`Loading the index: ${done} of ${total} files.`);

form.onsubmit = (event) => {
  event.preventDefault();
  go(question());
};
box.oninput = (event) => event.isComposing || later();
box.addEventListener("compositionend", later);
boxes.onchange = () => go(question());
tick.checked = everything();
tick.onchange = async () => {
  everything(tick.checked);
  if (!tick.checked) return tell("From now on your browser loads only what a search needs.");
  const { ok, answer } = await loadAll(loading);
  tell(ok ? `The whole index is here: ${count(answer.files, "file")}.` : "Not all of the index has come. Try it again later.");
};
addEventListener("hashchange", read);
// The same key as on every other page, where it leads to the box in the header.
addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.target.closest("form, input")) return;
  event.preventDefault();
  box.focus();
});
wide.onchange = () => (filters.open = wide.matches);
wide.onchange();
room.replaceChildren(form, state, live, filters, hits, ways);
(document.querySelector(".whole-index") ?? room).append(whole);
start(undefined, undefined, loading);
read();
