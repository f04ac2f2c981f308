// The maps and the timeline, linked: what is pointed at, chosen or lassoed in one shows in all.
//
// The page is told of `focus` (a sequence that was clicked) and `region` (corners of a lasso or
// box, or a stretch of a lane); never of lists of points. Pictures are fetched apart from it.

const PICTURES = "api/pictures"; // every page of the app lies one level deep
const HOVER_PAUSE = 60; // milliseconds the pointer must rest before a picture is asked for
const FROM_POINTER = 16; // pixels from the pointer to its picture
const MOST_PICTURES = 500; // kept here, so that coming back to one asks nobody
const MOST_FACES = 40; // first selected sequences with a picture on the maps, where there is room
const RANK_SHADES = 12; // colours of the picks by rank
const LIGHT_PAUSE = 150; // milliseconds before what is pointed at in the legend stands out
const explorers = new WeakMap();

class Explorer {
  constructor(root) {
    this.root = root;
    this.tip = root.querySelector(".tip");
    this.pictures = new Map();
    this.coming = new Set(); // keys of pictures that are being fetched
    this.faces = { on: true, of: (place) => this.pictures.get(keyOf(place))?.src };
    this.tip.querySelector("img").onload = () => this.place(); // it has its size only now
    const report = {
      hover: (place, event) => this.hover(place, event),
      click: (place) => place && this.tell("focus", { video: place.video, frame: frameOf(place) }),
      region: (map, polygon) => this.tell("region", polygon && { map, polygon }),
      stretch: (video, start, stop) => this.tell("region", { video, start, stop }),
      changed: () => this.draw(),
      light: (group) => this.light(group),
    };
    this.maps = [...root.querySelectorAll(".map")].map((panel) =>
      panel.classList.contains("solid") ? new SolidMap(panel, report, this.faces) : new ScatterMap(panel, report, this.faces),
    );
    this.tools = new Roving(root.querySelector(".tools"), "button");
    this.timeline = new Timeline(root, report);
    this.legend = new Legend(root.querySelector(".groups"), report);
    for (const button of root.querySelectorAll("[data-drag]")) {
      button.onclick = () => this.drag(button.dataset.drag);
    }
    root.querySelector("[data-do=reset]").onclick = () => this.maps.forEach((map) => map.reset(window.Plotly));
    root.querySelector("[data-do=clear]").onclick = () => this.tell("region", null);
    root.querySelector("[data-do=strips]").onclick = () =>
      document.querySelector(".st-key-strips")?.scrollIntoView({ behavior: "smooth", block: "start" });
    root.querySelector("[data-do=pictures]").onclick = ({ currentTarget: button }) => {
      this.faces.on = !this.faces.on;
      button.setAttribute("aria-pressed", this.faces.on);
      this.maps.forEach((map) => map.renumber());
    };
    this.redraw = () => this.draw();
  }

  // Drawing waits for Plotly and for the points, which come apart from the view.
  open() {
    for (const name of ["seqsel-points", "seqsel-plotly"]) window.addEventListener(name, this.redraw);
  }

  close() {
    for (const name of ["seqsel-points", "seqsel-plotly"]) window.removeEventListener(name, this.redraw);
    clearTimeout(this.timer);
    clearTimeout(this.lighting);
  }

  show(view, keep) {
    if (view.pictures !== this.view?.pictures) {
      this.pictures.clear(); // those of other videos
      this.coming.clear();
    }
    this.view = view;
    this.keep = keep;
    if (view.revision !== this.drawn) this.draw();
  }

  // Fetch the pictures of frames that are not here yet; returns whether any came.
  async fetch(places) {
    const pass = this.view.pictures;
    const keys = places.map(keyOf).filter((key) => !this.pictures.has(key) && !this.coming.has(key));
    if (!keys.length) return false;
    keys.forEach((key) => this.coming.add(key));
    const found = await fetch(`${PICTURES}?at=${keys}`, { headers: { "X-Seqsel-Pictures": pass } })
      .then((answer) => (answer.ok ? answer.json() : []))
      .catch(() => []); // where the server is away, the page says so
    if (pass !== this.view.pictures) return false;
    keys.forEach((key) => this.coming.delete(key));
    for (const picture of found) {
      this.pictures.set(picture.key, picture);
      if (this.pictures.size > MOST_PICTURES) this.pictures.delete(this.pictures.keys().next().value);
      if (picture.key === this.wanted) this.fill(picture);
    }
    return found.length > 0;
  }

  // Fetch the pictures of the first selected sequences.
  async fetchFaces(selected) {
    if (!this.faces.on) return;
    if (await this.fetch(selected.slice(0, MOST_FACES).map(middleOf))) this.maps.forEach((map) => map.renumber());
  }

  draw() {
    const { view } = this;
    const { frames, cut } = window.seqsel ?? {};
    if (!view) return;
    const clear = this.root.querySelector("[data-do=clear]");
    clear.hidden = !view.region;
    if (clear.hidden && clear.tabIndex === 0) this.tools.stop(); // Tab would miss the toolbar
    clear.textContent = view.region?.polygon ? "Clear lasso" : "Clear stretch";
    const strips = this.root.querySelector("[data-do=strips]");
    strips.hidden = clear.hidden;
    strips.textContent = `${view.answer} ↓`;
    strips.title = "Go to their strips";
    this.root.querySelector(".counts").textContent = view.timeline.note;
    for (const panel of this.root.querySelectorAll(".map:not([data-map=umap_k_15])")) {
      panel.hidden = panel.classList.contains("solid") !== view.solid;
    }
    if (frames?.id !== view.frames || cut?.id !== view.cut) {
      this.timeline.draw(view, { selected: this.selected(view), hides: () => false });
      return;
    }
    const points = this.points(view.points, frames, cut);
    const inside = insideOf(view.region, points, frames);
    this.legend.draw(view.colour, points, frames, inside, view.region);
    const hides = (video) => this.legend.hides(video, frames);
    const selected = this.selected(view).map((item) => ({
      ...item,
      hidden: hides(item.video),
      streak: streakOf(frames, item, view.length),
    }));
    this.timeline.draw(view, { selected, hides });
    this.note(points);
    if (!window.Plotly) return;
    const colour = { ...view.colour };
    if (colour.kind === "groups") colour.values = groupsOf(colour.column, points, frames);
    if (colour.values && colour.kind === "scale") colour.values = unpackHalves(colour.values, points.count);
    else if (colour.kind === "scale") colour.kind = "none"; // only the selected ones have it
    const { focus } = view;
    this.scene = {
      points,
      frames,
      colour,
      selected,
      region: view.region,
      inside,
      hidden: this.legend.hidden.size ? Uint8Array.from(points.video, (video) => hides(video)) : null,
      focusAt: focus ? nearestFrame(frames, focus.video, focus.start + (view.length >> 1)) : -1,
    };
    this.drawMaps();
    this.drawn = view.revision;
    this.fetchFaces(selected);
  }

  drawMaps() {
    const lit = this.scene.colour.kind === "groups" ? this.lit : undefined;
    const scene = lit === undefined ? this.scene : litScene(this.scene, lit);
    for (const map of this.maps) {
      if (map.panel.hidden) map.close(window.Plotly);
      else map.draw(window.Plotly, scene);
    }
  }

  // Let one group of the legend stand out on the maps; undefined: none.
  light(group) {
    clearTimeout(this.lighting);
    if (group === this.lit) return;
    this.lighting = setTimeout(() => {
      this.lit = group;
      if (this.scene && window.Plotly) this.drawMaps();
    }, LIGHT_PAUSE);
  }

  // Selected sequences with rank, stop and colour.
  selected({ selected, length, colour, palette }) {
    const shade = (rank) => Math.floor(((rank - 1) * RANK_SHADES) / selected.length) / (RANK_SHADES - 1);
    return selected.map(([video, start], at) => ({
      rank: at + 1,
      video,
      start,
      stop: start + length,
      colour: colour.by_rank ? rampColour(shade(at + 1), RANKS) : palette[video % palette.length],
    }));
  }

  // The selected sequence that holds a frame, if one does.
  pickedAt({ video, frame }) {
    return this.selected(this.view).find((item) => item.video === video && item.start <= frame && frame < item.stop);
  }

  // Worked out again only when there are others.
  points(kind, frames, cut) {
    const key = `${kind}/${frames.id}/${cut.id}`;
    if (this.known?.key !== key) this.known = { key, points: pointsOf(kind, frames, cut) };
    return this.known.points;
  }

  note({ count, total, what }) {
    const [some, all] = [count, total].map((number) => number.toLocaleString("en"));
    this.root.querySelector(".note").textContent = count < total ? `showing ${some} of ${all} ${what}` : "";
  }

  drag(mode) {
    for (const button of this.root.querySelectorAll("[data-drag]")) {
      button.setAttribute("aria-pressed", button.dataset.drag === mode);
    }
    this.maps.forEach((map) => map.drag(window.Plotly, mode));
  }

  // Say what was done. It is kept as state, with a number: a trigger is lost where the next one
  // comes before a busy server has seen it.
  tell(name, value) {
    clearTimeout(this.timer);
    this.turn = (this.turn ?? Date.now()) + 1;
    this.keep(name, { ...(value ?? { cleared: true }), turn: this.turn });
  }

  hover(place, event) {
    clearTimeout(this.timer);
    this.wanted = null;
    this.tip.hidden = true; // until there is something to show
    if (!place) return;
    const frame = frameOf(place);
    const key = keyOf({ video: place.video, frame });
    this.wanted = key;
    this.pointed = { video: place.video, frame };
    this.pointer = event;
    const known = this.pictures.get(key);
    if (known) this.fill(known);
    else this.timer = setTimeout(() => this.fetch([this.pointed]), HOVER_PAUSE);
  }

  fill(picture) {
    this.tip.querySelector(".where").textContent = picture.name;
    this.tip.querySelector(".when").textContent = picture.text;
    const picked = this.pickedAt(this.pointed);
    this.tip.querySelector(".picked").textContent = picked ? `Rank ${picked.rank} of ${this.view.selected.length}` : "";
    const image = this.tip.querySelector("img");
    image.hidden = !picture.src;
    image.alt = `${picture.text} of ${picture.name}`;
    if (picture.src) image.src = picture.src;
    this.tip.hidden = false;
    this.place();
  }

  // Put the picture beside the pointer, where there is room for it.
  place() {
    if (!this.pointer) return;
    const { clientX: x, clientY: y } = this.pointer;
    const box = this.root.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const left = x + FROM_POINTER + width > box.right ? x - FROM_POINTER - width : x + FROM_POINTER;
    const above = y + FROM_POINTER + Math.max(height, 160) > window.innerHeight;
    this.tip.style.left = `${left - box.left}px`;
    this.tip.style.top = `${(above ? y - FROM_POINTER - height : y + FROM_POINTER) - box.top}px`;
  }
}

function frameOf(place) {
  return place.frame ?? place.start;
}

// The frame whose picture stands for a sequence.
function middleOf({ video, start, stop }) {
  return { video, frame: (start + stop) >> 1 };
}

// What tells the picture of a frame from all others.
function keyOf({ video, frame }) {
  return `${video}:${frame}`;
}

// This code is sent once, the view at every move: `view.js` calls it with what is to be drawn.
export default function () {
  window.seqselExplorer = showExplorer;
  window.dispatchEvent(new Event("seqsel-explorer"));
}

function showExplorer({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".explorer");
  if (!explorers.has(root)) explorers.set(root, new Explorer(root));
  const explorer = explorers.get(root);
  explorer.open(); // again each time: it may have been closed in between
  explorer.show(data, setStateValue);
  return () => explorer.close();
}
