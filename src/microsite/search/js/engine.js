// One search: what was typed in, an answer out. Knows no network: `fetchBytes(name, {fresh})` gives a file's bytes, or
// throws Trouble("offline" | "missing").
import { eachPosting, text } from "./codec.js";
import { Files, Trouble } from "./files.js";
import { Manifest } from "./manifest.js";
import { parse } from "./query.js";
import { Ranker } from "./rank.js";
import { grouped, passage } from "./show.js";
import { stem, words } from "./terms.js";
import { near } from "./typos.js";

const GUESS = 0.7; // what a corrected or a completed word counts
const COMPLETIONS = 8;
const CANDIDATES = 50; // documents whose text is read for a phrase

export { Trouble };

export class Engine {
  constructor({ fetchBytes, now = () => 0 }) {
    this.files = new Files(fetchBytes);
    this.now = now;
    this.manifest = null;
  }

  // Reads the manifest; `bytes` when the page has it already.
  async warm(bytes) {
    if (bytes) this.take(bytes);
    else if (!this.manifest) this.take(await this.files.get("manifest.bin"));
  }
  take(bytes) {
    // Records keep their names from release to release: those of before may be of another numbering.
    for (const name of [...this.files.known.keys()]) if (name.startsWith("r.")) this.files.known.delete(name);
    try {
      this.manifest = new Manifest(bytes, this.files);
    } catch {
      throw new Trouble("damaged");
    }
    this.ranker = new Ranker(this.manifest.numbers);
  }

  // After a release the manifest of before names files that are gone: ask for the new one, once.
  async recovering(work) {
    try {
      await this.warm();
      return await work();
    } catch (error) {
      const reason = error instanceof Trouble ? error.reason : "damaged";
      if (reason === "offline") throw error;
      try {
        this.files.known.delete("manifest.bin");
        this.take(await this.files.load("manifest.bin", true));
        return await work();
      } catch (again) {
        throw again instanceof Trouble && again.reason === "offline" ? again : new Trouble("damaged");
      }
    }
  }

  search(typed, options = {}) {
    // One search has one manifest to its end: another that runs beside it may meanwhile have found a new release.
    const one = () => Object.assign(Object.create(this), { manifest: this.manifest, ranker: this.ranker });
    return this.recovering(() => one().answer(String(typed), options));
  }

  async answer(typed, { prefix = false, limit = 10, filters = {}, facets = false, exact = false }) {
    const before = [this.files.requests, this.files.bytes];
    const answer = {
      query: typed, total: 0, corrected: [], unknown: [], nearest: [],
      facets: { condition: [], compound: [], kind: [] }, pages: [],
      took: { ms: 0, requests: 0, bytes: 0 },
    };
    const query = parse(typed, prefix);
    if (!query.parts.length) return { ...answer, hint: "empty" };
    const wanted = Object.entries(filters).filter(([, values]) => values?.length);
    const [lists, runs] = await Promise.all([
      this.lists(query, answer, exact),
      facets || wanted.length ? this.manifest.filtered() : {},
    ]);
    const positive = query.parts.filter((part) => !part.minus && part.terms.length);
    if (!positive.length && !lists.scored.size) return { ...answer, hint: "stopwords" };
    const started = this.now();
    const masks = Object.fromEntries(wanted.map(([name, values]) => [name, this.mask(runs[name] || [], values)]));
    const keep = this.keeper(query, lists, Object.values(masks));
    const phrases = positive.filter((part) => part.quoted && part.terms.length > 1);
    const scored = [...lists.scored.values()];
    let { total, best, found } = this.ranker.rank(scored, phrases.length ? CANDIDATES : limit, keep);
    if (facets || wanted.length) answer.facets = this.counted(runs, found);
    answer.took.ms = this.now() - started;
    let records = await Promise.all(best.map(([document]) => this.manifest.record(document)));
    const terms = lists.marks;
    if (phrases.length) {
      records = await this.withPhrases(records, phrases);
      total = records.length;
      records = records.slice(0, limit);
      for (const record of records) record.opening = await this.manifest.wholeText(record);
    }
    for (const record of records) record.opening = passage(record.opening, terms);
    // The page or section that is called just so comes first.
    const asked = words(typed).join(" ");
    const exactly = (record) => [record.title, record.heading].some((name) => name && words(name).join(" ") === asked);
    records = [...records.filter(exactly), ...records.filter((record) => !exactly(record))];
    answer.total = total;
    answer.pages = grouped(records, terms);
    answer.documents = records.map((record) => record.page + (record.anchor && "#" + record.anchor));
    if (!total) {
      answer.hint = "none";
      answer.nearest = await this.nearest(query);
    }
    answer.took.requests = this.files.requests - before[0];
    answer.took.bytes = this.files.bytes - before[1];
    return answer;
  }

  // The posting lists of a query: {scored: Map(term → {lists}), exact: Map(term → list), marks: Set of terms to mark}.
  async lists(query, answer, exact) {
    const { manifest } = this;
    const scored = new Map(), plain = new Map(), marks = new Set();
    const meant = new Map(); // term → [the word as typed, how often]
    for (const part of query.parts)
      for (const word of part.words) {
        const term = stem(word);
        if (term) meant.set(term, [word, (meant.get(term)?.[1] || 0) + 1]);
      }
    const minus = new Set(query.parts.filter((part) => part.minus).flatMap((part) => part.terms));
    const typing = query.prefix;
    const started = typing ? manifest.starting(typing) : null;
    started?.catch(() => {}); // whoever awaits it hears of it
    await Promise.all(
      [...meant].map(async ([term, [word, times]]) => {
        const full = Math.sqrt(times);
        let list = await manifest.list(term);
        const lists = list ? [[list, full]] : [];
        marks.add(term);
        if (list) plain.set(term, list);
        if (word === typing && !minus.has(term)) {
          for (const [other, more] of this.completions(await started, term)) {
            lists.push([more, GUESS]);
            marks.add(other);
          }
        }
        if (!lists.length && !minus.has(term)) {
          const word2 = exact ? "" : await this.guess(word, word === typing);
          const other = word2 && stem(word2);
          list = other && (await manifest.list(other));
          if (list) {
            lists.push([list, GUESS * full]);
            marks.add(other);
            if (word !== typing || !word2.startsWith(word)) answer.corrected.push({ from: word, to: word2 });
          } else answer.unknown.push(word);
        }
        if (lists.length && !minus.has(term)) scored.set(term, { lists });
      }),
    );
    const said = query.parts.filter((part) => !part.minus).flatMap((part) => part.terms);
    for (const [i, second] of said.entries()) {
      const first = said[i - 1], list = i && plain.has(first) && plain.has(second) && (await manifest.pair(first, second));
      if (list) scored.set(`${first} ${second}`, { lists: [[list, 1]] });
    }
    // A typed start that is a stop word (`the` of `therapy`) has completions, but no term.
    if (typing && !stem(typing)) {
      const lists = this.completions(await started, "").map(([, list]) => [list, GUESS]);
      if (lists.length && !scored.size) scored.set("", { lists });
    }
    return { scored: new Map([...scored].sort(([a], [b]) => (a < b ? -1 : 1))), plain, marks };
  }

  completions(found, term) {
    return [...found].filter(([other]) => other !== term).sort((a, b) => b[1].length - a[1].length).slice(0, COMPLETIONS);
  }

  async guess(word, isStart) {
    if (word.length < 4 && !isStart) return "";
    if (/\p{N}/u.test(word)) return "";
    const vocabulary = await this.manifest.vocabulary(word[0]);
    if (isStart) {
      const longer = vocabulary.filter(([other]) => other.startsWith(word)).sort((a, b) => b[1] - a[1]);
      if (longer.length) return longer[0][0];
    }
    // `clincs` is two edits from `clinic`, but its stem is one.
    const [best] = [word, stem(word)].flatMap((one) => near(one, vocabulary, word.length < 8 ? 1 : 2));
    return best || "";
  }

  // Which documents may be found: a test of a document, or nothing when all may.
  keeper(query, { plain }, masks) {
    const sets = (part) => part.terms.map((term) => documentsOf(plain.get(term)));
    const without = query.parts.filter((part) => part.minus && part.terms.length).map(sets);
    const withAll = query.parts.filter((part) => part.quoted && !part.minus).flatMap(sets);
    if (!masks.length && !without.length && !withAll.length) return null;
    return (document) =>
      masks.every((mask) => mask[document]) &&
      withAll.every((set) => set.has(document)) &&
      !without.some((all) => all.every((set) => set.has(document)));
  }

  async withPhrases(records, phrases) {
    const wanted = phrases.map((part) => ` ${part.words.map((word) => stem(word) || word).join(" ")} `);
    const kept = await Promise.all(
      records.map(async (record) => {
        const all = [record.title, record.heading, await this.manifest.wholeText(record)];
        const said = all.map((one) => ` ${words(one).map((word) => stem(word) || word).join(" ")} `);
        return wanted.every((phrase) => said.some((one) => one.includes(phrase)));
      }),
    );
    return records.filter((_, i) => kept[i]);
  }

  mask(values, chosen) {
    const mask = new Uint8Array(this.manifest.numbers);
    for (const [value, , runs] of values) if (chosen.includes(value)) eachRun(runs, (low, high) => mask.fill(1, low, high));
    return mask;
  }

  counted(runs, found) {
    const here = new Uint8Array(this.manifest.numbers);
    for (const document of found) here[document] = 1;
    const counts = (values) =>
      (values || []).map(([value, name, gaps]) => {
        let count = 0;
        eachRun(gaps, (low, high) => {
          for (let document = low; document < high; document++) count += here[document];
        });
        return { value, name, count };
      });
    return { condition: counts(runs.condition), compound: counts(runs.compound), kind: counts(runs.kind) };
  }

  // Words to offer when nothing was found.
  async nearest(query) {
    const found = [];
    for (const part of query.parts)
      for (const word of part.words)
        if (stem(word)) found.push(...near(word, await this.manifest.vocabulary(word[0]), 3).slice(0, 3));
    return [...new Set(found)].slice(0, 6);
  }

  // Loads every file that a search may ask for, so that no request follows what is typed.
  everything(progress = () => {}) {
    return this.recovering(async () => {
      const names = await this.manifest.allNames();
      let done = 0;
      const queue = [...names];
      await Promise.all(
        Array.from({ length: 8 }, async () => {
          while (queue.length) {
            const name = queue.pop(), bytes = await this.files.get(name);
            if (name.startsWith("r.")) await this.manifest.file("p", name.slice(2, -4), text(bytes.subarray(9, 14)));
            if (++done % 20 === 0) progress({ done, total: names.length });
          }
        }),
      );
      return { files: names.length, bytes: this.files.bytes };
    });
  }
}

const eachRun = (gaps, visit) => {
  let at = 0;
  for (let i = 0; i < gaps.length; i += 2) {
    const low = at + gaps[i];
    at = low + gaps[i + 1];
    visit(low, at);
  }
};

const documentsOf = (list) => {
  const set = new Set();
  if (list) eachPosting(list, (document) => set.add(document));
  return set;
};
