// Beside the text, on a wide screen: who said it, next to where it is said. The list of sources stays the real one.
// A module of its own: site.js fetches it when a reader on a wide screen begins to scroll.
const wide = matchMedia("(min-width: 76rem)");
const text = document.querySelector(".text");

function sidenotes() {
  const seen = {};
  let floor = 0;
  document.querySelectorAll(".side").forEach((note) => note.remove());
  if (!wide.matches) return;
  const start = text.getBoundingClientRect().top;
  for (const link of document.querySelectorAll(".text > :not(.sources, details:not([open])) sup a")) {
    const source = document.getElementById(decodeURIComponent(link.hash.slice(1)));
    if (seen[link.hash] || !source) continue;
    const note = document.createElement("small");
    const number = document.createElement("b");
    note.className = "side";
    note.ariaHidden = "true";
    number.textContent = link.textContent;
    // "Pickering G, et al. A trial. Pain. 2020;1(2):3. (Randomized trial) ↑" → "Pickering 2020, Randomized trial"
    const [, who, year, kind] = source.textContent.match(/^(.+?)(?: [A-Z]{1,2})?[,.].*[.;] (\d{4})\b.*?(?:\((\D+)\) ↑)?$/s) || [];
    if (!who) continue;
    seen[link.hash] = 1;
    note.append(number, [`${who} ${year}`, kind].filter(Boolean).join(", "));
    text.append(note);
    floor = Math.max(link.getBoundingClientRect().top - start, floor);
    note.style.top = `${floor}px`;
    floor += note.offsetHeight + 12;
  }
}

// The text's height changes when an answer opens, a font arrives or the reader zooms.
new ResizeObserver(sidenotes).observe(text);
wide.addEventListener("change", sidenotes);
