// A pill in the header: the work in progress, in words, with a ring that fills.

const ADDRESS = "api/work"; // every page of the app lies one level deep
const PAUSE = 3000; // milliseconds between two looks
const BLINK = 500; // milliseconds between two glances at what else is on the page
const open = new WeakMap();

class Indicator {
  constructor(pill) {
    this.pill = pill;
    this.seen = () => this.look();
    document.addEventListener("visibilitychange", this.seen);
    this.timer = setInterval(this.seen, PAUSE);
    this.blink = setInterval(() => this.write(), BLINK);
  }

  close() {
    document.removeEventListener("visibilitychange", this.seen);
    clearInterval(this.timer);
    clearInterval(this.blink);
  }

  // A page that nobody sees does not look; it does so at once when it is seen again.
  async look() {
    if (document.hidden || this.looking) return;
    this.looking = true;
    try {
      const headers = { "X-Seqsel-Work": this.data.pass };
      const answer = await fetch(ADDRESS, { headers, cache: "no-store" });
      if (answer.ok) this.take(await answer.json());
    } catch {
      // The server is away: the page says so.
    } finally {
      this.looking = false;
    }
  }

  take({ shown, embedding }) {
    this.draw(shown);
    const dataset = new URLSearchParams(location.search).get("dataset");
    const known = this.data.look.embedding[dataset] ?? []; // when the page ran
    const begun = (embedding[dataset] ?? []).filter((job) => !known.includes(job));
    if (begun.length) this.keep("begun", begun);
  }

  draw(shown) {
    const { pill } = this;
    pill.hidden = !shown.words;
    if (pill.hidden) return;
    this.shown = shown;
    this.write();
    pill.classList.toggle("failed", shown.failed);
    pill.classList.toggle("unknown", shown.share === null);
    pill.style.setProperty("--share", shown.share ?? 0.25);
  }

  // Where the panel of the job is on the page, it has the numbers: it is drawn at other moments,
  // and two numbers for one thing would differ.
  write() {
    if (!this.shown?.words) return;
    const told = document.querySelector(`.st-key-bar_${this.shown.job}`);
    const { words, short } = told ? { words: this.shown.told, short: "" } : this.shown;
    for (const [name, text] of [["what", words], ["short", short]]) {
      const place = this.pill.querySelector(`.${name}`);
      if (place.textContent !== text) place.textContent = text;
    }
  }
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const pill = parentElement.querySelector(".pill");
  open.get(pill)?.close();
  const indicator = new Indicator(pill);
  open.set(pill, indicator);
  Object.assign(indicator, { data, keep: setStateValue });
  pill.onclick = () => setTriggerValue("open", true);
  indicator.draw(data.look.shown);
  return () => indicator.close();
}
