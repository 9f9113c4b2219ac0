// Helps where something is typed: a code takes its one spelling, a name says when it gets too long.

/* ---- codes: one spelling while they are typed, in groups of four ---- */

const legible = (text) =>
  text
    .normalize("NFKC")
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, "")
    .replace(/[۰-۹٠-٩]/g, (digit) => digit.charCodeAt(0) & 15);

const plain = (text) =>
  legible(text)
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toUpperCase();

const grouped = (code) => code.match(/.{1,4}/gu)?.join(" ") ?? "";

// The code in what somebody copied, such as «Code: X» or the whole message; the service reads it in the same way.
function codeIn(typed, length) {
  const codeOf = (text) => {
    if (text.length !== length || /[^0-9A-Za-z]/.test(text)) return undefined;
    const code = text.toUpperCase().replaceAll("O", "0").replace(/[IL]/g, "1");
    return /^[0-9A-HJKMNP-TV-Z]+$/.test(code) ? code : undefined;
  };
  const onlyOne = (codes) => {
    const [code, ...others] = new Set(codes.filter((one) => one !== undefined));
    return others.length === 0 ? code : undefined;
  };
  const text = legible(typed);
  const whole = (part) => codeOf(part.replace(/[^\p{L}\p{N}]/gu, ""));
  const words = text.split(/[^0-9A-Za-z\p{Pd}_.]+/u).map((word) => word.replace(/[^0-9A-Za-z]/g, ""));
  const runs = words.map((_, from) => {
    let run = "";
    for (let at = from; run.length < length && /^[^a-z]+$/.test(words[at] ?? ""); at++) run += words[at];
    return codeOf(run);
  });
  const numbered = words.filter((word) => /\d/.test(word)).map(codeOf);
  return whole(text) ?? onlyOne(runs) ?? whole(text.slice(text.lastIndexOf(":") + 1)) ?? onlyOne(numbered);
}

for (const field of document.querySelectorAll("input[data-code]")) {
  const length = Number(field.dataset.code);
  field.addEventListener("input", (event) => {
    if (event.isComposing) return;
    // A keyboard may put in a whole message at once.
    const code = event.data?.length === 1 ? undefined : codeIn(field.value, length);
    const before = plain(field.value.slice(0, field.selectionStart)).length;
    field.value = grouped(code ?? plain(field.value));
    const caret = code === undefined ? before + Math.floor(Math.max(before - 1, 0) / 4) : field.value.length;
    field.setSelectionRange(caret, caret);
  });
  field.addEventListener("paste", (event) => {
    const code = codeIn(event.clipboardData?.getData("text/plain") ?? "", length);
    if (code === undefined) return;
    event.preventDefault();
    field.value = grouped(code);
  });
}

/* ---- how many characters are left, once it matters ---- */

for (const field of document.querySelectorAll("input[data-max]")) {
  const note = document.getElementById(`${field.id}-left`);
  field.addEventListener("input", () => {
    const left = Number(field.dataset.max) - [...field.value.trim().normalize("NFC")].length;
    const said = `${note.dataset.text} ${left.toLocaleString(document.documentElement.lang)}`;
    note.textContent = left < 20 ? said : "";
  });
}
