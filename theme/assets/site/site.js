// Small helps on top of a page that is complete without them. Loaded in <head> and not deferred: it sets the
// remembered colors before the first paint, so that nothing flashes, and marks that script runs.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const wide = matchMedia("(min-width: 76rem)");
  const all = (selector) => document.querySelectorAll(selector);
  const one = (selector) => document.querySelector(selector);
  const target = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));
  let kept;
  let last;
  try {
    kept = localStorage.theme;
  } catch {
    // Storage may be forbidden; the choice then lasts for this page.
  }
  root.dataset.js = "";
  if (kept) root.dataset.theme = kept;

  function colors() {
    const button = one(".moon");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
    const show = () => (button.ariaPressed = isDark());
    button.onclick = () => {
      const theme = isDark() ? "light" : "dark";
      root.dataset.theme = theme;
      try {
        localStorage.theme = theme;
      } catch {
        // see above
      }
      show();
    };
    dark.onchange = show;
    show();
  }

  // The contents list marks the last heading that has passed the upper third of the window, and keeps the mark in view.
  function contents() {
    const list = one(".toc");
    if (!list) return;
    list.open = wide.matches;
    const links = [...all(".toc a")];
    const passed = (link) => target(link)?.getBoundingClientRect().top < innerHeight / 3;
    const mark = () => {
      const atEnd = scrollY && scrollY + innerHeight > root.scrollHeight - 2;
      const now = atEnd ? links.at(-1) : links.findLast(passed);
      if (now === last) return;
      if (last) last.ariaCurrent = null;
      if (now) {
        now.ariaCurrent = true;
        list.scrollTop = now.offsetTop - list.clientHeight / 2;
      }
      last = now;
    };
    onscroll = () => {
      mark();
      // The notes in the margin wait for a reader who reads on, and for room beside the text.
      if (wide.matches) import("/assets/notes.js").catch(() => {});
    };
    mark();
  }

  function share() {
    const native = one("[data-share]");
    if (!native) return;
    const say = (words) => (one(".share [role=status]").textContent = words);
    const url = location.origin + location.pathname;
    native.hidden = !navigator.share;
    native.onclick = () => navigator.share({ title: document.title, url }).catch(() => {});
    one("[data-copy]").onclick = async () => {
      try {
        await navigator.clipboard.writeText(url);
        say("Link copied");
      } catch {
        say(url); // forbidden, or no clipboard because the page came over plain http
      }
    };
  }

  // The way to the index becomes a box to type in. What searches is fetched when somebody reaches for it, all at once;
  // what is typed meanwhile waits in the box. If it cannot come, the way to the index is back.
  function search() {
    const link = one(".find");
    const box = document.createElement("input");
    box.className = "find";
    box.placeholder = box.ariaLabel = link.text;
    box.onfocus = () => {
      box.onfocus = null;
      box.parts = [new Worker("/search/worker.js"), fetch("/search/manifest.bin").catch(() => {})];
      import("/assets/search.js").catch(() => box.replaceWith(link));
    };
    onkeydown = (press) => {
      if (press.key !== "/" || press.target.closest("form, input")) return;
      press.preventDefault();
      box.focus();
    };
    link.replaceWith(box);
  }

  // Hides the page at once and puts a harmless one in its place in the history. Shift three times within two seconds
  // does the same, but not in a form, where it would lose what was written.
  function exit() {
    const link = one(".exit");
    let presses = [];
    const leave = (press) => {
      press.preventDefault();
      document.body.hidden = true;
      location.replace(link.href);
    };
    link.onclick = leave;
    onkeyup = (press) => {
      presses = press.key === "Shift" && !press.target.closest("form, input") ? [press.timeStamp, ...presses] : [];
      if (presses[0] - presses[2] < 2000) leave(press);
    };
  }

  document.addEventListener("DOMContentLoaded", () => {
    colors();
    contents();
    wide.onchange = contents;
    share();
    search();
    exit();
    onbeforeprint = () => all(".question").forEach((part) => (part.open = true));
  });
})();
