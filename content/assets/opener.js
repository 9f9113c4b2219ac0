// The page that opens a contacts bag. `undersigned` is the program that `npm run handover:open` runs too; this only asks
// it, and shows what it gives. Nothing is kept: no storage, no cookie, no address with anything in it.
(() => {
  const page = document.querySelector("[data-opener]");
  const form = page.querySelector("form");
  const answer = page.querySelector("[data-answer]");
  const opened = page.querySelector("[data-opened]");
  const root = document.documentElement;
  /** Rows of a table on the page; a browser is slow with many more. */
  const SHOWN = 200;

  // ---- what is said: a template with the words of every language ----
  const fillIn = (element, values) => {
    for (const slot of element.querySelectorAll("[data-fill]")) {
      const value = values[slot.dataset.fill];
      const lang = slot.closest("[data-in]")?.dataset.in;
      slot.textContent =
        typeof value === "function" ? value(lang) : typeof value === "number" ? value.toLocaleString(lang) : value;
    }
    return element;
  };
  const show = (name, values = {}) =>
    fillIn(page.querySelector(`template[data-message="${name}"]`).content.firstElementChild.cloneNode(true), values);

  for (const button of page.querySelectorAll("[data-to]")) {
    button.addEventListener("click", () => {
      root.lang = button.dataset.to;
      root.dir = button.dataset.dir;
      document.title = button.dataset.title;
    });
  }

  // ---- files that are saved are made in memory, and forgotten with the next opening ----
  let urls = [];
  const saveAs = (link, name, parts) => {
    const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
    urls.push(url);
    link.href = url;
    link.download = name;
    fillIn(link, { file: name });
  };
  const clear = () => {
    for (const url of urls) URL.revokeObjectURL(url);
    urls = [];
    opened.hidden = true;
    opened.querySelector("[data-tables]").replaceChildren();
    for (const report of opened.querySelectorAll("[data-report]")) report.textContent = "";
  };

  const cell = (tag, text) => {
    const element = document.createElement(tag);
    element.dir = "auto";
    element.textContent = text;
    return element;
  };
  const tableOf = ({ name, columns, rows, parts }) => {
    const section = show("table", { file: name, n: rows.length, shown: Math.min(SHOWN, rows.length) });
    section.querySelector(`[data-rows="${rows.length > SHOWN ? "all" : "some"}"]`).remove();
    saveAs(section.querySelector("a"), name, parts);
    section.querySelector(".wide").setAttribute("aria-label", name);
    section.querySelector("thead tr").append(...columns.map((column) => cell("th", column)));
    section.querySelector("tbody").append(
      ...rows.slice(0, SHOWN).map((cells) => {
        const row = document.createElement("tr");
        row.append(...cells.map((text) => cell("td", text)));
        return row;
      }),
    );
    return section;
  };

  const showOpened = ({ tables, reports, right, notRight, departed, left }) => {
    const messages = [show(notRight > 0 ? "bad" : "good", { right, problems: notRight })];
    if (departed > 0) messages.push(show("good_left", { left: departed }));
    answer.replaceChildren(...messages);
    for (const report of opened.querySelectorAll("[data-report]")) report.textContent = reports[report.dataset.in];
    opened.querySelector("[data-tables]").append(...tables.map(tableOf));
    opened.querySelector("[data-left-name]").textContent = left.name;
    saveAs(opened.querySelector("[data-save-left]"), left.name, [left.text]);
    opened.hidden = false;
  };

  // ---- opening ----
  const fileOf = (name) => form.elements[name].files[0];
  const missing = () =>
    (!fileOf("public_bag") && "no_public") ||
    (!fileOf("contacts_bag") && "no_contacts") ||
    (!fileOf("key") && "no_key_file");
  /** A key file has some hundred bytes, and a file of who has left holds a line for each. */
  const textOf = (file) => file.text();

  const open = async () => {
    const lacking = missing();
    if (lacking) return answer.replaceChildren(show(lacking));
    // A browser calls a file empty that is not there any more.
    if (["public_bag", "contacts_bag", "key"].some((name) => fileOf(name).size === 0))
      return answer.replaceChildren(show("gone"));
    let [said, percent] = ["", -1];
    const progress = (step, done, of) => {
      const now = of > 0 ? Math.floor((100 * done) / of) : 100;
      if (said === step && percent === now) return;
      [said, percent] = [step, now];
      const values = { percent: (lang) => (now / 100).toLocaleString(lang, { style: "percent" }) };
      answer.replaceChildren(show(step, values));
    };
    const result = await undersigned.openInPage(
      {
        publicBag: fileOf("public_bag"),
        contacts: fileOf("contacts_bag"),
        identity: await textOf(fileOf("key")),
        left: await Promise.all([...form.elements.left.files].map(textOf)),
      },
      progress,
    );
    if (!result.trouble) return showOpened(result);
    const detail = result.detail ? [show("detail", { detail: result.detail })] : [];
    answer.replaceChildren(show(result.trouble), ...detail);
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clear();
    const fields = form.querySelector("fieldset");
    fields.disabled = true;
    try {
      await open();
    } catch (error) {
      clear();
      const gone = error instanceof DOMException && /^Not(Found|Readable)Error$/.test(error.name);
      answer.replaceChildren(
        show(gone ? "gone" : "trouble"),
        ...(gone ? [] : [show("detail", { detail: String(error) })]),
      );
    } finally {
      fields.disabled = false;
      answer.focus();
    }
  });
  form.hidden = false;
})();
