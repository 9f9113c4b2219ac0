// The proof of work that is asked for when many people share a line: scrypt (RFC 7914), in plain script, for browsers
// that run no WebAssembly. It runs as a worker; where none can be had, sign.js loads it into the page.

const ROWS = 2048; // N; with blocks of 1 kB (r = 8) it takes 2 MiB
const WORDS = 256;
const PARTS = 10;
const table = new Int32Array(ROWS * WORDS);
const turn = (word, by) => (word << by) | (word >>> (32 - by));

// Salsa20/8 of `x` xor sixteen words of `from`, into `x`.
function salsa(x, from, at) {
  for (let word = 0; word < 16; word++) x[word] ^= from[at + word];
  let x0 = x[0];
  let x1 = x[1];
  let x2 = x[2];
  let x3 = x[3];
  let x4 = x[4];
  let x5 = x[5];
  let x6 = x[6];
  let x7 = x[7];
  let x8 = x[8];
  let x9 = x[9];
  let xa = x[10];
  let xb = x[11];
  let xc = x[12];
  let xd = x[13];
  let xe = x[14];
  let xf = x[15];
  for (let round = 0; round < 4; round++) {
    x4 ^= turn((x0 + xc) | 0, 7);
    x8 ^= turn((x4 + x0) | 0, 9);
    xc ^= turn((x8 + x4) | 0, 13);
    x0 ^= turn((xc + x8) | 0, 18);
    x9 ^= turn((x5 + x1) | 0, 7);
    xd ^= turn((x9 + x5) | 0, 9);
    x1 ^= turn((xd + x9) | 0, 13);
    x5 ^= turn((x1 + xd) | 0, 18);
    xe ^= turn((xa + x6) | 0, 7);
    x2 ^= turn((xe + xa) | 0, 9);
    x6 ^= turn((x2 + xe) | 0, 13);
    xa ^= turn((x6 + x2) | 0, 18);
    x3 ^= turn((xf + xb) | 0, 7);
    x7 ^= turn((x3 + xf) | 0, 9);
    xb ^= turn((x7 + x3) | 0, 13);
    xf ^= turn((xb + x7) | 0, 18);
    x1 ^= turn((x0 + x3) | 0, 7);
    x2 ^= turn((x1 + x0) | 0, 9);
    x3 ^= turn((x2 + x1) | 0, 13);
    x0 ^= turn((x3 + x2) | 0, 18);
    x6 ^= turn((x5 + x4) | 0, 7);
    x7 ^= turn((x6 + x5) | 0, 9);
    x4 ^= turn((x7 + x6) | 0, 13);
    x5 ^= turn((x4 + x7) | 0, 18);
    xb ^= turn((xa + x9) | 0, 7);
    x8 ^= turn((xb + xa) | 0, 9);
    x9 ^= turn((x8 + xb) | 0, 13);
    xa ^= turn((x9 + x8) | 0, 18);
    xc ^= turn((xf + xe) | 0, 7);
    xd ^= turn((xc + xf) | 0, 9);
    xe ^= turn((xd + xc) | 0, 13);
    xf ^= turn((xe + xd) | 0, 18);
  }
  x[0] += x0;
  x[1] += x1;
  x[2] += x2;
  x[3] += x3;
  x[4] += x4;
  x[5] += x5;
  x[6] += x6;
  x[7] += x7;
  x[8] += x8;
  x[9] += x9;
  x[10] += xa;
  x[11] += xb;
  x[12] += xc;
  x[13] += xd;
  x[14] += xe;
  x[15] += xf;
}

const x = new Int32Array(16);

// Mixes a block; the words of the even parts come first.
function mixBlock(from, to) {
  x.set(from.subarray(WORDS - 16));
  for (let part = 0; part < 16; part++) {
    salsa(x, from, part * 16);
    to.set(x, (part >> 1) * 16 + (part & 1) * (WORDS / 2));
  }
}

async function fillAndMix(block, rest) {
  let [now, next] = [block, new Int32Array(WORDS)];
  for (let row = 0; row < 2 * ROWS; row++) {
    if (row < ROWS) table.set(now, row * WORDS);
    else {
      const at = (now[WORDS - 16] & (ROWS - 1)) * WORDS;
      for (let word = 0; word < WORDS; word++) now[word] ^= table[at + word];
    }
    mixBlock(now, next);
    [now, next] = [next, now];
    if (row % 512 === 511) await rest();
  }
  return now;
}

async function pbkdf2(password, salt, length) {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: 1 }, key, length * 8);
}

async function scrypt(password, rest) {
  const label = new TextEncoder().encode("undersigned/v1/proof");
  const block = await fillAndMix(new Int32Array(await pbkdf2(password, label, WORDS * 4)), rest);
  return new Uint8Array(await pbkdf2(password, block, 16));
}

/** Solves the ten parts of a challenge; `rest` is called often, and lets the page live. */
async function solve(challenge, rest) {
  const [difficulty, , nonce] = challenge.split(":");
  const password = new Uint8Array(24);
  password.set(Uint8Array.from(atob(nonce.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0)));
  const view = new DataView(password.buffer);
  const answer = new Uint8Array(PARTS * 20);
  for (let part = 0; part < PARTS; part++) {
    view.setUint32(16, part);
    for (let counter = 0; ; counter++) {
      view.setUint32(20, counter);
      const key = await scrypt(password, rest);
      if (new DataView(key.buffer).getUint32(0) * difficulty >= 2 ** 32) continue;
      answer.set(password.subarray(20), part * 20);
      answer.set(key, part * 20 + 4);
      break;
    }
  }
  const text = btoa(String.fromCharCode(...answer));
  return `${challenge}:${text.replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "")}`;
}

if (typeof document === "undefined") {
  addEventListener("message", async ({ data }) => postMessage(await solve(data, () => {})));
}
