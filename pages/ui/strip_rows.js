// Sequences in rows, or single frames in a grid. Rows that stay keep their pictures and the focus.

const ACTIONS = {
  look: ["center_focus_strong", "Show in all views"],
  play: ["play_arrow", "Play", "Play these frames"],
  pin: ["keep", "Pin", "Pin: select it in any case"],
  unpin: ["keep_off", "Unpin", "Unpin: leave it to the strategy"],
  replace: ["sync", "Replace", "Replace: take the best other sequence instead; all others stay"],
};

class Row {
  constructor() {
    this.box = made("div", "row");
    const words = made("div", "words");
    this.name = words.appendChild(made("div", "name"));
    this.place = words.appendChild(made("div", "place"));
    this.actions = words.appendChild(made("div", "actions"));
    this.image = made("img", "");
    this.box.append(words, this.image);
  }

  draw(row, single, press) {
    const { size, rank } = row;
    const dot = made("i", "");
    dot.style.setProperty("--colour", row.colour);
    this.name.replaceChildren(...(rank === null ? [] : [dot, `${rank} `]), made("b", "", row.name));
    this.name.title = row.name;
    this.place.replaceChildren(`${row.place}${single ? "" : " · "}`, made("span", "", row.picked));
    if (this.image.getAttribute("src") !== row.address) this.image.src = row.address;
    Object.assign(this.image, { alt: row.alt, width: size[0], height: size[1] });
    const offered = single ? ["look"] : ["look", "play", row.pinned ? "unpin" : "pin", ...(rank === null ? [] : ["replace"])];
    const at = [...this.actions.children].indexOf(document.activeElement);
    this.actions.replaceChildren(...offered.map((what) => button(what, () => press({ what, span: row.span }))));
    this.actions.children[at]?.focus();
  }
}

function button(what, press) {
  const [icon, name, hint = name] = ACTIONS[what];
  const found = made("button", "");
  found.append(made("span", "icon", icon));
  found.firstChild.setAttribute("aria-hidden", "true");
  found.setAttribute("aria-label", name);
  found.title = hint;
  found.onclick = press;
  return found;
}

function made(kind, name, words = "") {
  const found = document.createElement(kind);
  found.className = name;
  found.textContent = words;
  return found;
}

const drawn = new WeakMap(); // root element -> its rows by sequence

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".strip-rows");
  const before = drawn.get(root) ?? new Map();
  const now = new Map();
  for (const row of data.rows) {
    const key = String(row.span);
    const one = before.get(key) ?? new Row();
    one.draw({ ...row, address: new URL(row.address.replace(/^\//, ""), document.baseURI).href }, data.single, (told) => setTriggerValue("pressed", told));
    now.set(key, one);
  }
  drawn.set(root, now);
  root.classList.toggle("single", data.single);
  const boxes = [...now.values()].map(({ box }) => box);
  if (boxes.length === root.children.length && boxes.every((box, at) => box === root.children[at])) return;
  const focused = root.contains(document.activeElement) ? document.activeElement : null;
  root.replaceChildren(...boxes);
  if (focused?.isConnected) focused.focus(); // what is moved loses it
}
