// Measures of a selection: a number, and where it lies beside random and uniform selections.

function element(kind, name, words = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = words;
  return made;
}

function drawn({ name, value, about, random, uniform, at }) {
  const cell = element("div", "measure");
  const words = element("div", "words");
  const line = element("div", "line");
  const note = element("div", "note");
  if (random) note.append(`random ${random} · ◇ `, element("span", "word", "uniform "), uniform);
  words.append(element("span", "name", name), element("span", "value", value));
  if (at) {
    const places = {
      band: { left: at.low, width: at.high - at.low },
      uniform: { left: at.uniform },
      own: { left: at.value },
    };
    for (const [what, place] of Object.entries(places)) {
      const mark = line.appendChild(element("i", what));
      for (const [side, share] of Object.entries(place)) mark.style[side] = `${100 * share}%`;
    }
  }
  cell.append(words);
  if (at) cell.append(line, note);
  cell.title = about;
  cell.role = "listitem";
  cell.ariaLabel = [`${name} ${value}`, random && `random ${random}, uniform ${uniform}`, about].filter(Boolean).join(". ");
  return cell;
}

export default function ({ data, parentElement }) {
  parentElement.querySelector(".measures").replaceChildren(...data.measures.map(drawn));
}
