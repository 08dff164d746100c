// The peers that search is measured against, each doing what it does on a site: an index made of the collection, then
// questions as a reader types them. One process for one peer and one collection:
//
//   node peers.mjs PEER CORPUS.jsonl QUERIES.jsonl OUT MODULES [MATERIAL_WORKER]
//
// OUT gets run.json ({query id: [document ids]}) and files/, what a browser fetches before the first answer. For a
// peer that fetches by query, requests.json says which files each query took.
import { mkdirSync, readFileSync, writeFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [peer, corpusPath, queriesPath, out, modules, worker] = process.argv.slice(2);
const require = createRequire(join(modules, "package.json"));
const lines = (path) => readFileSync(path, "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
const documents = lines(corpusPath).map(({ _id, title = "", text = "" }) => ({ id: _id, title, text }));
const queries = lines(queriesPath);
const DEPTH = 10;
const run = {};
mkdirSync(join(out, "files"), { recursive: true });
const keep = (name, content) => writeFileSync(join(out, "files", name), content);

// lunr as its guide sets it up; what a page needs to show a result (title, address) comes with the index.
function lunrFull() {
  const lunr = require("lunr");
  const index = lunr(function () {
    this.ref("id");
    this.field("title", { boost: 3 });
    this.field("text");
    documents.forEach((one) => this.add(one));
  });
  keep("index.json", JSON.stringify({ index, titles: documents.map(({ id, title }) => [id, title]) }));
  keep("lunr.js", readFileSync(require.resolve("lunr/lunr.min.js")));
  // A question typed into lunr is query syntax: a colon or a dash would be an operator, or an error.
  const ask = (text) => index.search(text.replace(/[^\p{L}\p{N}\s]/gu, " "));
  for (const { _id, text } of queries) run[_id] = ask(text).slice(0, DEPTH).map(({ ref }) => ref);
}

function miniSearch() {
  const MiniSearch = require("minisearch");
  const index = new MiniSearch({ fields: ["title", "text"], storeFields: ["title"] });
  index.addAll(documents);
  keep("index.json", JSON.stringify(index));
  keep("minisearch.js", readFileSync(join(modules, "node_modules/minisearch/dist/umd/index.js")));
  const options = { boost: { title: 2 }, prefix: (term) => term.length > 3, fuzzy: 0.2 };
  for (const { _id, text } of queries) run[_id] = index.search(text, options).slice(0, DEPTH).map(({ id }) => id);
}

// BM25 (Robertson and Zaragoza 2009, k1 1.2, b .75) over title and text as one, with lunr's stop words and stemmer.
function bm25() {
  const lunr = require("lunr");
  const stems = new Map();
  const stem = (word) => {
    if (!stems.has(word)) stems.set(word, lunr.stemmer(new lunr.Token(word)).toString());
    return stems.get(word);
  };
  const terms = (text) => (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) || []).filter(lunr.stopWordFilter).map(stem);
  const postings = new Map();
  const lengths = documents.map(({ title, text }, number) => {
    const found = terms(`${title} ${text}`);
    for (const term of found) {
      const list = postings.get(term) || postings.set(term, []).get(term);
      if (list.at(-1)?.[0] === number) list.at(-1)[1] += 1;
      else list.push([number, 1]);
    }
    return found.length;
  });
  const mean = lengths.reduce((sum, one) => sum + one, 0) / lengths.length;
  for (const { _id, text } of queries) {
    const scores = new Map();
    for (const term of terms(text)) {
      const list = postings.get(term) || [];
      const idf = Math.log(1 + (documents.length - list.length + 0.5) / (list.length + 0.5));
      for (const [number, tf] of list) {
        const part = (idf * tf * 2.2) / (tf + 1.2 * (0.25 + (0.75 * lengths[number]) / mean));
        scores.set(number, (scores.get(number) || 0) + part);
      }
    }
    const best = [...scores].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, DEPTH);
    run[_id] = best.map(([number]) => documents[number].id);
  }
}

// Material's own worker, as it ships, spoken to as its page does.
async function material() {
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const docs = documents.map(({ id, title, text }) => ({ location: id, title: escape(title), text: escape(text) }));
  const config = { lang: ["en"], separator: "[\\s\\-]+", pipeline: ["stopWordFilter"], fields: { title: { boost: 1000 }, text: { boost: 1 }, tags: { boost: 1e6 } } };
  keep("search_index.json", JSON.stringify({ config, docs }));
  keep("worker.js", readFileSync(worker));
  let answered;
  globalThis.self = globalThis;
  globalThis.postMessage = (message) => answered(message);
  let listener;
  globalThis.addEventListener = (_, handler) => (listener = handler);
  (0, eval)(readFileSync(worker, "utf8"));
  const say = (data) => new Promise((resolve) => ((answered = resolve), listener({ data })));
  const warn = console.warn;
  console.warn = () => {}; // a question with query syntax in it; Material answers nothing then, and so is counted
  await say({ type: 0, data: { config, docs, options: { suggest: false } } });
  for (const { _id, text } of queries) {
    const { data } = await say({ type: 2, data: text });
    run[_id] = data.items.flat().slice(0, DEPTH).map(({ location }) => location);
  }
  console.warn = warn;
}

async function pagefind() {
  const { createIndex } = await import(pathToFileURL(join(modules, "node_modules/pagefind/lib/index.js")));
  const { index, errors } = await createIndex({});
  if (errors?.length) throw new Error(errors.join("; "));
  for (const { id, title, text } of documents) {
    await index.addCustomRecord({ url: `/${encodeURIComponent(id)}/`, content: `${title}\n${text}`, language: "en", meta: { title } });
  }
  const bundle = join(out, "bundle");
  await index.writeFiles({ outputPath: bundle });
  let fetched = [];
  globalThis.fetch = async (address) => {
    const name = decodeURIComponent(String(address).replace(/^.*\/bundle\//, "").replace(/\?.*$/, ""));
    const bytes = readFileSync(join(bundle, name));
    fetched.push(name);
    return new Response(bytes, { headers: { "content-type": name.endsWith("json") ? "application/json" : "application/octet-stream" } });
  };
  const site = "http://127.0.0.1/bundle/";
  globalThis.window = globalThis;
  globalThis.location = new URL("http://127.0.0.1/");
  globalThis.document = { querySelector: () => ({ getAttribute: () => "en" }), documentElement: { lang: "en" } };
  const engine = await import(pathToFileURL(join(bundle, "pagefind.js")));
  await engine.options({ basePath: site, baseUrl: "/" });
  const requests = {};
  let first = ["pagefind.js"];
  for (const { _id, text } of queries) {
    fetched = [];
    const found = await engine.search(text);
    const shown = await Promise.all(found.results.slice(0, DEPTH).map((one) => one.data()));
    run[_id] = shown.map(({ url }) => decodeURIComponent(url.replaceAll("/", "")));
    requests[_id] = fetched;
    // What the first search fetched for all of them (entry, meta, engine) belongs to each first search.
    if (first.length === 1) first = first.concat(fetched.filter((name) => /entry|pf_meta|wasm/.test(name)));
  }
  for (const name of readdirSync(bundle)) if (first.includes(name)) keep(name, readFileSync(join(bundle, name)));
  writeFileSync(join(out, "requests.json"), JSON.stringify({ first, requests }));
}

await { lunr: lunrFull, minisearch: miniSearch, bm25, material, pagefind }[peer]();
writeFileSync(join(out, "run.json"), JSON.stringify(run));
process.exit(0); // Pagefind's helper process would keep us
