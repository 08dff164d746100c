// What was typed, as parts: {sign, quoted, words, terms}. "-" before a word takes it away, quotes hold a phrase together.
import { stem, words } from "./terms.js";

const TYPED = 2000; // characters; nobody types more, and a pasted article is no question
const MOST = 48; // different terms

export const parse = (typed, wantsPrefix) => {
  const cut = typed.slice(0, TYPED), parts = [], seen = new Set();
  for (const [, sign, quoted, bare] of cut.matchAll(/(?<!\S)(-?)["“”]([^"“”]*)["“”]|((?:(?!(?<!\S)-?["“”])\S)+)/g)) {
    const minus = sign === "-" || (bare && /^-[\p{L}\p{N}]/u.test(bare)) ? "-" : "";
    const found = words(quoted ?? bare);
    const terms = found.map(stem).filter(Boolean);
    if (seen.size < MOST && found.length) {
      terms.forEach((term) => seen.add(term));
      parts.push({ minus: !!minus, quoted: quoted !== undefined, words: found, terms });
    }
  }
  // Nothing but words to take away: then they are what is looked for.
  if (parts.length && parts.every((part) => part.minus)) parts.forEach((part) => (part.minus = false));
  const last = parts.at(-1);
  const prefix = wantsPrefix && last && !last.minus && !last.quoted && /[\p{L}\p{N}]$/u.test(cut) ? last.words.at(-1) : "";
  return { parts, prefix: prefix.length > 2 ? prefix : "" };
};
