// The worker: messages in and out (see README of this folder's engine.js), files from its own folder.
import { Engine, Trouble } from "./engine.js";

const fetchBytes = async (name, { fresh }) => {
  let answer;
  try {
    // Manifest and records are asked for again each time. Offline, the copies of before are as good as their shards.
    answer = await fetch(name, { cache: fresh ? "reload" : "default" }).catch((error) => {
      if (fresh) throw error;
      return fetch(name, { cache: "force-cache" });
    });
    if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
  } catch {
    throw new Trouble("offline");
  }
  throw new Trouble(answer.status < 500 ? "missing" : "offline");
};
const engine = new Engine({ fetchBytes, now: () => performance.now() });

onmessage = async ({ data: { id, verb, text, options, manifest } }) => {
  try {
    let answer = {};
    if (verb === "warm") await engine.warm(manifest && new Uint8Array(manifest));
    else if (verb === "search") answer = await engine.search(text, options);
    else answer = await engine.everything((progress) => postMessage({ id, ok: true, progress }));
    postMessage({ id, ok: true, answer });
  } catch (error) {
    postMessage({ id, ok: false, reason: error instanceof Trouble ? error.reason.replace("missing", "damaged") : "unknown" });
  }
};
