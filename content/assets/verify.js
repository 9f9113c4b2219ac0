// Recomputes in the reader's browser what the site publishes: the signature of the checkpoint, the root over all entries,
// every attestation, every row of the list against its entry, and the numbers on the pages. Whole files are read, whoever
// asks for what: neither a code nor which row it opens ever leaves this page. Formats: signatures/README.md.
(() => {
  const page = document.querySelector("[data-verify]");
  if (!page || !globalThis.crypto?.subtle) return;
  const { site, vkey, lang } = page.dataset;
  const online = site !== undefined;
  if (online && new URL(site, location.href).origin !== location.origin) return;
  // What only a script can keep is in attributes, which no browser shows.
  const partsOf = (markup) => new DOMParser().parseFromString(markup, "text/html").body.children;
  for (const part of page.querySelectorAll("[data-scripted]")) part.replaceWith(...partsOf(part.dataset.scripted));

  const subtle = crypto.subtle;
  const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const bytesOf = (text) => new TextEncoder().encode(text);
  const join = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
  const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);
  const from64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const to64 = (bytes) => btoa(String.fromCharCode(...bytes));
  const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", bytes));
  const fail = (place) => {
    throw Object.assign(new Error(place), { place });
  };

  // ---- where the files come from: this site, or a folder or bag that the reader chose ----
  const fetched = async (path) => {
    const answer = await fetch(new URL(path, new URL(site, location.href)), { credentials: "omit", cache: "no-cache" });
    if (answer.status === 404 || answer.status === 410) return undefined;
    return answer.ok ? new Uint8Array(await answer.arrayBuffer()) : fail(path);
  };
  const chosen = async (files) => {
    const found = new Map();
    for (const file of files) {
      if (file.name.endsWith(".tar")) await unpack(file, found);
      else found.set(file.webkitRelativePath || file.name, file);
    }
    const mark = [...found.keys()].find((path) => path.endsWith("ledger/checkpoint"));
    if (mark === undefined) fail("ledger/checkpoint");
    const base = mark.slice(0, -"ledger/checkpoint".length);
    return async (path) => {
      const file = found.get(base + path);
      return file && new Uint8Array(await file.arrayBuffer());
    };
  };
  const unpack = async (tar, found) => {
    for (let at = 0; at + 512 <= tar.size; ) {
      const header = utf8.decode(new Uint8Array(await tar.slice(at, at + 512).arrayBuffer()));
      const field = (start, length) => header.slice(start, start + length).split("\0")[0];
      const size = Number.parseInt(field(124, 12), 8) || 0;
      const prefix = field(345, 155);
      if (header[156] === "0")
        found.set((prefix && `${prefix}/`) + field(0, 100), tar.slice(at + 512, at + 512 + size));
      at += 512 + Math.ceil(size / 512) * 512;
    }
  };

  // ---- Ed25519, of the browser or of the file beside this one ----
  let ed25519;
  const verifierOf = async (key) => {
    try {
      const imported = await subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
      return (signature, message) => subtle.verify("Ed25519", imported, signature, message);
    } catch {
      ed25519 ??= globalThis.ed25519 ?? (await import("./ed25519.js"));
      return (signature, message) => ed25519.verifyAsync(signature, message, key).catch(() => false);
    }
  };

  // ---- Merkle tree (RFC 6962): levels from the leaves up; a node without sibling goes up as it is ----
  const levelsOf = async (leaves) => {
    const levels = [leaves];
    while (levels.at(-1).length > 1) {
      const below = levels.at(-1);
      const pairs = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) => below.slice(2 * i, 2 * i + 2));
      levels.push(await Promise.all(pairs.map(([a, b]) => (b ? sha256(join([1], a, b)) : a))));
    }
    return levels;
  };
  const rootOf = async (leaves) => (leaves.length ? (await levelsOf(leaves)).at(-1)[0] : sha256(new Uint8Array()));
  const proofOf = async (index, leaves) =>
    (await levelsOf(leaves)).flatMap((level, i) => level[Math.floor(index / 2 ** i) ^ 1] ?? []).map(to64);

  const openCheckpoint = async (note, place) => {
    const end = note.lastIndexOf("\n\n");
    const text = note.slice(0, end + 1);
    // The key is base64, which may hold more of the signs that stand between.
    const [, name, id, key] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? fail("data-vkey");
    const keyId = Uint8Array.from(id.match(/../g), (hex) => Number.parseInt(hex, 16));
    const line = note
      .slice(end + 2)
      .split("\n")
      .map((one) => one.split(" "))
      .find((one) => one[0] === "—" && one[1] === name && same(from64(one[2]).slice(0, 4), keyId));
    const verify = await verifierOf(from64(key).slice(1));
    if (end < 0 || !line || !(await verify(from64(line[2]).slice(4), bytesOf(text)))) fail(place);
    const [origin, size, root] = text.split("\n");
    if (origin !== name || !/^\d{1,15}$/.test(size)) fail(place);
    return { size: Number(size), root };
  };

  const number = (n) => {
    const groups = String(n)
      .padStart(Math.ceil(String(n).length / 3) * 3, "0")
      .match(/.../g);
    return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join("/");
  };

  /** Reads and checks everything; throws an error with the `place` that is wrong. */
  const checkAll = async (read, progress) => {
    const need = async (path) => (await read(path)) ?? fail(path);
    const keys = JSON.parse(utf8.decode(await need("keys.json")));
    if (keys.ledger !== vkey) fail("keys.json");
    const note = utf8.decode(await need("ledger/checkpoint"));
    const { size, root } = await openCheckpoint(note, "ledger/checkpoint");
    const attested = await verifierOf(from64(keys.attestation));
    const found = { note, size, root, leaves: [], accepts: new Map(), withdrawn: new Set(), rows: new Map() };
    const editions = new Set();
    const end = { bag: undefined, late: false, allowed: false };
    let due = 0;
    const add = async (line, index, place) => {
      const [label, kind, ...words] = line.split(" ");
      if (label !== "undersigned/v1" || due > 0 !== (kind === "accept")) fail(place);
      if (kind === "letter") editions.add(words[0]);
      if (kind === "batch") due = words[0] - words[1] - words[2];
      if (kind === "withdraw") {
        const at = Number(words[0]);
        if (!found.accepts.has(at) || found.withdrawn.has(at)) fail(place);
        found.withdrawn.add(at);
      }
      // The list may be gone when the last entry but for withdrawals is a purge that names the last handover, with no
      // accept between the two.
      if (kind === "purge") end.allowed = words[0] === end.bag && !end.late;
      else if (kind !== "withdraw") end.allowed = false;
      if (kind === "accept") end.late = true;
      if (kind === "handover") [end.bag, end.late] = [words[1], false];
      if (kind !== "accept") return;
      due--;
      found.accepts.set(index, { edition: words[0], commitment: words[1] });
      const text = bytesOf(line.slice(0, line.lastIndexOf(" ")));
      if (!editions.has(words[0]) || !(await attested(from64(words[3]), text))) fail(place);
    };
    for (let n = 0; n * 256 < size; n++) {
      const width = Math.min(256, size - n * 256);
      const path = `ledger/tile/entries/${number(n)}${width < 256 ? `.p/${width}` : ""}`;
      const bundle = await need(path);
      const entries = [];
      for (let at = 0; at < bundle.length; at += 2 + entries.at(-1).length)
        entries.push(bundle.slice(at + 2, at + 2 + bundle[at] * 256 + bundle[at + 1]));
      if (entries.length !== width) fail(path);
      found.leaves.push(...(await Promise.all(entries.map((entry) => sha256(join([0], entry))))));
      await Promise.all(entries.map((entry, i) => add(utf8.decode(entry), n * 256 + i, `${path} (${n * 256 + i})`)));
      progress(found.leaves.length, size);
    }
    if (due > 0 || to64(await rootOf(found.leaves)) !== root) fail("ledger/checkpoint");
    const count = JSON.parse(utf8.decode(await need("count.json")));
    const { taken_down: takenDown } = count;
    if (takenDown) {
      if (takenDown !== true || count.shown !== undefined || !end.allowed) fail("count.json (taken_down)");
      await checkGone(read, size);
    } else {
      for (let n = 0; n * 256 < size; n++) await checkList(need, found, `list/${number(n)}.md`);
      for (const index of found.accepts.keys()) {
        if (!found.withdrawn.has(index) && !found.rows.has(index)) fail(`list/${number(Math.floor(index / 256))}.md`);
      }
    }
    const people = found.accepts.size - found.withdrawn.size;
    const numbers = { accepted: found.accepts.size, withdrawn: found.withdrawn.size, size, root };
    checkCount(count, { ...numbers, listed: takenDown ? 0 : people });
    await checkFront(read, takenDown ? "people" : "listed", people);
    return { ...found, people, takenDown };
  };

  /** A list that was taken down is gone as a whole: its files, and the names on its pages. */
  const checkGone = async (read, size) => {
    for (let n = 0; n * 256 < size; n++) {
      const file = `list/${number(n)}.md`;
      if (await read(file)) fail(file);
      const page = `${lang}/signatures/${n + 1}/index.html`;
      const bytes = await read(page);
      if (bytes && pageOf(bytes).querySelector(".roll, .who, .more")) fail(page);
    }
  };

  const checkList = async (need, found, path) => {
    const lines = utf8
      .decode(await need(path))
      .split("\n")
      .slice(2, -1);
    await Promise.all(
      lines.map(async (line) => {
        const [index, shown, name, language, place, signed, opening] = line.slice(2, -2).split(" | ");
        const accept = found.accepts.get(Number(index));
        if (!accept || found.withdrawn.has(Number(index)) || found.rows.has(Number(index))) fail(`${path} (${index})`);
        found.rows.set(Number(index), { index: Number(index), shown, signed, opening });
        const fields = ["undersigned/v1/public", from64(accept.edition), shown, name, language, place, signed];
        const message = fields.flatMap((field) => {
          const bytes = typeof field === "string" ? bytesOf(field) : field;
          return [bytes.length >> 8, bytes.length & 255, ...bytes];
        });
        const key = await subtle.importKey("raw", from64(opening), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
        const commitment = new Uint8Array(await subtle.sign("HMAC", key, new Uint8Array(message)));
        if (!same(commitment, from64(accept.commitment))) fail(`${path} (${index})`);
      }),
    );
  };

  const checkCount = (count, facts) => {
    for (const [of, value] of Object.entries(facts)) if (count[of] !== value) fail(`count.json (${of})`);
  };

  const pageOf = (bytes) => new DOMParser().parseFromString(utf8.decode(bytes), "text/html");

  const checkFront = async (read, mark, people) => {
    const front = await read(`${lang}/index.html`);
    if (!front) return;
    const told = pageOf(front).querySelectorAll("data.of-listed, data.of-people");
    const value = (element) =>
      Number(element.textContent.replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x6f0).replace(/\D/g, ""));
    if (people > 0 && !told.length) fail(`${lang}/index.html`);
    for (const element of told) {
      if (!element.classList.contains(`of-${mark}`) || value(element) !== people) fail(`${lang}/index.html`);
    }
  };

  // ---- the page ----
  const show = (name, values = {}) => {
    const message = partsOf(page.querySelector(`[data-message="${name}"]`).dataset.text)[0];
    for (const slot of message.querySelectorAll("[data-fill]")) {
      const value = values[slot.dataset.fill];
      slot.textContent = typeof value === "number" ? value.toLocaleString(lang) : value;
    }
    return message;
  };
  const answer = (form, ...messages) => form.querySelector("[data-answer]").replaceChildren(...messages);
  let checked;
  const inputs = [...page.querySelectorAll("[data-files]")];
  const files = () => inputs.flatMap((input) => [...input.files]);
  /** Everything is read and checked once for each source, whatever is asked first. */
  const check = (form) => {
    const progress = (done, size) => answer(form, show("progress", { done, size }));
    checked ??= (online ? Promise.resolve(fetched) : chosen(files())).then((read) => checkAll(read, progress));
    return checked.catch((error) => {
      checked = undefined;
      throw error;
    });
  };
  const wrong = ({ place }) => (place ? show("wrong", { place }) : show("trouble"));

  const on = (name, run) => {
    const form = page.querySelector(`form[data-ask="${name}"]`);
    form?.addEventListener("submit", async (event) => {
      if (event.submitter?.hasAttribute("data-send")) return;
      event.preventDefault();
      answer(form, show("wait"));
      try {
        if (!online && files().length === 0) return answer(form, show("no_files"));
        answer(form, ...(await run(form)));
      } catch (error) {
        answer(form, wrong(error));
      }
    });
  };

  on("all", async (form) => {
    const { accepts, withdrawn, people, takenDown, size, root } = await check(form);
    const numbers = { accepted: accepts.size, withdrawn: withdrawn.size, listed: people, people, size, root };
    return [show(takenDown ? "good_without_list" : "good", numbers)];
  });

  on("own", async (form) => {
    const code = form.elements.code.value
      .normalize("NFKC")
      .replace(/[\s\p{Cf}\p{Pd}_.]/gu, "")
      .replace(/[۰-۹٠-٩]/g, (digit) => digit.charCodeAt(0) & 15)
      .toUpperCase()
      .replace(/O/g, "0")
      .replace(/[IL]/g, "1");
    if (!/^[0-9A-HJKMNP-TV-Z]{26}$/.test(code)) return [show("not_a_code")];
    const found = await check(form);
    if (found.takenDown) return [show("no_list")];
    const key = await subtle.importKey("raw", bytesOf(code), "HKDF", false, ["deriveBits"]);
    const info = bytesOf("undersigned/v1/opening");
    const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info };
    const opening = to64(new Uint8Array(await subtle.deriveBits(how, key, 256)));
    const row = [...found.rows.values()].find((one) => same(from64(one.opening), from64(opening)));
    if (!row) return [show("not_listed")];
    const receipt = show("receipt");
    receipt.querySelector("button").addEventListener("click", async () => {
      const proof = await proofOf(row.index, found.leaves);
      const lines = ["c2sp.org/tlog-proof@v1", `index ${row.index}`, ...proof, "", found.note];
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([lines.join("\n")]));
      link.download = "receipt.tlog-proof";
      link.click();
      URL.revokeObjectURL(link.href);
    });
    return [show("listed", { entry: row.index, size: found.size }), receipt];
  });

  on("kept", async (form) => {
    const [file] = form.elements.kept.files;
    if (!file) return [show("no_kept")];
    let note = await file.text();
    const receipt = note.startsWith("c2sp.org/tlog-proof@v1\n") && note.slice(0, note.indexOf("\n\n"));
    if (receipt) note = note.slice(note.indexOf("\n\n") + 2);
    const old = await openCheckpoint(note, file.name);
    const found = await check(form);
    const leaves = found.leaves.slice(0, old.size);
    if (old.size > found.size || to64(await rootOf(leaves)) !== old.root)
      return [show("rewritten", { size: old.size })];
    if (!receipt) return [show("kept", { size: old.size, added: found.size - old.size })];
    const index = Number(/^index (\d+)$/m.exec(receipt)?.[1]);
    const proof = receipt.split("\n").filter((line) => /^[\w+/]{43}=$/.test(line));
    if (!(index < old.size) || (await proofOf(index, leaves)).join() !== proof.join()) fail(file.name);
    return [show(found.withdrawn.has(index) ? "kept_withdrawn" : "kept_receipt", { entry: index, size: old.size })];
  });

  for (const input of inputs) {
    input.addEventListener("change", () => {
      checked = undefined;
    });
  }
  for (const part of page.querySelectorAll("[data-plain]")) part.hidden = true;
})();
