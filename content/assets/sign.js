// Helps the form: it can be filled in and sent without.

const form = document.querySelector("form[data-sign]");
const opened = performance.now();

function hidden(name, value) {
  const field = form.querySelector(`input[name="${name}"]`) ?? form.appendChild(document.createElement("input"));
  Object.assign(field, { type: "hidden", name, value });
}

/* ---- how long it took, in seconds: a program is faster than any person. A form that came back says nothing. ---- */

form?.addEventListener("submit", () => {
  hidden("filled", form.dataset.sign === "first" ? Math.floor((performance.now() - opened) / 1000) : "");
});

/* ---- a proof of work (ALTCHA), where the page asks for one ---- */

const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => Number.parseInt(pair, 16));
const hexOf = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");

async function solve(challenge) {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const start = bytes(nonce);
  const password = new Uint8Array(start.length + 4);
  password.set(start);
  const rule = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
  for (let counter = 0; ; counter++) {
    new DataView(password.buffer).setUint32(start.length, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const derivedKey = hexOf(await crypto.subtle.deriveBits(rule, key, keyLength * 8));
    if (derivedKey.startsWith(keyPrefix)) return { challenge, solution: { counter, derivedKey, time: 0 } };
  }
}

const box = document.getElementById("proof");
// Both of its texts have their room from the beginning, so that nothing moves under a reader's eyes.
if (box && !globalThis.crypto?.subtle) box.hidden = true;
else if (box) {
  solve(JSON.parse(box.dataset.challenge)).then((proof) => {
    hidden("altcha", btoa(JSON.stringify(proof)));
    box.classList.add("done");
  });
}
