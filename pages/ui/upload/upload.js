// The form of the upload: where files are dropped, and how far each is.

const SHOWN = 200; // rows
const PAUSE = 200; // milliseconds between two drawings
const PATIENCE = 3000; // milliseconds until something is told again
const views = new WeakMap();

class View {
  constructor(root, upload) {
    Object.assign(this, { root, upload, drawn: 0 });
    this.zone = root.querySelector(".zone");
    for (const input of root.querySelectorAll("input")) {
      root.querySelector(`[data-choose=${input.className}]`).onclick = () => input.click();
      input.onchange = () => {
        this.add([...input.files].map((file) => [file.webkitRelativePath || file.name, file]));
        input.value = "";
      };
    }
    root.querySelector("[data-do=cancel]").onclick = () => upload.cancel();
    root.querySelector("[data-do=retry]").onclick = () => upload.retry();
    this.watchDrops();
  }

  watchDrops() {
    let inside = 0;
    const over = (change) => {
      inside = Math.max(0, inside + change);
      this.zone.classList.toggle("over", inside > 0);
    };
    this.zone.ondragenter = (event) => (event.preventDefault(), over(1));
    this.zone.ondragover = (event) => event.preventDefault();
    this.zone.ondragleave = () => over(-1);
    this.zone.ondrop = async (event) => {
      event.preventDefault();
      over(-inside);
      const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
      const dropped = items.map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
      this.add((await Promise.all(dropped.map(filesOf))).flat());
    };
  }

  add(files) {
    this.upload.add(files);
  }

  // What the page sends: limits, a ticket that was asked for, an upload that is over.
  show(data, send) {
    this.data = data;
    this.send = send;
    this.root.querySelector(".hint").textContent = data.hint;
    this.upload.changed = () => this.changed();
    if (data.ended && data.ended === this.upload.ticket) this.upload.clear();
    this.upload.take(data.ticket, data.turn);
    this.changed();
  }

  changed() {
    const told = JSON.stringify(this.upload.told);
    const last = this.last ?? JSON.stringify(this.data.told);
    this.last = told; // before it is sent: that draws again
    if (told !== last) this.send(this.upload.told);
    this.insist();
    if (this.timer) return;
    const wait = Math.max(0, this.drawn + PAUSE - performance.now());
    this.timer = setTimeout(() => {
      this.timer = 0;
      this.drawn = performance.now();
      this.draw();
    }, wait);
  }

  // What is told while the page draws may be lost: it is told until the page says it back.
  insist() {
    clearTimeout(this.doubt);
    if (JSON.stringify(this.data.told) === JSON.stringify(this.upload.told)) return;
    this.doubt = setTimeout(() => {
      this.again = (this.again ?? 0) + 1;
      this.send({ ...this.upload.told, again: this.again });
      this.insist();
    }, PATIENCE);
  }

  draw() {
    const { upload, root } = this;
    const { entries } = upload;
    const whole = sum(entries, (entry) => entry.size);
    const sent = sum(entries, (entry) => upload.sent(entry));
    const done = entries.filter((entry) => entry.state === "done").length;
    const failed = entries.filter((entry) => entry.state === "failed");
    root.querySelector(".all").hidden = !entries.length;
    root.querySelector(".what").textContent = upload.busy
      ? `Uploading ${(done + 1).toLocaleString("en")} of ${count(entries.length, "file")}`
      : `${count(done, "file")} uploaded${failed.length ? `, ${failed.length.toLocaleString("en")} not` : ""}`;
    root.querySelector(".numbers").textContent = this.numbers(sent, whole);
    bar(root.querySelector(".all .bar"), whole ? sent / whole : 1);
    root.querySelector("[data-do=cancel]").textContent = upload.busy ? "Cancel" : "Remove all";
    root.querySelector("[data-do=retry]").hidden = !failed.length || upload.busy;
    root.querySelector(".stay").hidden = !upload.busy;
    const reasons = [...new Set(failed.map((entry) => entry.reason))];
    say(root.querySelector(".trouble"), upload.trouble || (reasons.length === 1 && failed.length > 1 ? reasons[0] : ""));
    say(root.querySelector(".left-out"), this.leftOut());
    this.drawRows(reasons.length === 1 && failed.length > 1);
  }

  numbers(sent, whole) {
    if (!this.upload.busy) return size(sent);
    const rate = this.upload.rate(sent);
    const parts = [`${size(sent)} of ${size(whole)}`];
    if (rate > 0) parts.push(`${size(rate)}/s`, `${duration((whole - sent) / rate)} left`);
    return parts.join(" · ");
  }

  leftOut() {
    const by = new Map();
    for (const [name, reason] of this.upload.leftOut) by.set(reason, [...(by.get(reason) ?? []), name]);
    const sentences = [...by].map(([reason, names]) => {
      const few = names.slice(0, 5).map(printable).join(", ");
      const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
      return `${few}${more} (${reason})`;
    });
    return sentences.length ? `Left out: ${sentences.join("; ")}.` : "";
  }

  // A row for each video, and for each folder of frames.
  drawRows(told) {
    const rows = new Map();
    for (const entry of this.upload.entries) {
      const ending = entry.name.split(".").pop().toLowerCase();
      const key = this.data.frames.includes(ending) ? `${entry.name.split("/").slice(0, -1).join("/")}/` : identity(entry);
      if (!rows.has(key)) rows.set(key, { key, entries: [] });
      rows.get(key).entries.push(entry);
    }
    const list = this.root.querySelector("ul");
    const shown = [...rows.values()].slice(0, SHOWN);
    shown.forEach((row, position) => {
      const item = list.children[position] ?? list.appendChild(this.newRow());
      this.drawRow(item, row, told);
    });
    while (list.children.length > shown.length) list.lastChild.remove();
    say(this.root.querySelector(".more"), rows.size > SHOWN ? `and ${count(rows.size - SHOWN, "video")} more` : "");
  }

  newRow() {
    const item = this.root.querySelector("template").content.firstElementChild.cloneNode(true);
    item.querySelector("button").onclick = () => this.upload.remove(item.entries);
    return item;
  }

  drawRow(item, { key, entries }, told) {
    const [first] = entries;
    const folder = key.endsWith("/") && entries.every((entry) => !entry.name.endsWith(key));
    const name = printable(folder ? key.slice(0, -1) || "Frames" : first.name);
    const whole = sum(entries, (entry) => entry.size);
    const sent = sum(entries, (entry) => this.upload.sent(entry));
    const failed = entries.find((entry) => entry.state === "failed");
    const done = entries.every((entry) => entry.state === "done");
    item.entries = entries;
    item.className = failed ? "failed" : done ? "done" : "";
    item.querySelector(".name").textContent = name;
    item.querySelector(".name").title = name;
    item.querySelector("button").setAttribute("aria-label", `Remove ${name}`);
    const frames = folder ? `${count(entries.length, "frame")}, ` : "";
    const far = done ? `${frames}${size(whole)}` : sent ? `${frames}${size(sent)} of ${size(whole)}` : `${frames}${size(whole)}`;
    item.querySelector(".state").textContent = failed ? "Not uploaded" : far;
    say(item.querySelector(".reason"), failed && !told ? failed.reason : "");
    item.querySelector(".bar").hidden = done || Boolean(failed) || !sent;
    bar(item.querySelector(".bar"), whole ? sent / whole : 1);
  }
}

// All files below what was dropped: [name, File].
async function filesOf(entry) {
  if (!entry || entry instanceof File) return entry ? [[entry.name, entry]] : [];
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    return file ? [[entry.fullPath.slice(1), file]] : [];
  }
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const some = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!some.length) return found;
    found.push(...(await Promise.all(some.map(filesOf))).flat());
  }
}

function say(element, words) {
  element.hidden = !words;
  if (element.textContent !== words) element.textContent = words;
}

function bar(element, share) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  element.setAttribute("aria-valuenow", percent);
  element.firstElementChild.style.width = `${percent}%`;
}

function sum(items, value) {
  return items.reduce((total, item) => total + value(item), 0);
}

function count(number, noun) {
  return `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;
}

function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let step = 0;
  let value = bytes;
  for (; value >= 999.5 && step < 4; step += 1) value /= 1000;
  return `${step ? value.toPrecision(3) : Math.round(value)} ${units[step]}`;
}

function duration(seconds) {
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// A name in which everything can be seen, on one line.
function printable(name) {
  return name.replace(/(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0).toString(16);
    return code.length > 4 ? `\\U${code.padStart(8, "0")}` : code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

export default function ({ parentElement, data, setStateValue }) {
  const root = parentElement.querySelector(".upload");
  const upload = (globalThis[Symbol.for("seqsel upload")] ??= new Upload());
  if (!views.has(root)) views.set(root, new View(root, upload));
  const view = views.get(root);
  view.show(data, (told) => setStateValue("told", told));
  const { changed } = upload;
  return () => {
    clearTimeout(view.doubt);
    if (upload.changed === changed) upload.changed = () => {}; // not what was drawn since
  };
}
