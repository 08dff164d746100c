// Small helps on top of a page that is complete without them. Loaded in <head> and not deferred: it sets the
// remembered colors before the first paint, so that nothing flashes, and marks that script runs.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const wide = matchMedia("(min-width: 76rem)");
  const all = (selector) => document.querySelectorAll(selector);
  const one = (selector) => document.querySelector(selector);
  let kept = null;
  try {
    kept = localStorage.getItem("theme");
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
  root.dataset.js = "";
  if (kept === "dark" || kept === "light") root.dataset.theme = kept;

  function colors() {
    const button = one(".moon");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
    const show = () => button.setAttribute("aria-pressed", isDark());
    button.onclick = () => {
      const theme = isDark() ? "light" : "dark";
      root.dataset.theme = theme;
      try {
        localStorage.setItem("theme", theme);
      } catch {
        // see above
      }
      show();
    };
    dark.addEventListener("change", show);
    show();
  }

  // The contents list marks the last heading that has passed the upper third of the window.
  function contents() {
    const list = one(".toc");
    if (!list) return;
    const set = () => (list.open = wide.matches);
    set();
    wide.addEventListener("change", set);
    const links = [...list.querySelectorAll("a")];
    const heads = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    const mark = () => {
      let now = -1;
      heads.forEach((head, i) => {
        if (head && head.getBoundingClientRect().top < innerHeight / 3) now = i;
      });
      links.forEach((link, i) => (i === now ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    };
    new IntersectionObserver(mark, { rootMargin: "-33% 0px -66% 0px" }).observe(one(".text"));
    const eye = new IntersectionObserver(mark, { rootMargin: "0px 0px -66% 0px" });
    heads.forEach((head) => head && eye.observe(head));
  }

  // Beside the text, on a wide screen: who said it, next to where it is said. The list of sources stays the real one.
  function sidenotes() {
    const text = one(".text");
    const seen = {};
    let floor = 0;
    if (!wide.matches || one(".side")) return;
    const top = text.getBoundingClientRect().top;
    for (const link of all(".text > :not(.sources) sup a")) {
      const id = link.hash.slice(1);
      const at = link.getBoundingClientRect().top;
      const source = document.getElementById(id);
      if (seen[id] || !source || !at) continue;
      seen[id] = 1;
      const note = document.createElement("small");
      const number = document.createElement("b");
      note.className = "side";
      note.ariaHidden = "true";
      number.textContent = link.textContent;
      // "Pickering G, et al. A trial. Pain. 2020;1(2):3. doi:… (Randomized trial) ↑" → "Pickering 2020, Randomized trial"
      const [, who, year, kind] = source.textContent.match(/^(.+?)(?: [A-Z]{1,2})?[,.].*[.;] (\d{4})\b.*?(?:\((\D+)\) ↑)?$/s) || [];
      note.append(number, [`${who} ${year}`, kind].filter(Boolean).join(", "));
      text.append(note);
      floor = Math.max(at - top, floor);
      note.style.top = `${floor}px`;
      floor += note.offsetHeight + 12;
    }
  }

  function share() {
    const box = one(".share");
    if (!box) return;
    const say = (words) => (box.querySelector("[role=status]").textContent = words);
    const url = location.origin + location.pathname;
    const native = box.querySelector("[data-share]");
    native.hidden = !navigator.share;
    native.onclick = () => navigator.share({ title: document.title, url }).catch(() => {});
    box.querySelector("[data-copy]").onclick = () =>
      navigator.clipboard.writeText(url).then(
        () => say("Link copied"),
        () => say(url),
      );
  }

  // Leaves no entry of this page behind: replaces it, after opening the harmless one. Shift three times does the same.
  function exit() {
    const link = one(".exit");
    let presses = 0;
    const leave = (event) => {
      event.preventDefault();
      document.body.hidden = true;
      location.replace(link.href);
    };
    link.onclick = leave;
    addEventListener("keyup", (event) => {
      presses = event.key === "Shift" ? presses + 1 : 0;
      if (presses > 2) leave(event);
    });
  }

  document.addEventListener("DOMContentLoaded", () => {
    colors();
    contents();
    if (one(".article-page")) {
      sidenotes();
      wide.addEventListener("change", sidenotes);
    }
    share();
    exit();
    one(".errors")?.focus();
    // A second press on a slow line would send twice; the server would know, the reader would worry.
    all("form").forEach((form) =>
      form.addEventListener("submit", (event) => {
        if (form.dataset.sent) event.preventDefault();
        form.dataset.sent = 1;
      }),
    );
    addEventListener("pageshow", () => all("form").forEach((form) => delete form.dataset.sent));
    addEventListener("beforeprint", () => all("details").forEach((part) => (part.open = true)));
  });
})();
