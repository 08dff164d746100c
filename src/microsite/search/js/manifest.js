// What the index is made of and where each part lies. The form stands in builder.py.
import { Reader, fileName, find, readShard, text } from "./codec.js";
import { Trouble } from "./files.js";

const MAGIC = "MSI2";
const NONE = "00000";

export class Manifest {
  constructor(bytes, files) {
    if (text(bytes.subarray(0, 4)) !== MAGIC) throw new Trouble("damaged");
    const reader = new Reader(bytes, 4);
    this.files = files;
    let parts;
    [this.documents, this.numbers, this.shift, this.depth, this.partShift, parts] = Array.from({ length: 6 }, () => reader.number());
    this.layout = reader.take(parts * 2);
    this.terms = reader.directory();
    this.words = reader.directory();
    [this.filters, this.chunks] = reader.checks(2);
    this.kinds = Array.from({ length: reader.number() }, () => reader.text());
    this.shards = new Map();
  }
  file(kind, key, check) {
    return this.files.get(fileName(kind, key, check));
  }
  // Where a term's shard is: {key, check}, and the key of the `next` shard.
  async place(term) {
    let directory = this.terms, after;
    if (this.depth > 1) {
      const at = Math.max(find(directory, term), 0);
      after = directory.keys[at + 1];
      directory = new Reader(await this.file("d", directory.keys[at], directory.checks[at])).directory();
    }
    const at = find(directory, term);
    return at < 0 ? null : { key: directory.keys[at], check: directory.checks[at], next: directory.keys[at + 1] ?? after };
  }
  async shard(place) {
    const name = fileName("t", place.key, place.check);
    const bytes = await this.files.get(name);
    if (!this.shards.has(name)) this.shards.set(name, readShard(bytes));
    return this.shards.get(name);
  }
  async list(term) {
    const place = await this.place(term);
    return place ? (await this.shard(place)).get(term) : undefined;
  }
  // The list of two neighboring terms, which lies with the rarer of them.
  async pair(first, second) {
    const [a, b] = await Promise.all([this.place(first), this.place(second)]);
    return (a && (await this.shard(a)).get(`${first} ${second}`)) || (b && (await this.shard(b)).get(`${second}!${first}`));
  }
  // Terms that start as `start` does, with their lists; those of three shards at most.
  async starting(start) {
    const found = new Map();
    let place = await this.place(start), shards = 0;
    while (place && shards++ < 3) {
      for (const [term, list] of await this.shard(place)) if (term.startsWith(start) && !/[ !]/.test(term)) found.set(term, list);
      place = place.next?.startsWith(start) ? await this.place(place.next) : null;
    }
    return found;
  }
  // Words for typos of one letter: [[word, log2 of its documents]].
  async vocabulary(letter) {
    const at = this.words.keys.indexOf(letter);
    if (at < 0) return [];
    const reader = new Reader(await this.file("w", letter, this.words.checks[at]));
    return reader.sorted(reader.number()).map((word) => [word, reader.bytes[reader.at++]]);
  }
  // What is shown of a document.
  async record(document) {
    const chunk = document >> this.shift, at = document - (chunk << this.shift), name = `r.${chunk}.bin`;
    const lines = text(await this.files.get(name)).split("\n"), part = (chunk << this.shift) >> this.partShift;
    const [high, low] = this.layout.subarray(part * 2);
    if (parseInt(lines[0].slice(5, 9), 16) !== high * 256 + low) throw new Trouble("stale");
    let page = "", title = "";
    for (const line of lines.slice(1, at + 1)) [page, title] = line[0] === "\t" || !line ? [page, title] : line.split("\t");
    const fields = lines[at + 1].split("\t"), [, , anchor, heading, kind, opening] = fields;
    if (fields[0] || fields[1]) [page, title] = fields;
    return { document, page, title, anchor, heading, kind: this.kinds[kind] || "", opening, chunk, at, texts: lines[0].slice(9) };
  }
  // The whole text of a document.
  async wholeText({ chunk, at, texts }) {
    return text(await this.file("p", String(chunk), texts)).split("\n")[at];
  }
  // The name of every file there is, but those of whole texts.
  async allNames() {
    const names = [];
    const leaves = async (kind, { keys, checks }) => names.push(...keys.map((key, i) => fileName(kind, key, checks[i])));
    if (this.depth > 1)
      for (const [i, key] of this.terms.keys.entries()) {
        await leaves("d", { keys: [key], checks: [this.terms.checks[i]] });
        await leaves("t", new Reader(await this.file("d", key, this.terms.checks[i])).directory());
      }
    else await leaves("t", this.terms);
    await leaves("w", this.words);
    if (this.filters !== NONE) names.push(fileName("f", "", this.filters));
    names.push(fileName("g", "", this.chunks));
    const reader = new Reader(await this.file("g", "", this.chunks));
    for (let chunk = 0, there = false; reader.at < reader.bytes.length; there = !there)
      for (let run = reader.number(); run > 0; run--, chunk++)
        if (there) names.push(`r.${chunk}.bin`);
    return names;
  }
  async filtered() {
    return this.filters === NONE ? {} : JSON.parse(text(await this.file("f", "", this.filters)));
  }
}
