// Connections and the reliable stream of one line (PROTOCOL.md, sections 3 and 4).

import { Duplex } from 'node:stream';
import { FrameReader, KIND, encodeFrame } from './wire.mjs';

const WINDOW_BYTES = 16384;
const CONTENT_BYTES = 4096;
const FIRST_CONTENT_BYTES = 2048;
const FAST_AFTER_BYTES = 6144;
const KEPT_BYTES = 65536;
const RANGES = 24;
const PIECES = 512;
const KEEP_ALIVE_MS = 5000;
const SILENCE_MS = 60000;
const CLOSE_MS = 3000;
const TICK_MS = 50;
const VERSION = 1;
const CODE = { VERSION_UNSUPPORTED: 102, SUITE_REFUSED: 103, CONNECT_MALFORMED: 105 };

const serialAfter = (left, right) => ((left - right) << 16) >> 16;
const within = (value, low, high) => Math.max(low, Math.min(high, value));

// One connection as a stream of bytes in both directions; offsets grow without wrapping in here.
class Stream extends Duplex {
  number; content; lostPieces = 0;
  #write; #timer;
  #kept = Buffer.alloc(0); #base = 0; #sent = 0; #serial = 0; #under = []; #lost = []; #waiting = null;
  #expected = 0; #highest = 0; #ahead = new Map(); #ackDue = false;
  #heardMs = Date.now(); #spokeMs = Date.now(); #ackMs = Date.now(); #gapMs = 100; #probes = 0;
  #damages = 0; #clean = 0; #closing = 0;

  constructor(number, choice, write) {
    super();
    Object.assign(this, { number, ...choice });
    this.#write = write;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
    this.on('error', () => {});
  }

  send(kind, serial = 0, payload = undefined) {
    this.#spokeMs = Date.now();
    this.#write(encodeFrame(kind, this.number, serial, payload));
  }

  _read() {}

  _write(bytes, _encoding, done) {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    this.#waiting = done;
    this.#pump();
  }

  _final(done) {
    this.#closing = Date.now();
    done();
    this.#pump();
  }

  _destroy(error, done) {
    clearInterval(this.#timer);
    this.push(null);
    done(error);
  }

  // A frame of this connection.
  take(frame) {
    this.#heardMs = Date.now();
    if (frame.kind === KIND.DATA && frame.channel === 1 && frame.payload.length > 4) this.#takeData(frame);
    if (frame.kind === KIND.PING) this.#noteSerial(frame.serial);
    if (frame.kind === KIND.ACK) this.#takeAck(frame.payload);
  }

  #noteSerial(serial) {
    if (serialAfter(serial, this.#highest) > 0) this.#highest = serial;
    if (this.#ackDue) return;
    this.#ackDue = true;
    setImmediate(() => this.#acknowledge());
  }

  #takeData({ serial, payload }) {
    const start = this.#expected + ((payload.readUInt32BE(0) - this.#expected) | 0);
    const end = start + payload.length - 4;
    const ahead = end - this.#expected;
    this.#noteSerial(serial);
    if (ahead <= 0 || ahead > 4 * this.accepted.window || this.#ahead.size >= PIECES) return;
    if (end > (this.#ahead.get(start)?.end ?? 0)) this.#ahead.set(start, { end, bytes: payload.subarray(4) });
    this.#deliver();
  }

  #deliver() {
    const inOrder = [...this.#ahead].sort(([left], [right]) => left - right);
    for (const [start, { end, bytes }] of inOrder) {
      if (start > this.#expected) return;
      this.#ahead.delete(start);
      if (end <= this.#expected) continue;
      const fresh = bytes.subarray(this.#expected - start);
      this.#expected = end;
      this.push(fresh);
    }
  }

  #acknowledge() {
    this.#ackDue = false;
    if (this.destroyed) return;
    const ranges = [];
    for (const [start, { end }] of [...this.#ahead].sort(([left], [right]) => left - right)) {
      const last = ranges.at(-1);
      if (last && start <= last[1]) last[1] = Math.max(last[1], end);
      else ranges.push([start, end]);
    }
    const shown = ranges.slice(-RANGES);
    const payload = Buffer.alloc(6 + 8 * shown.length);
    payload.writeUInt32BE(this.#expected >>> 0, 0);
    payload.writeUInt16BE(this.#highest, 4);
    shown.flat().forEach((offset, i) => payload.writeUInt32BE(offset >>> 0, 6 + 4 * i));
    this.send(KIND.ACK, 0, payload);
  }

  #takeAck(payload) {
    if (payload.length < 6 || (payload.length - 6) % 8) return;
    const near = (offset) => this.#base + ((offset - this.#base) | 0);
    const expected = near(payload.readUInt32BE(0));
    if (expected > this.#sent) return;
    const held = [[0, expected]];
    for (let at = 6; at < payload.length; at += 8) {
      held.push([near(payload.readUInt32BE(at)), near(payload.readUInt32BE(at + 4))]);
    }
    this.#noteAck();
    this.#settle(payload.readUInt16BE(4), held);
    this.#forget(expected);
    this.#pump();
  }

  #noteAck() {
    const now = Date.now();
    if (this.#probes === 0) this.#gapMs += (now - this.#ackMs - this.#gapMs) / 8;
    [this.#ackMs, this.#probes] = [now, 0];
  }

  // Every transmission up to `highest` has arrived or is lost.
  #settle(highest, held) {
    const known = ({ serial }) => serialAfter(serial, highest) <= 0;
    for (const { start, end } of this.#under.filter(known)) {
      const missing = holes([[start, end]], held);
      this.#lost.push(...missing);
      this.#noteFate(end - start, missing.length > 0);
    }
    this.#under = this.#under.filter((each) => !known(each));
    this.#lost = holes(this.#lost, held).sort(([left], [right]) => left - right);
  }

  #noteFate(bytes, lost) {
    this.#damages = this.#damages * Math.exp(-bytes / 16384) + (lost ? 1 : 0);
    this.#clean += lost ? 0 : bytes;
    this.lostPieces += lost ? 1 : 0;
    const best = this.#damages ? Math.sqrt((20 * 16384) / this.#damages) : Infinity;
    const start = this.#clean < FAST_AFTER_BYTES ? FIRST_CONTENT_BYTES : this.accepted.content;
    this.content = Math.floor(within(Math.min(best, start), 128, this.accepted.content));
  }

  #forget(expected) {
    if (expected > this.#base) {
      this.#kept = this.#kept.subarray(expected - this.#base);
      this.#base = expected;
    }
  }

  #pump() {
    while (!this.destroyed && this.#sendPiece());
    if (this.#waiting && this.#kept.length < KEPT_BYTES) {
      const done = this.#waiting;
      this.#waiting = null;
      done();
    }
    if (this.#closing && this.#kept.length === 0 && !this.#probes) this.#probe(KIND.CLOSE);
  }

  // Lost pieces first; false when nothing more may be sent.
  #sendPiece() {
    const room = this.accepted.window - this.#under.reduce((sum, { start, end }) => sum + end - start, 0);
    const limit = Math.min(this.#base + this.#kept.length, this.#base + 4 * this.accepted.window);
    const [start, stop] = this.#lost.shift() ?? [this.#sent, limit];
    const end = Math.min(stop, start + this.content, start + room);
    if (end < stop && start < this.#sent) this.#lost.unshift([Math.max(start, end), stop]);
    if (end <= start) return false;
    this.#sent = Math.max(this.#sent, end);
    const head = Buffer.alloc(4);
    head.writeUInt32BE(start >>> 0);
    const content = this.#kept.subarray(start - this.#base, end - this.#base);
    this.#transmit(KIND.DATA, start, end, Buffer.concat([head, content]));
    return true;
  }

  #transmit(kind, start, end, payload) {
    this.#serial = (this.#serial + 1) & 0xffff;
    if (this.#under.length === 0) this.#ackMs = Date.now();
    this.#under.push({ serial: this.#serial, start, end });
    this.send(kind, this.#serial, payload);
  }

  #probe(kind) {
    this.#probes += 1;
    this.#ackMs = Date.now();
    if (kind === KIND.PING) this.#transmit(KIND.PING, this.#base, this.#base);
    else this.send(kind);
  }

  #tick() {
    const now = Date.now();
    const pause = Math.min(within(2 * this.#gapMs, 200, 2000) * 2 ** this.#probes, 4000);
    if (now - this.#heardMs > SILENCE_MS) this.destroy();
    else if (this.#closing && this.#kept.length === 0 && now - this.#closing > CLOSE_MS) this.destroy();
    else if (this.#closing && this.#kept.length === 0 && now - this.#ackMs > pause) this.#probe(KIND.CLOSE);
    else if (this.#under.length && now - this.#ackMs > pause) this.#probe(KIND.PING);
    else if (now - this.#spokeMs > KEEP_ALIVE_MS) this.#transmit(KIND.PING, this.#base, this.#base);
  }
}

// What of `pieces` lies in none of the `held` ranges.
function holes(pieces, held) {
  return held.reduce((left, [from, to]) => left.flatMap(([start, end]) => [
    [start, Math.min(end, from)], [Math.max(start, to), end],
  ].filter(([first, last]) => first < last)), pieces);
}

// A line with at most one live connection. `host` has `accepts(suite)`, `opened(stream)` and the
// set `ended` of numbers that are never accepted again, whatever line they come on.
export class Line {
  #reader = new FrameReader();
  #stream = null;

  constructor(socket, host) {
    Object.assign(this, { socket, host });
    socket.on('data', (bytes) => {
      for (const frame of this.#reader.read(bytes)) this.#take(frame);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#end());
  }

  #write(bytes) {
    if (!this.socket.destroyed) this.socket.write(bytes);
  }

  #take(frame) {
    const own = this.#stream !== null && this.#stream.number === frame.connection;
    if (frame.kind === KIND.CONNECT) this.#connect(frame, own);
    else if (frame.kind === KIND.CLOSE) this.#close(frame, own);
    else if (own && (frame.kind === KIND.RESET || frame.kind === KIND.CLOSED)) this.#end();
    else if (own) this.#stream.take(frame);
    else if (frame.kind === KIND.DATA || frame.kind === KIND.PING) this.#answer(KIND.RESET, frame);
  }

  #answer(kind, { connection }, payload = undefined) {
    this.#write(encodeFrame(kind, connection, 0, payload));
  }

  #close(frame, own) {
    if (own) this.#end();
    this.#answer(KIND.CLOSED, frame);
  }

  #connect(frame, own) {
    if (own) return this.#answer(KIND.ACCEPT, frame, this.#stream.accept);
    if (this.host.ended.has(frame.connection)) return this.#answer(KIND.RESET, frame);
    const choice = choose(frame.payload, this.host);
    if (typeof choice === 'number') {
      return this.#answer(KIND.REFUSE, frame, Buffer.from([choice >> 8, choice & 0xff]));
    }
    this.#end();
    this.#answer(KIND.ACCEPT, frame, choice.accept);
    this.#stream = new Stream(frame.connection, choice, (bytes) => this.#write(bytes));
    return this.host.opened(this.#stream);
  }

  #end() {
    if (this.#stream === null) return;
    this.host.ended.add(this.#stream.number);
    this.#stream.destroy();
    this.#stream = null;
  }
}

// What is taken of an offer, or the code of a refusal.
function choose(offer, host) {
  if (offer.length < 9 || offer.length < 9 + offer[8]) return CODE.CONNECT_MALFORMED;
  const [low, high, window, content] = [offer[0], offer[1], offer.readUInt32BE(2), offer.readUInt16BE(6)];
  if (low > high || window < 4096 || content < 128 || content > 4096) return CODE.CONNECT_MALFORMED;
  if (low > VERSION || high < VERSION) return CODE.VERSION_UNSUPPORTED;
  const suite = [...offer.subarray(9, 9 + offer[8])].find((each) => host.accepts(each));
  if (suite === undefined) return CODE.SUITE_REFUSED;
  const accepted = { window: Math.min(window, WINDOW_BYTES), content: Math.min(content, CONTENT_BYTES) };
  const accept = Buffer.alloc(8);
  accept.set([VERSION, suite]);
  accept.writeUInt32BE(accepted.window, 2);
  accept.writeUInt16BE(accepted.content, 6);
  const first = Math.min(FIRST_CONTENT_BYTES, accepted.content);
  return { accept, accepted, suite, offer: Buffer.from(offer), content: first };
}
