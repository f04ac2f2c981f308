// One upload of this browser tab: its files, and the one request that is on its way.
//
// It belongs to no page: it goes on while another page of the app is shown. Several small
// files travel in one request, a large one in several. After a broken connection the server
// is asked how much it has.

const LEAST_PIECE = 1 << 18; // bytes of a request: fitted to the connection, within bounds
const MOST_PIECE = 1 << 25;
const LONGEST_WAIT = 15; // seconds between two attempts
const RATE_OVER = 8000; // milliseconds over which the rate is told
const ADDRESS = "api/upload"; // every page of the app lies one level deep

class Upload {
  constructor() {
    this.entries = [];
    this.leftOut = []; // [name, reason]
    this.changed = () => {};
    this.turn = 0; // how often a ticket was asked for
    this.forgetting = 0; // files that the server is asked to forget
    this.piece = 1 << 22;
    this.mostPiece = MOST_PIECE;
    this.clear();
    // What was not added yet is lost with the tab: the browser asks first.
    addEventListener("beforeunload", (event) => this.entries.length && event.preventDefault());
  }

  clear() {
    this.request?.abort();
    Object.assign(this, { entries: [], leftOut: [], ticket: "", trouble: "", running: false, wanted: false });
    Object.assign(this, { flight: null, samples: [], generation: (this.generation ?? 0) + 1 });
  }

  get busy() {
    return this.entries.some((entry) => entry.state === "new" || entry.state === "waiting");
  }

  get told() {
    const complete = this.entries.filter((entry) => entry.state === "done").length;
    return { turn: this.turn, ticket: this.ticket, busy: this.busy || this.forgetting > 0, complete };
  }

  // Files that the user chose: [name, File].
  add(files) {
    const known = new Set(this.entries.map(identity));
    this.leftOut = [];
    for (const [name, file] of files) {
      const entry = { name, file, size: file.size, at: 0, state: "new", reason: "" };
      if (known.has(identity(entry)) || name.split("/").pop().startsWith(".")) continue;
      known.add(identity(entry));
      this.entries.push(entry);
    }
    this.go();
  }

  // The answer of the page to a ticket that was asked for.
  take(ticket, turn) {
    if (this.ticket || turn !== this.turn || !ticket) return;
    Object.assign(this, { ticket, wanted: false });
    this.go();
  }

  go() {
    const begins = this.entries.some((entry) => entry.state === "new");
    if (begins && !this.ticket && !this.wanted) Object.assign(this, { wanted: true, turn: this.turn + 1 });
    this.changed();
    if (this.ticket && this.busy && !this.running) this.run();
  }

  async run() {
    const generation = this.generation;
    const over = () => this.generation !== generation;
    this.running = true;
    let attempt = 0;
    while (!over() && this.ticket && this.busy) {
      const begins = this.entries.some((entry) => entry.state === "new");
      const outcome = await (begins ? this.announce() : this.send());
      if (over()) return;
      if (outcome === "again") {
        this.takeLess(); // some proxies only hang up where a request is too long for them
        const seconds = Math.min(LONGEST_WAIT, 2 ** attempt++);
        this.trouble = `The connection broke. Trying again in ${seconds} s.`;
        this.changed();
        await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
        if (!over()) await this.catchUp();
      } else {
        attempt = 0;
        this.trouble = "";
      }
      if (!over()) this.changed();
    }
    if (over()) return;
    this.running = false;
    this.go();
  }

  async announce() {
    const fresh = this.entries.filter((entry) => entry.state === "new");
    const body = JSON.stringify({ files: fresh.map((entry) => [entry.name, entry.size]) });
    const answer = await this.call("POST", "", body);
    if (answer.aborted) return "done";
    if (answer.status !== 200) return this.refused(answer, fresh);
    fresh.forEach((entry, position) => {
      const verdict = answer.body.files[position];
      if (typeof verdict === "string") {
        entry.state = "gone";
        this.leftOut.push([entry.name, verdict]);
      } else {
        Object.assign(entry, { number: verdict, state: entry.size ? "waiting" : "done" });
      }
    });
    this.entries = this.entries.filter((entry) => entry.state !== "gone");
    return "done";
  }

  async send() {
    const batch = this.batch();
    const [first] = batch;
    const begun = performance.now();
    const body = new Blob(batch.map((entry) => entry.file.slice(entry.at, entry.at + this.piece)));
    this.flight = { batch, loaded: 0 };
    const answer = await this.call("PUT", `?file=${first.number}&at=${first.at}`, body);
    this.flight = null;
    if (answer.aborted) return "done";
    if (answer.status !== 200) return (await this.unreadable(batch)) ? "done" : this.refused(answer, [first]);
    for (const entry of batch) {
      if (entry.number < answer.body.file) Object.assign(entry, { at: entry.size, state: "done" });
      else if (entry.number === answer.body.file) entry.at = answer.body.at;
    }
    const seconds = (performance.now() - begun) / 1000;
    if (seconds < 1) this.piece = Math.min(this.mostPiece, this.piece * 2);
    if (seconds > 6) this.piece = Math.max(LEAST_PIECE, this.piece / 2);
    return "done";
  }

  // The files of the next request: one, or several whose numbers follow each other.
  batch() {
    const batch = [];
    let bytes = 0;
    for (const entry of this.entries) {
      if (!batch.length && entry.state !== "waiting") continue;
      const follows = entry.state === "waiting" && (!batch.length || (entry.number === batch.at(-1).number + 1 && !entry.at));
      if (!follows || (batch.length && bytes + entry.size > this.piece)) break;
      batch.push(entry);
      bytes += entry.size - entry.at;
      if (bytes >= this.piece) break;
    }
    return batch;
  }

  // What the server has of the next file, after a request of which nobody knows how far it came.
  async catchUp() {
    const entry = this.entries.find((one) => one.state === "waiting");
    if (!entry) return;
    const answer = await this.call("GET", `?file=${entry.number}`);
    if (answer.status !== 200) return;
    entry.at = answer.body.at;
    if (entry.at === entry.size) entry.state = "done";
  }

  // Whether a file of the batch can't be read any more; it fails.
  async unreadable(batch) {
    let found = false;
    for (const entry of batch) {
      try {
        await entry.file.slice(entry.at, entry.at + 1).arrayBuffer();
      } catch {
        this.fail([entry], "It cannot be read any more: it was changed, moved or removed.");
        found = true;
      }
    }
    return found;
  }

  refused(answer, entries) {
    const reason = answer.body?.error;
    if (answer.status === 401) {
      this.startOver();
    } else if (answer.status === 413 && !reason && this.piece > LEAST_PIECE) {
      this.takeLess();
    } else if (answer.status === 404) {
      this.fail(entries, "This server takes no uploads. It has to be started with 'make app'.");
    } else if (answer.status === 507 || answer.status === 403) {
      this.fail(this.entries.filter((entry) => entry.state === "new" || entry.state === "waiting"), reason);
    } else if (answer.status >= 400 && answer.status < 500 && answer.status !== 408) {
      this.fail(entries, reason ?? `The server refused it (${answer.status}).`);
    } else {
      return "again";
    }
    return "done";
  }

  takeLess() {
    this.mostPiece = this.piece = Math.max(LEAST_PIECE, this.piece / 2);
  }

  // The server knows nothing of this upload (any more).
  startOver() {
    for (const entry of this.entries) Object.assign(entry, { at: 0, number: undefined, state: "new", reason: "" });
    Object.assign(this, { ticket: "", wanted: false });
  }

  fail(entries, reason) {
    for (const entry of entries) Object.assign(entry, { state: "failed", reason });
  }

  async retry() {
    for (const entry of this.entries.filter((one) => one.state === "failed")) {
      Object.assign(entry, { state: entry.number === undefined ? "new" : "waiting", reason: "" });
    }
    await this.catchUp();
    this.go();
  }

  remove(entries) {
    const going = new Set(entries);
    this.entries = this.entries.filter((entry) => !going.has(entry));
    if (this.flight?.batch.some((entry) => going.has(entry))) this.request.abort();
    for (const entry of entries) if (entry.number !== undefined) this.forget(`?file=${entry.number}`);
    this.go();
  }

  cancel() {
    if (this.ticket) this.forget("");
    this.clear();
    this.changed();
  }

  async forget(query) {
    this.forgetting += 1;
    await this.call("DELETE", query);
    this.forgetting -= 1;
    this.changed();
  }

  // Bytes that came, per entry, with what is on its way.
  sent(entry) {
    if (!this.flight || !this.flight.batch.includes(entry)) return entry.at;
    let loaded = this.flight.loaded;
    for (const one of this.flight.batch) {
      const part = Math.min(loaded, one.size - one.at);
      if (one === entry) return entry.at + part;
      loaded -= part;
    }
    return entry.at;
  }

  // Bytes per second over the last seconds; 0 while it is not known.
  rate(sent) {
    const now = performance.now();
    if (this.samples.at(-1)?.[1] > sent) this.samples = [];
    this.samples.push([now, sent]);
    while (this.samples.length > 2 && now - this.samples[1][0] > RATE_OVER) this.samples.shift();
    const [time, bytes] = this.samples[0];
    return now - time > 1000 ? ((sent - bytes) * 1000) / (now - time) : 0;
  }

  call(method, query, body = null) {
    const generation = this.generation;
    return new Promise((resolve) => {
      const request = new XMLHttpRequest();
      request.open(method, ADDRESS + query);
      request.setRequestHeader("X-Seqsel-Upload", this.ticket);
      request.setRequestHeader("X-Xsrftoken", cookie("_streamlit_xsrf"));
      request.responseType = "json";
      request.onload = () => {
        const aborted = generation !== this.generation; // what it was about is cancelled
        resolve({ status: request.status, body: request.response, aborted });
      };
      request.onerror = () => resolve({ status: 0 });
      request.onabort = () => resolve({ status: 0, aborted: true });
      if (method === "PUT") {
        this.request = request;
        request.upload.onprogress = (event) => {
          if (this.flight) this.flight.loaded = event.loaded;
          this.changed();
        };
      }
      request.send(body);
    });
  }
}

function identity(entry) {
  return `${entry.name}|${entry.size}|${entry.file.lastModified}`;
}

function cookie(name) {
  const found = document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`));
  return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
}
