// The search box in the header, fetched when somebody reaches for it: an editable combobox with a list (ARIA APG) over
// the worker that ranks. What is typed goes to the worker and nowhere else. `ask` and the small helpers also serve
// /search/. Nothing here or there becomes markup: text nodes only.

let worker;
let ready;
let last = 0;
let newest = 0;
let pending;
let renewed = false;
const waiting = new Map();

// An element. Attributes by name; what begins with "on" is a listener.
export const el = (tag, attributes, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

// A passage of an answer as nodes, what was looked for in <mark>.
export const passage = (parts) => parts.map(({ text, mark }) => (mark ? el("mark", {}, text) : text));

// An address of the index. A damaged file must not lead to another host or a script.
export const path = (url) => `/${url.replace(/^[/\\]+/, "")}`;

export const page = (q, more) => `/search/#${new URLSearchParams({ q, ...more })}`;

export const count = (n, one) => `${n} ${one}${n === 1 ? "" : "s"}`;

// What to say when there is no list, or before it.
export const words = ({ ok, reason, answer }) => {
  if (!ok) {
    if (reason === "offline") return "You seem to be offline. Words that you have looked for before still work.";
    return reason === "damaged" ? "A part of the search did not arrive whole." : "The search has failed.";
  }
  const { corrected, hint, unknown } = answer;
  if (hint === "none") return "Nothing found for these words.";
  if (hint === "stopwords") return "These words are on every page. Add what it is about, such as a condition or a drug.";
  if (corrected.length) return `Showing results for ${corrected.map((pair) => pair.to).join(", ")}.`;
  return unknown.length ? `Not on this site: ${unknown.join(", ")}.` : "";
};

// A place for words that only a screen reader says, after a pause in typing: it would otherwise say every count.
export const teller = () => {
  const live = el("p", { role: "status", class: "told" });
  let timer;
  const tell = (text) => {
    clearTimeout(timer);
    timer = setTimeout(() => (live.textContent = text), 700);
  };
  return [live, tell];
};

// Storage may be forbidden: then nothing is remembered.
export const everything = (choice) => {
  try {
    if (choice === true) localStorage.setItem("search", "everything");
    if (choice === false) localStorage.removeItem("search");
    return localStorage.getItem("search") === "everything";
  } catch {
    return false;
  }
};

const post = (verb, more, progress) =>
  new Promise((resolve) => {
    waiting.set(++last, { resolve, progress });
    worker.postMessage({ id: last, verb, ...more });
  });

// The worker is gone or has to go: whoever waits for it hears why, and the next question starts another.
const drop = (reason) => {
  worker?.terminate();
  worker = ready = null;
  for (const one of waiting.values()) one.resolve({ ok: false, reason });
  waiting.clear();
};

const all = (progress) => (worker ? post("everything", {}, progress) : { ok: false });

// `engine` and `manifest` may be under way already, so that they arrive beside this script and not after it.
export const start = (
  engine = new Worker("/search/worker.js"),
  manifest = fetch("/search/manifest.bin"),
  progress,
) => {
  worker = engine;
  worker.onmessage = ({ data }) => {
    const one = waiting.get(data.id);
    if (data.progress) return one?.progress?.(data.progress);
    waiting.delete(data.id);
    one?.resolve(data);
  };
  // The worker's own script has not come, or (then there is a message) has failed. The next question tries anew.
  worker.onerror = (event) => {
    event.preventDefault();
    drop(event.message ? "failed" : "offline");
  };
  ready = manifest
    .then((reply) => (reply.ok ? reply.arrayBuffer() : null))
    .catch(() => null)
    .then((bytes) => {
      worker?.postMessage({ id: 0, verb: "warm", manifest: bytes ?? undefined }, bytes ? [bytes] : []);
      return everything() && all(progress);
    });
  return ready;
};

// Resolves when all files are here; what is asked meanwhile waits.
export const loadAll = (progress) => (ready = (ready ?? start()).then(() => all(progress)));

// The answer to the newest question; older ones get it late or never, and whoever asked drops them.
export const ask = async (text, options) => {
  const mine = ++newest;
  if (!ready) start();
  await ready;
  // The question under way comes first, for a moment: on a slow line every start of a word would cost files of its own.
  await Promise.race([pending, new Promise((done) => setTimeout(done, 300))]);
  if (mine !== newest) return undefined;
  pending = worker ? post("search", { text, options }) : { ok: false, reason: "offline" };
  const result = await pending;
  // The worker of an open page may be of an older release than the index: once, the newest one is asked instead.
  if (result.reason !== "damaged" || renewed || mine !== newest) return result;
  renewed = true;
  drop("damaged");
  return ask(text, options).finally(() => (renewed = false));
};

// Make `box` a combobox.
function open(box) {
  const panel = el("div", { class: "found", hidden: "" });
  const [live, tell] = teller();
  let turn = 0;
  let frame;
  let active;
  let options = [];

  const close = () => {
    turn++;
    panel.hidden = true;
    box.setAttribute("aria-expanded", "false");
    point();
  };
  const point = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) box.setAttribute("aria-activedescendant", active.id);
    else box.removeAttribute("aria-activedescendant");
  };
  // One choice; `act` takes the place of following the link.
  const option = (href, name, about, act) => {
    const node = el("a", { role: "option", href, tabindex: -1, "aria-selected": "false" }, el("b", {}, name));
    if (about?.length) node.append(el("span", {}, ...about));
    node.onclick = (event) => {
      if (!act) return close();
      event.preventDefault();
      act();
    };
    return node;
  };
  // All of it is made anew: what stays and moves while results come late counts as a shift of the layout.
  const show = (text, groups) => {
    point();
    panel.replaceChildren();
    if (text) panel.append(el("p", { class: "say" }, text));
    if (groups.length)
      panel.append(el("div", { role: "listbox", id: "found", "aria-label": "Pages found" }, ...groups));
    panel.append(el("button", { type: "button", class: "shut", tabindex: -1, onclick: leave }, "Close"));
    options = [...panel.querySelectorAll("a")];
    options.forEach((node, i) => (node.id = `found-${i}`));
    panel.hidden = false;
    panel.scrollTop = 0;
    box.setAttribute("aria-expanded", String(groups.length > 0));
  };
  const leave = () => {
    close();
    box.blur();
  };

  const search = async (exact = false) => {
    const text = box.value.trim();
    const mine = ++turn;
    if (!text) return close();
    const slow = setTimeout(() => styled.then(() => mine === turn && show("Searching…", [])), 300);
    const result = await ask(text, { prefix: true, limit: 8, exact });
    await styled;
    clearTimeout(slow);
    if (mine !== turn) return;
    const said = words(result);
    const { pages = [], total, corrected, nearest, hint } = result.answer ?? {};
    if (hint === "empty") return close();
    const groups = pages.map(({ title, sections }, i) =>
      el(
        "div",
        { role: "group", "aria-labelledby": `found-page-${i}` },
        el("p", { id: `found-page-${i}` }, title),
        ...sections
          .slice(0, i ? 2 : 3)
          .map(({ url, heading, snippet }) => option(path(url), heading || "Start of the page", passage(snippet))),
      ),
    );
    const more = [];
    const again = (word) => () => {
      box.value = word;
      search();
    };
    if (corrected?.length)
      more.push(option(page(text, { exact: 1 }), `Search for “${text}” as it is written`, [], () => search(true)));
    if (!result.ok) more.push(option(page(text), "Try again", [], () => search(exact)));
    else if (pages.length) more.push(option(page(text, exact ? { exact: 1 } : {}), "See all results"));
    else more.push(...nearest.map((word) => option(page(word), `Look for “${word}”`, [], again(word))));
    if (!pages.length) more.push(option("/a-z/", "Look in the A–Z"), option("/contact/", "Ask a person"));
    groups.push(el("div", { role: "group", "aria-label": "More", class: "more" }, ...more));
    show(said, groups);
    tell(`${said} ${result.ok ? `${count(total, "result")}.` : ""} The arrow keys lead through the list.`);
  };
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => search());
  };

  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": "found",
    "aria-autocomplete": "list",
    autocomplete: "off",
    autocapitalize: "none",
    spellcheck: "false",
    enterkeyhint: "search",
    maxlength: 300,
  }))
    box.setAttribute(name, value);
  // The box takes more room on a press only: if its sheet comes late, it would move under the reader's eyes.
  const grow = () => sheet.sheet && box.classList.add("wide");
  for (const name of ["input", "keydown", "click"]) box.addEventListener(name, grow);
  // A half-composed word is not yet a word.
  box.oninput = (event) => event.isComposing || later();
  box.addEventListener("compositionend", later);
  box.onclick = () => panel.hidden && later();
  box.onkeydown = (event) => {
    if (event.isComposing || event.keyCode === 229) return;
    const at = options.indexOf(active);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      // After the last option, and before the first, comes the input itself.
      if (panel.hidden) later();
      else if (event.key === "ArrowDown") point(options[at + 1]);
      else point(at < 0 ? options.at(-1) : options[at - 1]);
    } else if (event.key === "Enter") {
      if (active) active.click();
      else location.href = box.value.trim() ? page(box.value.trim()) : "/search/";
    } else if (event.key === "Escape") {
      if (panel.hidden) box.value = "";
      close();
    } else {
      if (event.key === "Tab") close();
      return;
    }
    event.preventDefault();
  };
  // The input keeps the focus while the list is used.
  panel.onmousedown = (event) => event.preventDefault();
  const outside = ({ target }) => target === box || panel.contains(target) || panel.hidden || close();
  document.addEventListener("pointerdown", outside);
  document.addEventListener("focusin", outside);
  // Nothing is shown before its sheet is there, or is known not to come: it would push the page about.
  const sheet = el("link", { rel: "stylesheet", href: "/assets/search.css" });
  const styled = new Promise((done) => (sheet.onload = sheet.onerror = done));
  styled.then(() => box.after(panel, live));
  document.head.append(sheet);
  start(...box.parts);
  // What was typed while this script was on its way.
  if (box.value) later();
}

// The script of every page has made the box, and has sent for engine and manifest beside this script. The page
// /search/, which has a box of its own, takes only what is exported.
const reached = document.querySelector("input.find");
if (reached?.parts) open(reached);
