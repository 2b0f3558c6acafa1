// Bytes on the line (PROTOCOL.md, section 2) and bytes of messages (section 6).

export const KIND = {
  CONNECT: 1, ACCEPT: 2, REFUSE: 3, DATA: 4, ACK: 5, PING: 6, CLOSE: 7, CLOSED: 8, RESET: 9,
};
const HEADER_BYTES = 10;
const STUFFED_BYTES = 4131;
const PAYLOAD_BYTES = 4100;
const MESSAGE_BYTES = 65536;
const [TOO_LONG, MALFORMED] = [300, 301];

// Node 18 has no CRC-32 of its own.
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

export function crc32(data) {
  let value = 0xffffffff;
  for (const byte of data) value = CRC_TABLE[(value ^ byte) & 0xff] ^ (value >>> 8);
  return ~value >>> 0;
}

export function stuff(data) {
  const stuffed = [0];
  let codeAt = 0;
  for (const byte of data) {
    if (stuffed.length - codeAt === 255) codeAt = closeRun(stuffed, codeAt);
    if (byte === 0) codeAt = closeRun(stuffed, codeAt);
    else stuffed.push(byte);
  }
  stuffed[codeAt] = stuffed.length - codeAt;
  return Buffer.from(stuffed);
}

function closeRun(stuffed, codeAt) {
  stuffed[codeAt] = stuffed.length - codeAt;
  return stuffed.push(0) - 1;
}

// Null if `stuffed` is no COBS.
export function unstuff(stuffed) {
  const data = [];
  for (let at = 0; at < stuffed.length;) {
    const end = at + stuffed[at];
    if (end > stuffed.length) return null;
    for (let i = at + 1; i < end; i += 1) data.push(stuffed[i]);
    if (stuffed[at] < 255 && end < stuffed.length) data.push(0);
    at = end;
  }
  return Buffer.from(data);
}

export function encodeFrame(kind, connection, serial = 0, payload = Buffer.alloc(0)) {
  const head = Buffer.alloc(HEADER_BYTES);
  head[0] = 0x10 | kind;
  head[1] = kind === KIND.DATA ? 1 : 0;
  head.writeUInt32BE(connection, 2);
  head.writeUInt16BE(serial, 6);
  head.writeUInt16BE(payload.length, 8);
  const body = Buffer.concat([head, payload]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  return Buffer.concat([stuff(Buffer.concat([body, crc])), Buffer.alloc(1)]);
}

// Null if `stuffed` is no frame.
export function decodeFrame(stuffed) {
  const data = stuffed.length > STUFFED_BYTES ? null : unstuff(stuffed);
  if (data === null || data.length < HEADER_BYTES + 4) return null;
  const [kind, length] = [data[0] & 0x0f, data.readUInt16BE(8)];
  if (data[0] >> 4 !== 1 || kind < 1 || kind > 9 || length > PAYLOAD_BYTES) return null;
  if (data.length !== HEADER_BYTES + length + 4) return null;
  if (crc32(data.subarray(0, -4)) !== data.readUInt32BE(data.length - 4)) return null;
  const payload = data.subarray(HEADER_BYTES, -4);
  return { kind, channel: data[1], connection: data.readUInt32BE(2), serial: data.readUInt16BE(6), payload };
}

// Cuts a line's bytes at the zeros; of noise no more than one frame is kept.
export class FrameReader {
  #kept = Buffer.alloc(0);
  #tooLong = false;

  * read(bytes) {
    let from = 0;
    for (let zero = bytes.indexOf(0); zero >= 0; zero = bytes.indexOf(0, from)) {
      const piece = this.#tooLong ? null : Buffer.concat([this.#kept, bytes.subarray(from, zero)]);
      [this.#kept, this.#tooLong, from] = [Buffer.alloc(0), false, zero + 1];
      const frame = piece?.length ? decodeFrame(piece) : null;
      if (frame !== null) yield frame;
    }
    this.#kept = Buffer.concat([this.#kept, bytes.subarray(from)]);
    if (this.#kept.length <= STUFFED_BYTES) return;
    [this.#kept, this.#tooLong] = [Buffer.alloc(0), true];
  }
}

function encodeHead(major, value) {
  const first = major << 5;
  if (value < 24) return Buffer.from([first | Number(value)]);
  if (value < 0x100) return Buffer.from([first | 24, Number(value)]);
  const wide = value < 0x10000 ? 2 : value < 0x100000000 ? 4 : 8;
  const head = Buffer.alloc(1 + wide);
  head[0] = first | { 2: 25, 4: 26, 8: 27 }[wide];
  if (wide === 8) head.writeBigUInt64BE(BigInt(value), 1);
  else head.writeUIntBE(Number(value), 1, wide);
  return head;
}

// Deterministic CBOR. A plain object is a map with unsigned keys; a Map may have any keys.
export function encodeCbor(value) {
  if (value === null) return Buffer.from([0xf6]);
  if (typeof value === 'boolean') return Buffer.from([value ? 0xf5 : 0xf4]);
  if (typeof value === 'bigint') return value < 0n ? encodeHead(1, -1n - value) : encodeHead(0, value);
  if (typeof value === 'number') return encodeCbor(BigInt(value));
  if (typeof value === 'string') return encodeString(3, Buffer.from(value));
  if (Buffer.isBuffer(value)) return encodeString(2, value);
  if (Array.isArray(value)) {
    return Buffer.concat([encodeHead(4, value.length), ...value.map(encodeCbor)]);
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value).map(([k, v]) => [Number(k), v]);
  const pairs = entries.map(([k, v]) => [encodeCbor(k), encodeCbor(v)]);
  pairs.sort(([left], [right]) => Buffer.compare(left, right));
  return Buffer.concat([encodeHead(5, pairs.length), ...pairs.flat()]);
}

function encodeString(major, bytes) {
  return Buffer.concat([encodeHead(major, bytes.length), bytes]);
}

// The one item that `data` is; maps become Map, integers beyond 2^53 bigint. Throws on anything
// that is not deterministic.
export function decodeCbor(data, depth = 16) {
  const reader = new CborReader(data);
  const value = reader.item(depth);
  if (reader.at !== data.length) throw new Error('bytes behind the item');
  return value;
}

class CborReader {
  at = 0;

  constructor(data) {
    this.data = data;
  }

  take(length) {
    const end = this.at + length;
    if (end > this.data.length) throw new Error('cut short');
    const piece = this.data.subarray(this.at, end);
    this.at = end;
    return piece;
  }

  argument(info) {
    if (info < 24) return info;
    if (info > 27) throw new Error('indefinite');
    const wide = 1 << (info - 24);
    const bytes = this.take(wide);
    const value = BigInt(`0x${bytes.toString('hex')}`);
    if (value < [24n, 0x100n, 0x10000n, 0x100000000n][info - 24]) throw new Error('longer than need be');
    return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
  }

  item(depth) {
    const first = this.take(1)[0];
    const [major, info] = [first >> 5, first & 31];
    if (major === 7) return this.simple(first);
    const value = this.argument(info);
    if (major === 0) return value;
    if (major === 1) return typeof value === 'bigint' ? -1n - value : -1 - value;
    if (major === 2) return Buffer.from(this.take(Number(value)));
    if (major === 3) return this.text(Number(value));
    if (depth === 0) throw new Error('too deep');
    if (major === 4) return this.array(Number(value), depth - 1);
    if (major === 5) return this.map(Number(value), depth - 1);
    throw new Error('tag');
  }

  simple(first) {
    if (first === 0xf6) return null;
    if (first === 0xf4 || first === 0xf5) return first === 0xf5;
    throw new Error('simple value');
  }

  text(length) {
    const value = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(length));
    if (value.includes('\0')) throw new Error('NUL');
    return value;
  }

  array(length, depth) {
    const values = [];
    while (values.length < length) values.push(this.item(depth));
    return values;
  }

  map(length, depth) {
    const entries = new Map();
    let before = Buffer.alloc(0);
    while (entries.size < length) {
      const start = this.at;
      const key = this.item(depth);
      const encoded = this.data.subarray(start, this.at);
      if (!(typeof key === 'string' || key >= 0)) throw new Error('kind of key');
      if (Buffer.compare(before, encoded) >= 0) throw new Error('keys out of order');
      before = encoded;
      entries.set(key, this.item(depth));
    }
    return entries;
  }
}

export class Failure extends Error {
  constructor(code, text = '', kind = 0) {
    super(text);
    Object.assign(this, { code, kind });
  }
}

// Messages over a stream of bytes; what is awaited rejects when the stream ends.
export class Talk {
  #kept = Buffer.alloc(0);
  #wake = () => {};
  #ended = false;

  constructor(stream) {
    this.stream = stream;
    stream.on('data', (bytes) => {
      this.#kept = Buffer.concat([this.#kept, bytes]);
      this.#wake();
    });
    stream.on('error', () => {});
    for (const event of ['end', 'close']) stream.on(event, () => this.#end());
  }

  #end() {
    this.#ended = true;
    this.#wake();
  }

  async bytes(length) {
    while (this.#kept.length < length) {
      if (this.#ended) throw new Error('the line went');
      await new Promise((wake) => { this.#wake = wake; });
    }
    const piece = this.#kept.subarray(0, length);
    this.#kept = this.#kept.subarray(length);
    return piece;
  }

  write(bytes) {
    return new Promise((done, fail) => {
      this.stream.write(bytes, (error) => (error ? fail(error) : done()));
    });
  }

  send(kind, fields = {}) {
    const message = encodeCbor({ 0: kind, ...fields });
    const length = Buffer.alloc(4);
    length.writeUInt32BE(message.length);
    return this.write(Buffer.concat([length, message]));
  }

  async receive() {
    const length = (await this.bytes(4)).readUInt32BE(0);
    if (length > MESSAGE_BYTES) throw new Failure(TOO_LONG);
    const bytes = await this.bytes(length);
    try {
      return decodeCbor(bytes, 4);
    } catch (error) {
      throw new Failure(MALFORMED, error.message);
    }
  }
}
