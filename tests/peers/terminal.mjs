// A docking terminal written from drivers/PROTOCOL.md alone: pairing and the course of a docking.

import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { parseArgs } from 'node:util';
import { Line } from './line.mjs';
import { APP_VERSION, SCHEMA_VERSION, Store, sha256 } from './store.mjs';
import { Failure, Talk } from './wire.mjs';

const SUITE = { TLS13: 1, PAIRING: 2 };
const KIND = {
  HELLO: 1, PING: 2, PONG: 3, WELCOME: 4, RESUME: 5, BATCH_OFFER: 6, BATCH_WANT: 7, BATCH_DATA: 8,
  VERDICTS: 9, RECEIPT: 10, NO_MORE: 11, SET_OFFER: 12, SET_WANT: 13, SET_DATA: 14, COMMIT: 15,
  SETS_DONE: 16, SEAL: 17, SAFE: 18, FAILURE: 19, BLOBS_ASK: 20, BLOB_OFFER: 21, BLOB_WANT: 22,
  BLOB_DATA: 23, BLOB_RECEIPT: 24, NO_MORE_BLOBS: 25, PAIR_REQUEST: 30, PAIR_OFFER: 31,
  PAIR_PROOF: 32, PAIR_PLACE: 33, PAIR_DONE: 34,
};
const KNOWN = new Set(Object.values(KIND));
const CODE = {
  PAIRING_REFUSED: 210, MALFORMED: 301, UNKNOWN: 302, UNEXPECTED: 303,
  BATCH_DAMAGED: 501, DATASET_DAMAGED: 502, TERMINAL_FAULT: 511,
};
const CHUNK_BYTES = 4096; // what a cut costs at most
const BLOBS_AT_ONCE = 4;
const NAME = { serial: 'JS-1', model: 'node' };

// Types of the required fields of what a desk sends, by key: n number, b bytes, t text, l list.
const SHAPES = {
  2: '1n', 4: '1t2n3n', 5: '1n2n', 7: '1n2n3b', 9: '1n2l', 10: '1n2b3t4n5n6n', 12: '1t2n3n4b',
  14: '1t2n3b', 15: '', 17: '1n2n', 19: '1n2t3n', 20: '', 22: '1b2n3b', 24: '1b2n',
  31: '1b2n3t4b5n', 33: '1n2n3t4b',
};
const FITS = {
  n: (value) => Number.isInteger(value) && value >= 0, b: Buffer.isBuffer,
  t: (value) => typeof value === 'string', l: Array.isArray,
};

const tell = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

// The next message, which must be one of these kinds.
async function expect(talk, ...kinds) {
  for (;;) {
    const message = await talk.receive();
    check(message);
    const kind = message.get(0);
    if (kind === KIND.FAILURE) throw new Error(`the desk says ${message.get(1)} ${message.get(2)}`);
    if (kinds.includes(kind)) return message;
    if (KNOWN.has(kind)) throw new Failure(CODE.UNEXPECTED, '', kind);
    await talk.send(KIND.FAILURE, { 1: CODE.UNKNOWN, 2: '', 3: kind });
  }
}

function check(message) {
  if (!(message instanceof Map) || !FITS.n(message.get(0))) throw new Failure(CODE.MALFORMED);
  const kind = message.get(0);
  for (const [, key, type] of (SHAPES[kind] ?? '').matchAll(/(\d+)(\w)/g)) {
    if (!FITS[type](message.get(Number(key)))) throw new Failure(CODE.MALFORMED, `key ${key}`, kind);
  }
}

// Chunks from `offset` on, unless the desk's beginning is another one.
async function sendChunks(talk, kind, id, parcel, offset, prefix) {
  const same = offset === 0 || (offset <= parcel.length && sha256(parcel.subarray(0, offset)).equals(prefix));
  for (let at = same ? offset : 0; at < parcel.length; at += CHUNK_BYTES) {
    await talk.send(kind, { 1: id, 2: at, 3: parcel.subarray(at, at + CHUNK_BYTES) });
  }
}

async function pair(talk, store, invitation) {
  const nonce = crypto.randomBytes(16);
  const id = sha256(store.certificate);
  const { place: held, seq } = store.state;
  await talk.send(KIND.PAIR_REQUEST, {
    1: store.certificate, 2: held?.branch ?? 0, 3: held?.terminal ?? 0, 4: held?.epoch ?? 0, 5: seq,
    6: NAME.serial, 7: NAME.model, 8: APP_VERSION, 9: sha256(Buffer.from('tallydock\0commitment\0'), id, nonce),
  });
  const offer = await expect(talk, KIND.PAIR_OFFER);
  const desk = sha256(offer.get(1));
  if (offer.get(5) !== 0 || !desk.equals(invitation.desk)) throw new Failure(CODE.PAIRING_REFUSED);
  const about = sha256(Buffer.from('tallydock\0introduction\0'), desk, id, offer.get(4), nonce);
  const mac = (...parts) => crypto.createHmac('sha256', invitation.secret).update(Buffer.concat(parts)).digest();
  await talk.send(KIND.PAIR_PROOF, { 1: nonce, 2: mac(Buffer.from('terminal'), about) });
  const answer = await expect(talk, KIND.PAIR_PLACE);
  const numbers = Buffer.alloc(4);
  numbers.writeUInt16BE(answer.get(1), 0);
  numbers.writeUInt16BE(answer.get(2), 2);
  if (!mac(Buffer.from('desk'), about, numbers).equals(answer.get(4))) throw new Failure(CODE.PAIRING_REFUSED);
  const place = {
    branch: offer.get(2), terminal: answer.get(1), epoch: answer.get(2), person: answer.get(3),
    desk: offer.get(1).toString('hex'),
  };
  if (!store.mayMove(place)) throw new Failure(CODE.TERMINAL_FAULT);
  store.move(place);
  tell({ event: 'paired', terminal: place.terminal, epoch: place.epoch });
  await talk.send(KIND.PAIR_DONE);
}

// The TLS server's side; the desk is believed by its certificate's very bytes.
async function secure(stream, store) {
  const pem = `-----BEGIN CERTIFICATE-----\n${store.certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const secureContext = tls.createSecureContext({
    key: fs.readFileSync(store.file('key.pem')), cert: pem, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3',
  });
  const options = { isServer: true, requestCert: true, rejectUnauthorized: false, secureContext };
  const socket = new tls.TLSSocket(stream, options);
  const talk = new Talk(socket);
  await new Promise((done, fail) => {
    socket.on('secure', done);
    socket.on('close', () => fail(new Error('no TLS session')));
  });
  if (!socket.getPeerX509Certificate()?.raw.equals(store.desk)) throw new Error('another desk');
  const transcript = sha256(stream.offer, stream.accept);
  await talk.write(transcript);
  if (!(await talk.bytes(32)).equals(transcript)) throw new Error('another connection');
  return talk;
}

async function dock(talk, store) {
  const { place, seq, ticket } = store.state;
  await talk.send(KIND.HELLO, {
    1: place.branch, 2: place.terminal, 3: place.epoch, 4: NAME.serial, 5: NAME.model, 6: APP_VERSION,
    7: SCHEMA_VERSION, 8: place.person, 9: seq, 10: 1, 11: 1, 14: seq ? 1 : 0,
    15: Buffer.from(ticket, 'hex'), ...store.mastersMs(), 18: store.held(),
  });
  for (;;) {
    const message = await expect(talk, KIND.PING, KIND.WELCOME);
    if (message.get(0) === KIND.WELCOME) break;
    await talk.send(KIND.PONG, { 1: message.get(1), 2: Date.now() });
  }
  const received = (await expect(talk, KIND.RESUME)).get(1);
  for (const batch of store.batchesDue(received)) await uploadBatch(talk, store, ...batch);
  await talk.send(KIND.NO_MORE);
  await wait(talk, store, received);
}

async function uploadBatch(talk, store, number, { from, to }, content, parcel) {
  const digest = sha256(content);
  await talk.send(KIND.BATCH_OFFER, {
    1: number, 2: from, 3: to, 4: content.length, 5: digest, 6: parcel.length,
  });
  const verdicts = [];
  for (;;) {
    const message = await expect(talk, KIND.BATCH_WANT, KIND.VERDICTS, KIND.RECEIPT);
    if (message.get(1) !== number) throw new Failure(CODE.MALFORMED);
    if (message.get(0) === KIND.VERDICTS) verdicts.push(...message.get(2));
    if (message.get(0) === KIND.BATCH_WANT) {
      tell({ event: 'batch', number, offset: message.get(2), bytes: parcel.length });
      await sendChunks(talk, KIND.BATCH_DATA, number, parcel, message.get(2), message.get(3));
    }
    if (message.get(0) === KIND.RECEIPT) {
      if (!message.get(2).equals(digest)) throw new Failure(CODE.BATCH_DAMAGED);
      store.noteReceipt(number, message.get(3), message.get(4), verdicts);
      return;
    }
  }
}

// After the upload the desk leads.
async function wait(talk, store, received) {
  const parcels = new Map();
  const kinds = [KIND.SET_OFFER, KIND.SET_DATA, KIND.COMMIT, KIND.BLOBS_ASK, KIND.SEAL];
  for (;;) {
    const message = await expect(talk, ...kinds);
    const kind = message.get(0);
    if (kind === KIND.SET_OFFER) await wantSet(talk, store, parcels, message);
    if (kind === KIND.SET_DATA) stage(parcels, message);
    if (kind === KIND.COMMIT) await adoptSets(talk, store, parcels);
    if (kind === KIND.BLOBS_ASK) await uploadBlobs(talk, store, received);
    if (kind === KIND.SEAL) {
      store.change({ received: message.get(1), ticket: (message.get(3) ?? Buffer.alloc(0)).toString('hex') });
      await talk.send(KIND.SAFE);
      return;
    }
  }
}

async function wantSet(talk, store, parcels, offer) {
  const [name, revision, size, digest, packed] = [1, 2, 3, 4, 5].map((key) => offer.get(key));
  const [base, keyColumns, whole] = [6, 7, 8].map((key) => offer.get(key));
  const held = store.state.sets[name];
  if (held?.revision === revision && held.digest === (whole ?? digest).toString('hex')) {
    await talk.send(KIND.SET_WANT, { 1: name, 2: packed ?? size, 3: digest });
    return;
  }
  tell({ event: 'set', name, packed: packed !== undefined, change: base !== undefined });
  parcels.set(name, { revision, size, digest, packed, base, keyColumns, whole, bytes: Buffer.alloc(0) });
  await talk.send(KIND.SET_WANT, { 1: name, 2: 0, 3: Buffer.alloc(0) });
}

function stage(parcels, message) {
  const parcel = parcels.get(message.get(1));
  if (parcel === undefined || parcel.bytes.length !== message.get(2)) throw new Failure(CODE.DATASET_DAMAGED);
  parcel.bytes = Buffer.concat([parcel.bytes, message.get(3)]);
  if (parcel.bytes.length > (parcel.packed ?? parcel.size)) throw new Failure(CODE.DATASET_DAMAGED);
}

async function adoptSets(talk, store, parcels) {
  try {
    store.adopt(parcels);
  } catch (error) {
    throw new Failure(CODE.DATASET_DAMAGED, error.message);
  }
  parcels.clear();
  await talk.send(KIND.SETS_DONE);
}

async function uploadBlobs(talk, store, received) {
  const due = store.photosDue(received);
  const open = new Map();
  while (due.length || open.size) {
    while (due.length && open.size < BLOBS_AT_ONCE) {
      const blob = due.shift();
      const name = sha256(blob);
      open.set(name.toString('hex'), blob);
      await talk.send(KIND.BLOB_OFFER, { 1: name, 2: blob.length });
    }
    const message = await expect(talk, KIND.BLOB_WANT, KIND.BLOB_RECEIPT);
    const name = message.get(1).toString('hex');
    if (!open.has(name)) throw new Failure(CODE.MALFORMED);
    if (message.get(0) === KIND.BLOB_WANT) {
      await sendChunks(talk, KIND.BLOB_DATA, message.get(1), open.get(name), message.get(2), message.get(3));
    } else {
      store.notePhoto(name);
      open.delete(name);
    }
  }
  await talk.send(KIND.NO_MORE_BLOBS);
}

async function session(stream, host) {
  let talk = null;
  try {
    talk = stream.suite === SUITE.TLS13 ? await secure(stream, host.store) : new Talk(stream);
    if (stream.suite === SUITE.TLS13) {
      await dock(talk, host.store);
      tell({ event: 'safe', lost_pieces: stream.lostPieces });
    } else {
      await pair(talk, host.store, host.invitation);
      host.paired();
    }
  } catch (error) {
    tell({ event: 'ended', why: error.message, code: error.code });
    if (talk === null) stream.destroy();
    else if (error instanceof Failure) talk.send(KIND.FAILURE, { 1: error.code, 2: error.message, 3: error.kind })
      .then(() => stream.end(), () => stream.destroy());
  }
}

// "TALLYDOCK1", then base32 of the desk's device id and a secret.
function readQr(text) {
  if (!text.startsWith('TALLYDOCK1')) throw new Error('no code of a desk');
  const bits = [...text.slice(10)].map((letter) => (
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))).join('');
  const data = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  return { desk: data.subarray(0, 32), secret: data.subarray(32, 48) };
}

function main() {
  const text = { type: 'string' };
  const { values } = parseArgs({ options: { port: text, store: text, pair: text, photo: text, orders: text } });
  const store = new Store(values.store);
  const orders = values.orders ? JSON.parse(fs.readFileSync(values.orders)) : [];
  const photo = values.photo ? fs.readFileSync(values.photo) : null;
  const host = {
    store,
    ended: new Set(),
    invitation: values.pair ? readQr(values.pair) : null,
    accepts: (suite) => (suite === SUITE.TLS13 ? store.desk !== null : suite === SUITE.PAIRING && host.invitation !== null),
    opened: (stream) => session(stream, host),
    paired: () => {
      host.invitation = null;
      store.work(orders, photo);
    },
  };
  if (store.desk !== null) store.work(orders, photo);
  let before = null;
  const server = net.createServer({ noDelay: true }, (socket) => {
    before?.destroy(); // a line has two ends: who comes now has taken the place of who was there
    before = socket;
    new Line(socket, host);
  });
  const { hostname, port } = new URL(values.port.replace('tcp:', 'http:'));
  server.listen(Number(port), hostname, () => tell({ port: `tcp://${hostname}:${server.address().port}` }));
}

main();
