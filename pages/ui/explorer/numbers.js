// The ranks of the selected sequences on a map: as many numbers as do not touch each other; and
// where there is still room, the picture of a sequence with its number.

const NUMBER_HEIGHT = 16; // pixels, the border included, as in explorer.css
const DIGIT_WIDTH = 7;
const NUMBER_PADDING = 8; // left and right together, borders included
const FACE = [54, 38]; // pixels of a picture, wide and high, borders included
const FROM_PLACE = 5; // pixels around the place of a sequence that stay free
const BETWEEN = 2; // pixels between two numbers
const MOST_TRIED = 300; // sequences in view for which a place is looked for
const AROUND = [[0, -1], [1, -1], [1, 0], [-1, 0], [0, 1], [-1, -1], [1, 1], [-1, 1]];

// Places for numbers beside their sequences, in pixels.
//
// `wanted` are {x, y, text} in order of importance; one for which there is no room is left out.
// Returns one box [left, top, right, bottom] for each, or null.
function placeNumbers(wanted, width, height) {
  const inside = ({ x, y }) => x >= 0 && x <= width && y >= 0 && y <= height;
  const taken = wanted.filter(inside).slice(0, MOST_TRIED).map(({ x, y }) => grown([x, y, x, y], FROM_PLACE));
  let tried = 0;
  return wanted.map((one) => {
    if (!inside(one) || ++tried > MOST_TRIED) return null;
    const wide = NUMBER_PADDING + DIGIT_WIDTH * one.text.length;
    for (const [right, down] of AROUND) {
      const x = one.x + right * (FROM_PLACE + 1 + wide / 2);
      const y = one.y + down * (FROM_PLACE + 1 + NUMBER_HEIGHT / 2);
      const box = [x - wide / 2, y - NUMBER_HEIGHT / 2, x + wide / 2, y + NUMBER_HEIGHT / 2];
      if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) continue;
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(grown(box, BETWEEN));
      return box;
    }
    return null;
  });
}

// Boxes for pictures in the place of numbers, for those that have a number and are `able`: the
// first in the order of importance come first. Returns a box for each, or null.
function placeFaces(wanted, boxes, able, width, height) {
  const near = wanted.map(({ x, y }) => grown([x, y, x, y], FROM_PLACE));
  const taken = boxes.map((box) => box && grown(box, BETWEEN));
  return wanted.map((one, at) => {
    if (!boxes[at] || !able(at)) return null;
    for (const [right, down] of AROUND) {
      const x = one.x + right * (FROM_PLACE + 1 + FACE[0] / 2);
      const y = one.y + down * (FROM_PLACE + 1 + FACE[1] / 2);
      const box = [x - FACE[0] / 2, y - FACE[1] / 2, x + FACE[0] / 2, y + FACE[1] / 2];
      if (box[0] < 0 || box[1] < 0 || box[2] > width || box[3] > height) continue;
      if (taken.some((other, i) => i !== at && other && overlap(box, other))) continue;
      if (near.some((other, i) => i !== at && boxes[i] && overlap(box, other))) continue;
      taken[at] = grown(box, BETWEEN);
      return box;
    }
    return null;
  });
}

function grown([left, top, right, bottom], by) {
  return [left - by, top - by, right + by, bottom + by];
}

function overlap(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}

// The numbers of one map, on a layer above its plot that lets the pointer through.
class Numbers {
  constructor(plot, margin, faces) {
    this.plot = plot;
    this.faces = faces;
    this.hits = [];
    this.images = new Map(); // those that are shown, by their source: to decode them takes time
    this.margin = margin; // pixels on every side of the plot
    this.layer = element("div", "numbers");
    this.layer.setAttribute("aria-hidden", "true"); // pointing, the timeline and the strips tell it
    plot.after(this.layer);
    this.hint = element("span", "hint end");
    plot.closest(".map").querySelector(".head").append(this.hint);
  }

  clear() {
    this.layer.replaceChildren();
    this.hits = [];
    this.hint.textContent = "";
  }

  // The frame whose picture lies under the pointer.
  at({ clientX, clientY }) {
    const { left, top } = this.layer.getBoundingClientRect();
    const [x, y] = [clientX - left, clientY - top];
    return this.hits.find(({ box }) => overlap([x, y, x, y], box))?.frame ?? null;
  }

  // Again after every zoom. `ranked` are {x, y, rank, colour, frame} with their place on the map,
  // best rank first, and the frame that stands for each; `ranges` are the ends of both axes.
  show(ranked, ranges) {
    const { offsetLeft, offsetTop, offsetWidth: width, offsetHeight: height } = this.plot;
    Object.assign(this.layer.style, { left: `${offsetLeft}px`, top: `${offsetTop}px`, width: `${width}px`, height: `${height}px` });
    const [[left, right], [low, high]] = ranges;
    const { margin } = this;
    const wanted = ranked.map(({ x, y, rank }) => ({
      x: margin + ((x - left) / (right - left)) * (width - 2 * margin),
      y: margin + ((high - y) / (high - low)) * (height - 2 * margin),
      text: String(rank),
    }));
    const boxes = placeNumbers(wanted, width, height);
    const able = (at) => this.faces.on && this.faces.of(ranked[at].frame);
    const faces = placeFaces(wanted, boxes, able, width, height);
    this.hits = faces.flatMap((box, at) => (box ? [{ box, frame: ranked[at].frame }] : []));
    const before = this.images;
    this.images = new Map();
    const made = boxes.flatMap((box, at) => {
      if (faces[at]) return [this.face(faces[at], ranked[at], before)];
      return box ? [this.number(box, ranked[at])] : [];
    });
    this.layer.replaceChildren(...made);
    const inView = wanted.filter(({ x, y }) => x >= 0 && x <= width && y >= 0 && y <= height).length;
    const missing = inView - made.length;
    const room = `${made.length} of ${inView.toLocaleString("en")} ranks have room: zoom in for the rest`;
    this.hint.textContent = missing ? room : "";
  }

  number([left, top, right], { rank, colour }) {
    const made = element("span", "number", rank);
    Object.assign(made.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px` });
    made.style.setProperty("--colour", colour);
    return made;
  }

  // `before` are the images that were shown, to be shown again.
  face([left, top, right, bottom], { rank, colour, frame }, before) {
    const made = element("span", "face");
    const src = this.faces.of(frame);
    const image = before.get(src) ?? Object.assign(element("img", ""), { src, alt: "" });
    this.images.set(src, image);
    made.append(image, this.number([0, 0, NUMBER_PADDING + DIGIT_WIDTH * String(rank).length], { rank, colour }));
    Object.assign(made.style, { left: `${left}px`, top: `${top}px`, width: `${right - left}px`, height: `${bottom - top}px` });
    made.style.setProperty("--colour", colour);
    return made;
  }
}
