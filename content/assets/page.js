// Helps where it runs; every page works without it. It stores nothing and asks no address for anything.

const all = (selector) => [...document.querySelectorAll(selector)];
const exits = all("[data-exit]");
const said = document.getElementById("said");

/* ---- leaving quickly ---- */

// The page is emptied before the other one comes, which may take long on a slow line, and what was typed goes too:
// a browser fills it in again when somebody goes back.
function leave() {
  for (const form of document.forms) form.reset();
  document.title = "";
  document.querySelector('meta[name="referrer"]')?.setAttribute("content", "no-referrer");
  window.name = "";
  // Nothing is seen meanwhile. Who does not see hears that it has worked.
  const body = document.createElement("body");
  document.documentElement.replaceChildren(body);
  const left = body.appendChild(document.createElement("p"));
  Object.assign(left.style, { position: "absolute", clipPath: "inset(50%)", whiteSpace: "nowrap" });
  left.setAttribute("role", "alert");
  left.textContent = exits[0].dataset.exit;
  location.replace(exits[0].href);
}

for (const exit of exits) {
  exit.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave();
  });
}

// Left Shift, right Shift, left Shift (or the other way round) within three seconds, and nothing in between. A screen
// reader keeps the letter of "Shift and H" to itself, so that a page sees Shift alone each time; but it is the same key,
// as it is in the five presses that turn on Sticky Keys, and what a command leads to is forgotten below.
let sides = [];
const unsay = () => {
  if (said && said.textContent === said.dataset.one) said.textContent = "";
};
const forget = () => {
  sides = [];
  unsay();
};
for (const moved of ["scroll", "focusin", "selectionchange", "pointerdown"])
  document.addEventListener(moved, forget, true);
addEventListener("keydown", ({ key, code, repeat, timeStamp }) => {
  if (key !== "Shift") return forget();
  if (repeat) return;
  if (code === sides.at(-1)?.code) forget();
  sides = [...sides.filter((one) => timeStamp - one.timeStamp < 3000), { code, timeStamp }];
  // What is said twice is heard only if it was gone between.
  if (sides.length === 1) unsay();
});
// Only when the key is up again: with a letter it would have been a capital.
addEventListener("keyup", ({ key }) => {
  if (key !== "Shift" || exits.length === 0) return;
  if (sides.length >= 3) leave();
  else if (sides.length === 2 && said) said.textContent = said.dataset.one;
});

/* ---- one entry in the history for a page, so that going back does not show it after leaving ---- */

for (const link of all('a[href^="#"]')) {
  link.addEventListener("click", (event) => {
    if (!document.getElementById(link.hash.slice(1))) return;
    event.preventDefault();
    location.replace(link.hash);
    document.getElementById(link.hash.slice(1))?.focus();
  });
}

/* ---- a form is sent once: pressing again while the answer is on its way does nothing ---- */

function guard(form, sent) {
  form.toggleAttribute("data-sent", sent);
  // Not disabled: the focus stays where it is.
  for (const button of form.elements) {
    if (button.type !== "submit") continue;
    if (sent) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

// On the window, after what the page's other scripts do with it.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.hasAttribute("data-sent")) return event.preventDefault();
  guard(form, true);
  // The line may have broken.
  setTimeout(() => guard(form, false), 8000);
});

addEventListener("pageshow", ({ persisted }) => {
  if (persisted) for (const form of document.forms) guard(form, false);
});

/* ---- the other language, at the same place ---- */

// The parts of a page have the same ids in every language.
function place() {
  const bar = document.querySelector(".bar")?.getBoundingClientRect().bottom ?? 0;
  if (scrollY < bar) return "";
  const tops = all("main [id]:not(form *, .sign *)").map((part) => [part.id, part.getBoundingClientRect().top]);
  const passed = tops.filter(([, top]) => top <= bar + 40).sort(([, a], [, b]) => a - b);
  return passed.at(-1)?.[0] ?? "";
}

for (const link of all(".langs a")) {
  link.addEventListener("click", () => {
    link.hash = place();
  });
}

/* ---- copying ---- */

for (const tools of all("[data-copy]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn alt small";
  button.textContent = tools.dataset.label;
  button.addEventListener("click", async () => {
    const text = document.getElementById(tools.dataset.copy)?.textContent ?? tools.dataset.copy;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = tools.dataset.done;
      if (said) said.textContent = tools.dataset.done;
    } catch {
      button.remove();
    }
  });
  tools.append(button);
}
