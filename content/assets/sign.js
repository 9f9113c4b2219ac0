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

/* ---- an address that looks mistyped: asked while it can still be seen, and by the service if this is not heeded ---- */

const isOneSlip = (typed, meant) => {
  let at = 0;
  while (at < typed.length && typed[at] === meant[at]) at++;
  const [rest, its] = [typed.slice(at), meant.slice(at)];
  const turned = rest[0] === its[1] && rest[1] === its[0] && rest.slice(2) === its.slice(2);
  return turned || rest.slice(1) === its || rest === its.slice(1) || rest.slice(1) === its.slice(1);
};

const slip = document.getElementById("email-slip");
slip?.parentElement.querySelector("input[type=email]").addEventListener("change", ({ target }) => {
  const typed = target.value.trim();
  const at = typed.lastIndexOf("@") + 1;
  const domain = typed.slice(at).toLowerCase();
  const isReal = at === 0 || slip.dataset.real.split(" ").includes(domain);
  const meant = isReal ? undefined : slip.dataset.large.split(" ").find((large) => isOneSlip(domain, large));
  slip.replaceChildren();
  if (meant === undefined) return;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "plain", dir: "ltr", textContent: typed.slice(0, at) + meant });
  slip.append(slip.dataset.before, button, slip.dataset.after);
  button.addEventListener("click", () => {
    target.value = button.textContent;
    slip.replaceChildren();
    target.focus();
  });
});

/* ---- the other language: what was typed goes along, but what was agreed to is asked again, in that language ---- */

// The name of a window is in its memory only, and a browser clears it when another site is opened.
const CARRIED = "undersigned:";
const CARRIES = ["shown", "name", "place", "email"];

function carried() {
  const text = window.name.startsWith(CARRIED) ? window.name.slice(CARRIED.length) : "{}";
  window.name = "";
  try {
    return JSON.parse(text) ?? {};
  } catch {
    // Another site can give a window any name.
    return {};
  }
}

const typedBefore = carried();
for (const name of CARRIES) {
  const [field, value] = [form?.elements[name], typedBefore[name]];
  if (field && typeof value === "string") field.value = value;
}

for (const link of document.querySelectorAll(".langs a")) {
  link.addEventListener("click", (event) => {
    if (!form || link.origin !== location.origin || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const typed = [...new FormData(form)].filter(([name]) => CARRIES.includes(name));
    window.name = CARRIED + JSON.stringify(Object.fromEntries(typed));
  });
}

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
