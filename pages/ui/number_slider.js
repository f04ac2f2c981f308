// One number, moved by a slider or typed into a field.
//
// Each move of the user has a turn, one higher than the last. What the server sends names the
// turn that it answers, and is shown only if that is the newest: while the user is ahead, an
// answer to an earlier move would move the slider back under the hand.

const PAUSE = 100; // milliseconds without a move until it is sent
const controls = new WeakMap(); // root element -> its control

class Control {
  constructor(root, seen) {
    this.root = root;
    this.range = root.querySelector("input[type=range]");
    this.field = root.querySelector("input[type=number]");
    this.turn = seen;
    this.typing = false;
    this.range.oninput = () => this.move(this.range.valueAsNumber);
    this.field.oninput = () => (this.typing = true);
    this.field.onchange = () => {
      this.typing = false;
      if (Number.isFinite(this.field.valueAsNumber)) this.move(this.field.valueAsNumber);
      else this.draw(this.value);
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
    const { label, least, most, most_by_slider, step } = data;
    this.root.querySelector(".label").textContent = label;
    for (const [input, top] of [[this.range, most_by_slider], [this.field, most]]) {
      Object.assign(input, { min: least, max: top, step, disabled: most <= least });
      input.setAttribute("aria-label", label);
    }
    this.draw(data.value);
  }

  move(value) {
    this.turn += 1;
    this.draw(value);
    clearTimeout(this.timer);
    const move = { value, step: this.data.step, turn: this.turn };
    this.timer = setTimeout(() => this.send(move), PAUSE);
  }

  draw(value) {
    this.value = value;
    const { least, most_by_slider, step, units } = this.data;
    const count = value / step;
    const unit = units[count === 1 ? 0 : 1].replace("{}", count.toLocaleString("en"));
    this.root.querySelector(".unit").textContent = unit;
    this.range.value = value;
    this.range.setAttribute("aria-valuetext", `${value} ${unit}`);
    const share = (value - least) / (most_by_slider - least);
    this.range.style.setProperty("--share", Math.min(1, Math.max(0, share)));
    if (!this.typing) this.field.value = value;
  }
}

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".number-slider");
  if (!controls.has(root)) controls.set(root, new Control(root, data.seen));
  controls.get(root).answer(data, (move) => setStateValue("move", move));
}
