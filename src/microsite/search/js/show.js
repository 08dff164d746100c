// Records in, what a reader sees out: pages with their sections and snippets, as plain text with marks.
import { stem, words } from "./terms.js";

const PIECE = /([\p{L}\p{N}\p{M}'’]+(?:[.,]\p{Nd}+)*)/u;
const SNIPPET = 180;

const isMarked = (piece, terms) => words(piece).some((word) => terms.has(stem(word)));

// [{text, mark}], neighbours of the same kind joined.
export const marked = (shown, terms) => {
  const made = [];
  shown.split(PIECE).forEach((piece, i) => {
    if (!piece) return;
    const mark = i % 2 > 0 && isMarked(piece, terms);
    if (made.length && made.at(-1).mark === mark) made.at(-1).text += piece;
    else made.push({ text: piece, mark });
  });
  return made;
};

// The stretch of a long text that has most of the terms, early ones first.
export const passage = (whole, terms) => {
  if (whole.length <= SNIPPET) return whole;
  const places = [];
  let at = 0;
  whole.split(PIECE).forEach((piece, i) => {
    if (i % 2)
      for (const word of words(piece)) {
        const term = stem(word);
        if (terms.has(term)) places.push([at, term]);
      }
    at += piece.length;
  });
  let start = 0, most = 0;
  for (const [low] of places) {
    const inside = new Set(places.filter(([place]) => place >= low && place < low + SNIPPET - 40).map(([, term]) => term));
    if (inside.size > most) [start, most] = [low, inside.size];
  }
  if (start < SNIPPET / 2) start = 0;
  // Begin at a sentence if one begins near, else at a word.
  if (start) {
    const sentence = whole.slice(Math.max(start - 80, 0), start).search(/(?<=[.!?] )[^.!?]*$/);
    start = sentence >= 0 ? Math.max(start - 80, 0) + sentence : whole.lastIndexOf(" ", Math.max(start - 20, 0)) + 1;
  }
  let end = start + SNIPPET;
  if (end < whole.length) end = Math.max(whole.lastIndexOf(" ", end), start + SNIPPET / 2);
  const cut = whole.slice(start, end);
  // After the end of a sentence a blank, instead of its comma or point between cells nothing: no "follow.…".
  return (start ? "…" : "") + (end < whole.length ? cut.replace(/[\s,;:·]+$/, "").replace(/[.!?]$/, "$& ") + "…" : cut);
};

// Records in order of rank → pages in order of their best section.
export const grouped = (records, terms) => {
  const pages = new Map();
  for (const record of records) {
    if (!pages.has(record.page)) pages.set(record.page, { url: record.page, title: record.title, kind: record.kind, sections: [] });
    pages.get(record.page).sections.push({
      url: record.page + (record.anchor && "#" + record.anchor),
      heading: record.heading,
      snippet: marked(record.opening, terms),
    });
  }
  return [...pages.values()];
};
