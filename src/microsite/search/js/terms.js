// Text in, terms out: the twin of terms.py, and a test holds the two equal. The rules stand there.
export const STOP = new Set(
  ("a able about across after all almost also am among an and any are as at be because been but by can cannot could " +
    "dear did do does either else ever every for from get got had has have he her hers him his how however i if in " +
    "into is it its just least let like likely may me might most must my neither no nor not of off often on only or " +
    "other our own rather said say says she should since so some than that the their them then there these they this " +
    "tis to too twas us wants was we were what when where which while who whom why will with would yet you your").split(" "));

const WORD = /\p{Nd}+(?:,\p{Nd}{3}(?!\p{Nd}))*(?:\.\p{Nd}+)*|[\p{L}\p{Nl}\p{No}][\p{L}\p{N}]*(?:'[\p{L}\p{N}]+)*/gu;

export const words = (text) =>
  (text
    .replace(/[‘’‛ʼ′＇]/g, "'")
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}]/gu, "")
    .match(WORD) || []).map((word) => word.replace(/'s$|[',]/g, ""));

// Porter's stemmer, from the paper. `shape` is the word as consonants and vowels: m is the number of "vc" in it.
const shape = (word) => {
  let made = "";
  for (const c of word)
    made += "aeiou".includes(c) || (c === "y" && made.endsWith("c")) ? "v" : "c";
  return made;
};
const measure = (word) => shape(word).split("vc").length - 1;
const hasVowel = (word) => shape(word).includes("v");
const doubled = (word) => /(.)\1$/.test(word) && shape(word).endsWith("c");
const short = (word) => shape(word).endsWith("cvc") && !/[wxy]$/.test(word);
const ENDS = [
  "ational ate tional tion enci ence anci ance izer ize bli ble alli al entli ent eli e ousli ous ization ize ation ate " +
    "ator ate alism al iveness ive fulness ful ousness ous aliti al iviti ive biliti ble logi log",
  "icate ic ative _ alize al iciti ic ical ic ful _ ness _",
  "al _ ance _ ence _ er _ ic _ able _ ible _ ant _ ement _ ment _ ent _ sion s tion t ou _ ism _ ate _ iti _ ous _ ive _ ize _",
].map((pairs) => pairs.split(" "));
const known = new Map();

const porter = (word) => {
  let w = word.replace(/sses$/, "ss").replace(/ies$/, "i").replace(/([^s])s$/, "$1");
  const past = w.match(/^(.*)(?:ed|ing)$/);
  if (w.endsWith("eed")) {
    if (measure(w.slice(0, -3))) w = w.slice(0, -1);
  } else if (past && hasVowel(past[1])) {
    w = past[1];
    if (/(?:at|bl|iz)$/.test(w)) w += "e";
    else if (doubled(w)) w = w.replace(/([^lsz])\1$/, "$1");
    else if (measure(w) === 1 && short(w)) w += "e";
  }
  if (w.endsWith("y") && hasVowel(w.slice(0, -1))) w = w.slice(0, -1) + "i";
  ENDS.forEach((pairs, step) => {
    for (let i = 0; i < pairs.length; i += 2)
      if (w.endsWith(pairs[i])) {
        const stem = w.slice(0, -pairs[i].length), put = pairs[i + 1].replace("_", "");
        if (measure(stem + (step > 1 ? put : "")) > (step > 1 ? 1 : 0)) w = stem + put;
        return;
      }
  });
  const m = measure(w);
  if (w.endsWith("e") && (m > 1 || (m === 1 && !short(w.slice(0, -1))))) w = w.slice(0, -1);
  return m > 1 && w.endsWith("ll") ? w.slice(0, -1) : w;
};

// The term of a word: its stem; "" for a stop word.
export const stem = (word) => {
  if (STOP.has(word)) return "";
  let made = known.get(word);
  if (made === undefined) {
    made = word.length < 3 || /[^\0-\x7f]/.test(word) ? word : porter(word);
    known.set(word, made);
  }
  return made;
};
