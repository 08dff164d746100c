// Reads the bytes that codec.py writes. The forms stand there.
const CRC = new Int32Array(256).map((_, n) => {
  for (let k = 0; k < 8; k++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n;
});
const crc = (bytes) => {
  let c = -1;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return ~c >>> 0;
};
const hex = (value, digits) => value.toString(16).padStart(digits, "0");
const decoder = new TextDecoder();
export const text = (bytes) => decoder.decode(bytes);

// `t`, "ketamin", "41ff0" → "t.5c2a41ff0.bin"
export const fileName = (kind, key, check) => `${kind}.${hex(crc(utf8(key)) & 0xffff, 4)}${check}.bin`;
// Whether a file is what its name, or for a chunk of records its first digits, says.
export const isWhole = (name, bytes) => {
  const own = name.startsWith("r.") && 5;
  const said = own ? text(bytes.subarray(0, own)) : name.slice(6, 11);
  return said === hex(crc(own ? bytes.subarray(own) : bytes) & 0xfffff || 1, 5);
};
const utf8 = (key) => Array.from(unescape(encodeURIComponent(key)), (c) => c.charCodeAt(0));

// By code points, as UTF-8 and Python have it.
export const order = (a, b) => {
  for (let i = 0; ; i++) {
    const x = a.codePointAt(i) ?? -1, y = b.codePointAt(i) ?? -1;
    if (x !== y || x < 0) return x - y;
  }
};

export class Reader {
  constructor(bytes, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }
  number() {
    let value = 0, scale = 1, byte;
    do {
      byte = this.bytes[this.at++];
      if (byte === undefined) throw new RangeError("cut short");
      value += (byte & 127) * scale;
      scale *= 128;
    } while (byte > 127);
    return value;
  }
  take(length) {
    return this.bytes.subarray(this.at, (this.at += length));
  }
  text() {
    return text(this.take(this.number()));
  }
  sorted(count) {
    const found = [];
    let last = [];
    while (count--) {
      const shared = this.number();
      last = [...last.slice(0, shared), ...this.take(this.number())];
      found.push(last.some((byte) => byte > 127) ? text(Uint8Array.from(last)) : String.fromCharCode(...last));
    }
    return found;
  }
  checks(count) {
    let digits = "";
    for (const byte of this.take(Math.ceil(count * 2.5))) digits += hex(byte, 2);
    return Array.from({ length: count }, (_, i) => digits.slice(i * 5, i * 5 + 5));
  }
  directory() {
    const count = this.number();
    return { keys: this.sorted(count), checks: this.checks(count) };
  }
}

// Which file of a directory a text is in: the last whose key is not after it; -1 before the first.
export const find = ({ keys }, wanted) => {
  let low = 0, high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (order(keys[middle], wanted) > 0) high = middle;
    else low = middle + 1;
  }
  return low - 1;
};

// A shard: term → its posting list.
export const readShard = (bytes) => {
  const reader = new Reader(bytes), count = reader.number();
  const terms = reader.sorted(count);
  const lengths = terms.map(() => reader.number());
  return new Map(terms.map((term, i) => [term, reader.take(lengths[i])]));
};

// Calls visit(document, worth) for each posting, by rising document.
export const eachPosting = (list, visit) => {
  const reader = new Reader(list), step = reader.number(), count = reader.number();
  const levels = list.length - count;
  for (let i = 0, document = 0; i < count; i++) visit((document += reader.number()), step * list[levels + i]);
};
