// Files by name, each asked for once, each checked against its name.
import { isWhole } from "./codec.js";

export class Trouble extends Error {
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

export class Files {
  constructor(fetchBytes) {
    this.fetchBytes = fetchBytes;
    this.known = new Map();
    this.requests = 0;
    this.bytes = 0;
  }
  get(name) {
    let found = this.known.get(name);
    if (!found) {
      found = this.load(name, false).catch((error) => {
        this.known.delete(name);
        throw error;
      });
      this.known.set(name, found);
    }
    return found;
  }
  async load(name, fresh) {
    const bytes = await this.fetchBytes(name, { fresh });
    this.requests++;
    this.bytes += bytes.length;
    if (name === "manifest.bin" || isWhole(name, bytes)) return bytes;
    // A damaged copy may sit in a cache: ask past it, once.
    if (fresh) throw new Trouble("damaged");
    return this.load(name, true);
  }
}
