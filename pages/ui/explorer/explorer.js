// The maps and the timeline, linked: what is pointed at, chosen or lassoed in one shows in all.
//
// The server is told of `hover` (a frame whose picture is wanted), `focus` (a sequence that was
// clicked) and `region` (corners of a lasso or box); never of lists of points.

const HOVER_PAUSE = 60; // milliseconds the pointer must rest before a picture is asked for
const MOST_PICTURES = 500; // kept here, so that coming back to one asks nobody
const explorers = new WeakMap();

class Explorer {
  constructor(root) {
    this.root = root;
    this.tip = root.querySelector(".tip");
    this.pictures = new Map();
    const report = {
      hover: (place, event) => this.hover(place, event),
      click: (place) => place && this.send("focus", { video: place.video, frame: frameOf(place) }),
      region: (map, polygon) => this.send("region", polygon && { map, polygon }),
    };
    this.maps = [...root.querySelectorAll(".map")].map((panel) => new ScatterMap(panel, panel.dataset.map, report));
    this.timeline = new Timeline(root, report);
    for (const button of root.querySelectorAll("[data-drag]")) {
      button.onclick = () => this.drag(button.dataset.drag);
    }
    root.querySelector("[data-do=reset]").onclick = () => this.maps.forEach((map) => map.reset(window.Plotly));
    root.querySelector("[data-do=clear]").onclick = () => this.send("region", null);
    this.redraw = () => this.draw();
  }

  // Drawing waits for Plotly and for the points, which come apart from the view.
  open() {
    for (const name of ["seqsel-points", "seqsel-plotly"]) window.addEventListener(name, this.redraw);
  }

  close() {
    for (const name of ["seqsel-points", "seqsel-plotly"]) window.removeEventListener(name, this.redraw);
    clearTimeout(this.timer);
  }

  show(view, send) {
    this.view = view;
    this.send = send;
    const { picture } = view;
    if (picture) {
      this.pictures.set(picture.key, picture);
      if (this.pictures.size > MOST_PICTURES) this.pictures.delete(this.pictures.keys().next().value);
      if (picture.key === this.wanted) this.fill(picture);
    }
    // A picture alone changes nothing of what is drawn.
    if (view.revision !== this.drawn) this.draw();
  }

  draw() {
    const { view } = this;
    const points = window.seqselPoints;
    if (!view) return;
    this.timeline.draw(view);
    this.root.querySelector("[data-do=clear]").hidden = !view.region;
    if (!window.Plotly || points?.id !== view.points) return;
    const source = view.region && points.xy[view.region.map];
    const inside = source ? pointsInside(source, view.region.polygon) : null;
    const colour = { ...view.colour };
    if (colour.kind === "groups") colour.values = points[colour.column];
    if (colour.kind === "scale") colour.values = fromBase64(colour.values);
    const drawn = { ...view, colour, inside, region: inside && view.region };
    for (const map of this.maps) map.draw(window.Plotly, points, drawn);
    this.root.querySelector(".note").textContent =
      points.count < points.total
        ? `showing ${points.count.toLocaleString("en")} of ${points.total.toLocaleString("en")}`
        : "";
    this.drawn = view.revision;
  }

  drag(mode) {
    for (const button of this.root.querySelectorAll("[data-drag]")) {
      button.setAttribute("aria-pressed", button.dataset.drag === mode);
    }
    this.maps.forEach((map) => map.drag(window.Plotly, mode));
  }

  hover(place, event) {
    clearTimeout(this.timer);
    this.wanted = null;
    this.tip.hidden = !place;
    if (!place) return;
    const frame = frameOf(place);
    const key = `${place.video}:${frame}`;
    this.wanted = key;
    const known = this.pictures.get(key);
    this.fill(known ?? { key, name: "", text: "", src: "" });
    this.move(event);
    if (!known) this.timer = setTimeout(() => this.send("hover", { video: place.video, frame }), HOVER_PAUSE);
  }

  fill(picture) {
    this.tip.querySelector(".where").textContent = picture.name;
    this.tip.querySelector(".when").textContent = picture.text;
    const image = this.tip.querySelector("img");
    image.hidden = !picture.src;
    if (picture.src) image.src = picture.src;
  }

  move(event) {
    const box = this.root.getBoundingClientRect();
    const left = event.clientX - box.left + 16;
    const flip = left + 240 > box.width;
    this.tip.style.left = `${flip ? left - 32 - 224 : left}px`;
    this.tip.style.top = `${event.clientY - box.top + 16}px`;
  }
}

function frameOf(place) {
  return place.frame ?? place.start;
}

function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".explorer");
  if (!explorers.has(root)) explorers.set(root, new Explorer(root));
  const explorer = explorers.get(root);
  explorer.open(); // again each time: it may have been closed in between
  explorer.show(data, (name, value) => setTriggerValue(name, value ?? { cleared: true }));
  return () => explorer.close();
}
