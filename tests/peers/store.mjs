// What a terminal keeps: its key, its place, sealed batches, data sets, photos (PROTOCOL.md, 5, 7, 8).

import crypto from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { crc32, decodeCbor, encodeCbor } from './wire.mjs';

export const APP_VERSION = 'js 1.0';
export const SCHEMA_VERSION = 1;
const TYPE = { ORDER: 10, LINE: 11, PHOTO: 22 };
const SUMMED_KEY = { 11: 6, 13: 5, 17: 6 };
const ZONE_MIN = 480;

export const sha256 = (...parts) => crypto.createHash('sha256').update(Buffer.concat(parts)).digest();

// Durable under its name when this returns, or not there at all.
export function keep(file, data) {
  const part = `${file}.part`;
  const handle = fs.openSync(part, 'w', 0o600);
  fs.writeSync(handle, data);
  fs.fsyncSync(handle);
  fs.closeSync(handle);
  fs.renameSync(part, file);
  const folder = fs.openSync(path.dirname(file), 'r');
  fs.fsyncSync(folder);
  fs.closeSync(folder);
}

function der(tag, ...parts) {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

// A self-signed certificate (DER); X.509 has no extension that section 5 asks for.
function certify(privateKey) {
  const publicKey = crypto.createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const algorithm = der(0x30, der(0x06, Buffer.from([0x2b, 0x65, 0x70])));
  const common = `tallydock ${sha256(publicKey.subarray(-32)).toString('hex').slice(0, 32)}`;
  const attribute = der(0x30, der(0x06, Buffer.from([0x55, 0x04, 0x03])), der(0x0c, Buffer.from(common)));
  const name = der(0x30, der(0x31, attribute));
  const from = der(0x17, Buffer.from('700101000000Z'));
  const validity = der(0x30, from, der(0x18, Buffer.from('99991231235959Z')));
  const version = der(0xa0, der(0x02, Buffer.from([2])));
  const number = der(0x02, Buffer.from([1]));
  const body = der(0x30, version, number, algorithm, name, validity, name, publicKey);
  const signature = crypto.sign(null, body, privateKey);
  return der(0x30, body, algorithm, der(0x03, Buffer.from([0]), signature));
}

const NOTHING = {
  place: null, seq: 0, batchNo: 0, chain: '00'.repeat(32), ticket: '', received: 0,
  batches: {}, sets: {}, photos: {}, verdicts: [], taken: [],
};

export class Store {
  constructor(folder) {
    this.folder = folder;
    for (const each of ['batches', 'sets', 'photos']) fs.mkdirSync(this.file(each), { recursive: true });
    if (!fs.existsSync(this.file('key.pem'))) this.#makeKey();
    this.key = crypto.createPrivateKey(fs.readFileSync(this.file('key.pem')));
    this.certificate = certify(this.key);
    const state = this.file('state.json');
    this.state = { ...NOTHING, ...(fs.existsSync(state) ? JSON.parse(fs.readFileSync(state)) : {}) };
  }

  file(...names) {
    return path.join(this.folder, ...names);
  }

  #makeKey() {
    const { privateKey } = crypto.generateKeyPairSync('ed25519');
    keep(this.file('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  }

  // Everything that changes together changes here, in one file.
  change(fields) {
    const state = { ...this.state, ...fields };
    keep(this.file('state.json'), JSON.stringify(state));
    this.state = state;
  }

  get desk() {
    return this.state.place && Buffer.from(this.state.place.desk, 'hex');
  }

  // False if records would be lost that no desk has.
  mayMove(place) {
    return this.isPlace(place) || this.state.seq <= this.state.received;
  }

  isPlace({ branch, terminal, epoch }) {
    const held = this.state.place;
    return held !== null && held.branch === branch && held.terminal === terminal && held.epoch === epoch;
  }

  move(place) {
    const { sets, photos, batches, ...empty } = NOTHING;
    const kept = { taken: this.state.taken };
    this.change(this.isPlace(place) ? { place } : { ...empty, sets, photos, batches, ...kept, place });
  }

  // The work of a day becomes one sealed batch, once: the same work is known by its digest.
  work(orders, photo) {
    const mark = sha256(Buffer.from(JSON.stringify(orders)), photo ?? Buffer.alloc(0)).toString('hex');
    if (this.state.taken.includes(mark) || !(orders.length || photo)) return;
    const writer = new Writer(this.state);
    for (const order of orders) writer.order(order);
    const photos = { ...this.state.photos };
    if (photo) {
      const name = sha256(photo).toString('hex');
      keep(this.file('photos', name), photo);
      photos[name] = { seq: writer.photo(photo), done: false };
    }
    this.#seal(writer, { photos, taken: [...this.state.taken, mark] });
  }

  // The file is durable before the state names it; without the name it is written again.
  #seal({ records, seq }, fields) {
    const { place, chain } = this.state;
    const batchNo = this.state.batchNo + 1;
    const digest = sha256(...records.map(({ bytes }) => bytes));
    const batch = {
      0: 1, 1: place.branch, 2: place.terminal, 3: place.epoch, 4: batchNo, 5: this.state.seq + 1, 6: seq,
      7: records.map(({ bytes }) => bytes), 8: totals(records), 9: digest, 10: place.person,
      11: Date.now(), 12: Date.now(), 13: APP_VERSION, 14: SCHEMA_VERSION, 15: Buffer.from(chain, 'hex'),
    };
    batch[16] = crypto.sign(null, Buffer.concat([
      Buffer.from('tallydock batch\0'), sha256(encodeCbor(batch)),
    ]), this.key);
    keep(this.file('batches', `${place.epoch}-${batchNo}`), encodeCbor(batch));
    const next = sha256(batch[15], digest).toString('hex');
    const entry = { from: batch[5], to: seq, receipt: null };
    this.change({ ...fields, seq, batchNo, chain: next, batches: { ...this.state.batches, [batchNo]: entry } });
  }

  // What the desk lacks, oldest first, as [number, entry, content, parcel].
  batchesDue(receivedSeq) {
    const due = Object.entries(this.state.batches)
      .filter(([, { to, receipt }]) => receipt === null || to > receivedSeq);
    return due.map(([number, entry]) => {
      const content = fs.readFileSync(this.file('batches', `${this.state.place.epoch}-${number}`));
      return [Number(number), entry, content, zlib.deflateSync(content)];
    });
  }

  noteReceipt(number, receipt, received, verdicts) {
    const batches = { ...this.state.batches };
    batches[number] = { ...batches[number], receipt };
    this.change({ batches, received, verdicts: [...this.state.verdicts, ...verdicts] });
  }

  photosDue(receivedSeq) {
    return Object.entries(this.state.photos)
      .filter(([, { seq, done }]) => !done || seq > receivedSeq)
      .map(([name]) => fs.readFileSync(this.file('photos', name)));
  }

  notePhoto(name) {
    const photos = { ...this.state.photos };
    photos[name] = { ...photos[name], done: true };
    this.change({ photos });
  }

  held() {
    return Object.entries(this.state.sets)
      .map(([name, { revision, digest }]) => [name, revision, Buffer.from(digest, 'hex')]);
  }

  content({ digest }) {
    return fs.readFileSync(this.file('sets', digest));
  }

  // Field 16 of hello, the first value of the first row of `control`. A desk reads 0 as "long ago".
  mastersMs() {
    const { control } = this.state.sets;
    return control ? { 16: decodeCbor(this.content(control))[0][0] } : {};
  }

  // Every parcel becomes a set, and all are switched to at once. Throws if one has another digest.
  adopt(parcels) {
    const sets = { ...this.state.sets };
    for (const [name, parcel] of parcels) {
      const content = this.#unpack(name, parcel);
      if (content === null) {
        this.change({ sets: { ...this.state.sets, [name]: { ...sets[name], revision: 0 } } });
        throw new Error(`data set ${name} is damaged`);
      }
      const digest = sha256(content).toString('hex');
      keep(this.file('sets', digest), content);
      sets[name] = { revision: parcel.revision, digest };
    }
    this.change({ sets });
  }

  #unpack(name, { bytes, size, digest, packed, base, keyColumns, whole }) {
    const content = packed === undefined ? bytes : inflate(bytes, size);
    if (!sha256(content).equals(digest)) return null;
    if (base === undefined) return content;
    const held = this.state.sets[name];
    if (held?.revision !== base) return null;
    const result = applyChange(this.content(held), content, keyColumns);
    return sha256(result).equals(whole) ? result : null;
  }
}

// Rows are known and sorted by the CBOR bytes of their key columns.
function applyChange(content, change, keyColumns) {
  const keyOf = (row) => Buffer.concat(row.slice(0, keyColumns).map(encodeCbor)).toString('hex');
  const rows = new Map(decodeCbor(content).map((row) => [keyOf(row), row]));
  const changes = decodeCbor(change);
  for (const key of changes.get(2)) rows.delete(keyOf(key));
  for (const row of changes.get(1)) rows.set(keyOf(row), row);
  const sorted = [...rows].sort(([left], [right]) => (left < right ? -1 : 1));
  return encodeCbor(sorted.map(([, row]) => row));
}

// `size` bounds what a hostile parcel may become.
function inflate(parcel, size) {
  return zlib.inflateSync(parcel, { maxOutputLength: Math.max(size, 1) });
}

function totals(records) {
  const found = {};
  for (const { type, body } of records) {
    const [count, sum] = found[type] ?? [0, 0];
    found[type] = [count + 1, sum + (body[SUMMED_KEY[type]] ?? 0)];
  }
  return found;
}

// Records that follow those of `state`.
class Writer {
  records = [];

  constructor({ seq, place }) {
    Object.assign(this, { seq, place });
  }

  #write(type, body) {
    this.seq += 1;
    const fields = [type, this.seq, Date.now(), ZONE_MIN, this.place.person, body];
    this.records.push({ type, body, bytes: encodeCbor([...fields, crc32(encodeCbor(fields))]) });
    return this.seq;
  }

  order({ customer, wanted, lines }) {
    const nets = lines.map(({ packs, price_fen: price }) => packs * price);
    const total = nets.reduce((sum, net) => sum + net, 0);
    const head = { 1: customer, 2: 0, 3: 0, 5: wanted, 6: 0, 8: lines.length, 9: total, 11: 0 };
    const ref = [this.place.epoch, this.#write(TYPE.ORDER, head)];
    lines.forEach((line, i) => this.#write(TYPE.LINE, {
      1: ref, 2: i + 1, 3: line.product, 4: line.packing, 5: line.packs, 6: line.packs * line.factor,
      7: line.price_fen, 9: false, 10: nets[i],
    }));
  }

  photo(content) {
    const size = { 4: content.length, 5: 640, 6: 480 };
    return this.#write(TYPE.PHOTO, { 2: 0, 3: sha256(content), ...size, 7: Date.now(), 8: 0 });
  }
}
