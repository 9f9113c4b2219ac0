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

/* ---- one intent: what is sent from this page with the same words is the same form, however often it is sent ---- */

let opening = opened;

function beginAnew() {
  opening = performance.now();
  const random = String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16)));
  hidden("once", btoa(random).replace(/\+/g, "-").replace(/\//g, "_").slice(0, 22));
}

if (form && !form.querySelector("input[name=once]")) beginAnew();
// A page that comes back after long is the beginning of something else.
addEventListener("pageshow", ({ persisted }) => {
  if (form && persisted && performance.now() - opening > 600_000) beginAnew();
});

/* ---- a proof of work, where the page asks for one ---- */

const proofScript = new URL("proof.js", document.currentScript.src).href;
const box = document.getElementById("proof");

function solveInWorker(challenge) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(proofScript);
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = reject;
    worker.postMessage(challenge);
  });
}

// No worker can be had where the script comes from another host than the page. Then the page does it bit by bit.
function solveInPage(challenge) {
  let since = performance.now();
  const rest = async () => {
    if (performance.now() - since < 20) return;
    await new Promise((resolve) => setTimeout(resolve));
    since = performance.now();
  };
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = () => resolve(globalThis.solve(challenge, rest));
    script.onerror = reject;
    script.src = proofScript;
    document.head.append(script);
  });
}

async function goOn() {
  const say = (state) => {
    box.querySelector("[aria-live]").textContent = box.children[state].textContent;
  };
  let changed = false;
  form.addEventListener("input", () => {
    changed = true;
  });
  say(0);
  const { challenge, goesOn } = box.dataset;
  hidden("altcha", await solveInWorker(challenge).catch(() => solveInPage(challenge)));
  const sends = goesOn !== undefined && !changed;
  say(sends ? 1 : 2);
  if (sends) box.parentElement.querySelector("button").click();
}

if (box) {
  const give = () => {
    box.hidden = true;
  };
  if (globalThis.crypto?.subtle) goOn().catch(give);
  else give();
}
