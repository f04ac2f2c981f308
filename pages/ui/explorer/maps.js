// A map: every sequence or frame a point, the selected ones streaks through their frames.

const GREY = "rgb(128, 136, 150)";
const RAMP = [[0, "#00224e"], [0.25, "#35456c"], [0.5, "#7d7c78"], [0.75, "#bcaf6f"], [1, "#fee838"]];
const RANKS = [[0, "#2f6fe0"], [0.5, "#c05a9c"], [1, "#f0a020"]];
const MARGIN = 4; // pixels around a plot
const FAINT = 0.08; // opacity of what lies outside of a lasso
const AROUND_ALL = 0.05; // room beyond the outermost frames; share of the width of all

class ScatterMap {
  // `report` is told of what the user does: hover(point or null, event), click(point),
  // region(name of the map, polygon or null).
  // `faces` are the pictures of frames: `on`, and `of` a place, where there is one.
  constructor(panel, report, faces) {
    this.panel = panel;
    this.name = panel.dataset.map;
    this.report = report;
    this.plot = panel.querySelector(".plot");
    this.mode = "zoom";
    this.plot.addEventListener("pointermove", (event) => (this.moved = event));
    // Plotly says nothing where the plot was drawn anew below the pointer.
    this.plot.addEventListener("pointerleave", () => report.hover(null));
    this.plot.addEventListener("pointerdown", (event) => this.press(event), { capture: true });
    this.numbers = new Numbers(this.plot, this.margin(), faces);
  }

  margin() {
    return MARGIN;
  }

  // Draw what there is; Plotly keeps the zoom, and redraws only what changed.
  draw(Plotly, scene) {
    const map = scene.frames.xy[this.name];
    this.panel.classList.toggle("waiting", !map);
    if (!map) return this.close(Plotly);
    this.points = scene.points;
    this.home = this.ends(scene);
    const style = getComputedStyle(this.panel);
    this.ink = style.color;
    this.ground = style.getPropertyValue("--st-background-color");
    this.line = style.getPropertyValue("--st-border-color");
    const first = !this.plot.classList.contains("js-plotly-plot");
    const traces = this.traces(placesOf(scene.points, map), map, scene);
    const config = { displayModeBar: false, scrollZoom: false, showTips: false, responsive: true, doubleClick: "reset" };
    Plotly.react(this.plot, traces, this.layout(scene), config);
    if (first) this.listen();
    this.ranks = this.ranked(map, scene);
    this.renumber();
  }

  close(Plotly) {
    this.numbers.clear();
    if (!this.plot.classList.contains("js-plotly-plot")) return;
    Plotly.purge(this.plot);
    this.plot.classList.remove("js-plotly-plot");
  }

  layout(scene) {
    const region = scene.region?.map === this.name ? scene.region : null;
    return {
      autosize: true,
      margin: { l: MARGIN, r: MARGIN, t: MARGIN, b: MARGIN },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      hovermode: "closest",
      dragmode: this.mode,
      uirevision: JSON.stringify(this.ends(scene)), // a zoom stays as long as the places mean the same
      selectionrevision: (this.turn = (this.turn ?? 0) + 1), // what Plotly dims itself does not stay
      xaxis: { visible: false, range: this.ends(scene)[0] },
      yaxis: { visible: false, range: this.ends(scene)[1] },
      newselection: { line: { color: this.ink, width: 1, dash: "dot" } },
      selections: [],
      shapes: region ? [{ type: "path", path: outline(region.polygon), line: { color: this.ink, width: 1, dash: "dot" } }] : [],
    };
  }

  // From where to where the axes go: all frames, whatever is shown of them.
  ends(scene) {
    return scene.frames.limits[this.name].slice(0, 2).map(([low, high]) => {
      const room = AROUND_ALL * (high - low);
      return [low - room, high + room];
    });
  }

  traces(places, map, scene) {
    const focus = scene.focusAt < 0 ? [] : [scene.focusAt];
    this.clouds = this.everything(places, scene);
    return [
      ...this.clouds,
      ...this.streaks(map, scene),
      {
        type: "scattergl",
        mode: "markers",
        x: focus.map((at) => map.x[at]),
        y: focus.map((at) => map.y[at]),
        marker: { size: 16, symbol: "circle-open", line: { width: 2 }, color: this.ink },
        hoverinfo: "skip",
      },
    ];
  }

  // One trace, or the faint and the others. (Of one trace Plotly draws what is selected last,
  // over the streaks.) Each has all points, NaN where it does not show one.
  everything({ x, y }, { points, colour, hidden, inside }) {
    const marker = { size: points.count > 20000 ? 3 : 5, ...colouring(colour) };
    const cloud = (shows, more) => ({
      ...{ type: "scattergl", mode: "markers", x: shows ? x.map((value, i) => (shows(i) ? value : NaN)) : x, y },
      ...{ marker: { ...marker, ...more }, hoverinfo: "none" },
    });
    if (!inside) return [cloud(hidden && ((i) => !hidden[i]))];
    return [cloud((i) => !hidden?.[i] && !inside[i], { opacity: FAINT }), cloud((i) => !hidden?.[i] && inside[i])];
  }

  streaks(map, scene) {
    return streakTraces(map, scene).map((trace) => ({ ...trace, type: "scattergl", marker: { ...trace.marker, size: 8, line: { color: this.ground, width: 1 } } }));
  }

  // Where the ranks belong: at the middle frames of the selected sequences.
  ranked(map, { selected }) {
    return selected.filter((item) => !item.hidden).map((item) => {
      const { streak, rank, colour } = item;
      const at = streak[streak.length >> 1];
      return { x: map.x[at], y: map.y[at], z: map.z?.[at], rank, colour, frame: middleOf(item) };
    });
  }

  // The place that a point of a trace stands for; null for decoration.
  placeOf(point) {
    if (point.customdata) return point.customdata;
    if (point.curveNumber >= this.clouds.length) return null;
    const { video, start } = this.points;
    return { video: video[point.pointNumber], start: start[point.pointNumber] };
  }

  // A picture lets the pointer through, so that a lasso can begin on it; a click is its own.
  press(down) {
    const frame = this.numbers.at(down);
    if (!frame) return;
    const up = ({ clientX, clientY }) => {
      if (Math.hypot(clientX - down.clientX, clientY - down.clientY) <= DRAG_FROM) this.report.click(frame);
    };
    window.addEventListener("pointerup", up, { once: true, capture: true });
  }

  listen() {
    this.plot.on("plotly_hover", (event) => {
      // Plotly tells it again at every redraw, also when the pointer has long gone.
      if (this.plot.matches(":hover")) this.report.hover(this.placeOf(event.points[0]), event.event ?? this.moved);
    });
    this.plot.on("plotly_unhover", () => this.report.hover(null));
    this.plot.on("plotly_click", (event) => {
      if (!this.numbers.at(event.event)) this.report.click(this.placeOf(event.points[0]));
    });
    this.plot.on("plotly_selected", (event) => {
      if (!event) return;
      const { lassoPoints: lasso, range } = event;
      if (lasso) this.report.region(this.name, lasso.x.map((x, i) => [x, lasso.y[i]]));
      else if (range) {
        const [[left, right], [low, high]] = [range.x, range.y];
        this.report.region(this.name, [[left, low], [right, low], [right, high], [left, high]]);
      }
    });
    this.plot.on("plotly_deselect", () => this.report.region(this.name, null));
    this.plot.on("plotly_relayouting", (moved) => this.renumber(moved));
    this.plot.on("plotly_relayout", (moved) => this.renumber(moved));
  }

  // While the map is moved, Plotly tells the ends of the axes that move; it has the others.
  renumber(moved = {}) {
    if (!this.ranks || !this.plot.classList.contains("js-plotly-plot")) return;
    const ends = (axis) => [0, 1].map((end) => moved[`${axis}.range[${end}]`] ?? this.plot.layout[axis].range[end]);
    this.numbers.show(this.ranks, [ends("xaxis"), ends("yaxis")]);
  }

  // What dragging does: "zoom", "pan", "lasso", "select" (a box).
  drag(Plotly, mode) {
    this.mode = mode;
    if (this.plot.classList.contains("js-plotly-plot")) Plotly.relayout(this.plot, { dragmode: mode });
  }

  reset(Plotly) {
    if (!this.plot.classList.contains("js-plotly-plot")) return;
    const [x, y] = this.home;
    Plotly.relayout(this.plot, { "xaxis.range": x, "yaxis.range": y });
  }
}

// Lines through the frames of the selected sequences, one trace for each colour.
function streakTraces(map, { selected }) {
  const colours = new Map();
  for (const item of selected) {
    if (item.hidden) continue;
    const trace = colours.get(item.colour) ?? { x: [], y: [], z: [], customdata: [] };
    colours.set(item.colour, trace);
    for (const at of [...item.streak, null]) {
      for (const axis of ["x", "y", "z"]) trace[axis].push(at === null ? null : map[axis]?.[at]);
      trace.customdata.push(at === null ? null : item);
    }
  }
  return [...colours].map(([color, { z, ...trace }]) => ({
    mode: "lines+markers",
    ...trace,
    ...(map.z ? { z } : {}),
    line: { color, width: 2 },
    marker: { color },
    hoverinfo: "none",
  }));
}

// A polygon as the path of a shape.
function outline(polygon) {
  return `M${polygon.map(([x, y]) => `${x},${y}`).join("L")}Z`;
}

function colouring(colour) {
  if (colour.kind === "scale") {
    return { color: colour.values, colorscale: RAMP, cmin: 0, cmax: 15, opacity: 0.8 };
  }
  if (colour.kind !== "groups") return { color: GREY, opacity: 0.5 };
  return { color: Array.from(colour.values, (group) => colour.colours[group % colour.colours.length]), opacity: 0.6 };
}
