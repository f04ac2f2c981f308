// One number, moved by a slider or typed into a field.
//
// Each move of the user has a turn, one higher than the last. What the server sends names the
// turn that it answers, and is shown only if that is the newest: while the user is ahead, an
// answer to an earlier move would move the slider back under the hand.

const PAUSE = 100; // milliseconds without a move until it is sent, while the slider is held
const controls = new WeakMap(); // root element -> its control

class Control {
  constructor(root, seen) {
    this.root = root;
    this.range = root.querySelector("input[type=range]");
    this.field = root.querySelector("input[type=number]");
    this.select = root.querySelector("select");
    this.turn = seen;
    this.typing = false;
    this.unit = 0;
    this.range.oninput = () => this.move(this.range.valueAsNumber);
    this.range.onchange = () => this.flush(); // a key was pressed, or the slider let go
    this.field.oninput = () => (this.typing = true);
    this.field.onchange = () => {
      this.typing = false;
      const typed = this.field.valueAsNumber;
      if (Number.isFinite(typed)) this.move(this.counted(typed));
      else this.draw(this.value);
    };
    this.select.onchange = () => {
      this.unit = this.select.selectedIndex;
      this.draw(this.value);
    };
    this.field.onkeydown = (event) => {
      if (event.key !== "Escape") return;
      this.typing = false;
      this.draw(this.value);
    };
  }

  answer(data, send) {
    this.send = send;
    if (data.seen < this.turn) return;
    this.data = data;
    const { label, least, most, most_by_slider, step, units } = data;
    this.root.querySelector(".label").textContent = label;
    this.root.querySelector(".unit").textContent = units[0].name;
    Object.assign(this.range, { min: least, max: most_by_slider, step });
    for (const input of [this.range, this.field]) {
      input.disabled = most <= least;
      input.setAttribute("aria-label", label);
    }
    this.root.classList.toggle("several", units.length > 1);
    if (this.select.options.length !== units.length) {
      this.select.replaceChildren(...units.map((unit) => new Option(unit.name)));
    }
    this.tell(data.note);
    this.draw(data.value);
  }

  // The note stands in the place of the other units, so that nothing below it moves.
  tell(note) {
    this.root.querySelector(".note").textContent = note;
    this.root.classList.toggle("told", note !== "");
  }

  // A number typed in the unit of the field, in the unit of the slider. What is typed in the
  // first units stands as it is, so that a number that cannot be is seen and said; a share of
  // everything is hardly ever a whole number of steps, and goes to the nearest.
  counted(typed) {
    const { per, exact } = this.data.units[this.unit];
    const { step, least, most } = this.data;
    if (exact) return Math.round(typed * per);
    return Math.min(most, Math.max(least, Math.round((typed * per) / step) * step));
  }

  move(value) {
    this.turn += 1;
    this.tell("");
    this.draw(value);
    clearTimeout(this.timer);
    this.unsent = { value, step: this.data.step, turn: this.turn };
    this.timer = setTimeout(() => this.flush(), PAUSE);
  }

  flush() {
    clearTimeout(this.timer);
    if (this.unsent) this.send(this.unsent);
    this.unsent = null;
  }

  draw(value) {
    this.value = value;
    const { least, most, most_by_slider, step, units } = this.data;
    const inUnit = (unit) => Number((value / unit.per).toPrecision(unit.exact ? 12 : 2));
    const words = units.map((unit) => counted(inUnit(unit), unit.name));
    const others = words.filter((_, at) => at !== this.unit);
    this.root.querySelector(".others").textContent = others.map((word) => `= ${word}`).join(" ");
    this.range.value = value;
    this.range.setAttribute("aria-valuetext", words.join(", "));
    const share = (value - least) / (most_by_slider - least);
    this.range.style.setProperty("--share", Math.min(1, Math.max(0, share)));
    const { per, exact } = units[this.unit];
    this.select.selectedIndex = this.unit;
    const limits = { min: exact ? least / per : 0, max: most / per, step: exact ? step / per : "any" };
    Object.assign(this.field, limits);
    if (!this.typing) this.field.value = inUnit(units[this.unit]);
  }
}

// "1 sequence", "20 sequences", "1 % of all frames".
function counted(number, name) {
  const one = number === 1 && /^\w+s$/.test(name);
  return `${number.toLocaleString("en")} ${one ? name.slice(0, -1) : name}`;
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".number-slider");
  if (!controls.has(root)) controls.set(root, new Control(root, data.seen));
  controls.get(root).answer(data, (move) => setStateValue("move", move));
}
