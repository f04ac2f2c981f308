// The maps: every sequence a point, the selected ones streaks through their frames.

const GREY = "rgba(128, 136, 150, 0.5)";
const RAMP = [[0, "#00224e"], [0.25, "#35456c"], [0.5, "#7d7c78"], [0.75, "#bcaf6f"], [1, "#fee838"]];
const MOST_RANKS = 60; // more numbers than this hide the points

class ScatterMap {
  // `report` is told of what the user does: hover(point or null, event), click(point),
  // region(polygon or null).
  constructor(panel, name, report) {
    this.panel = panel;
    this.name = name;
    this.report = report;
    this.plot = panel.querySelector(".plot");
    this.mode = "zoom";
  }

  // Draw what there is; Plotly keeps the zoom, and redraws only what changed.
  draw(Plotly, points, view) {
    const here = points.xy[this.name];
    this.panel.classList.toggle("waiting", !here);
    if (!here) return;
    this.points = points;
    const ink = getComputedStyle(this.panel).color;
    const traces = [this.everything(here, points, view)];
    traces.push(...this.streaks(view.selected));
    traces.push(this.ranks(view.selected, ink), this.ring(here, points, view.focus, ink));
    const layout = {
      autosize: true,
      margin: { l: 4, r: 4, t: 4, b: 4 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      hovermode: "closest",
      dragmode: this.mode,
      uirevision: points.id,
      selectionrevision: view.region ? "region" : "none",
      xaxis: { visible: false },
      yaxis: { visible: false },
      newselection: { line: { color: ink, width: 1, dash: "dot" } },
    };
    if (!view.region || view.region.map !== this.name) layout.selections = [];
    const first = !this.plot.classList.contains("js-plotly-plot");
    Plotly.react(this.plot, traces, layout, { displayModeBar: false, responsive: true, doubleClick: "reset" });
    if (first) this.listen();
  }

  everything(here, points, view) {
    const colour = view.colour;
    const marker = { size: points.count > 20000 ? 3 : 5, color: GREY };
    if (colour.kind === "scale") {
      Object.assign(marker, { color: colour.values, colorscale: RAMP, cmin: 0, cmax: 255, opacity: 0.8 });
    } else if (colour.kind === "groups") {
      marker.color = Array.from(colour.values, (group) => colour.colours[group % colour.colours.length]);
      marker.opacity = 0.6;
    }
    const trace = { type: "scattergl", mode: "markers", x: here.x, y: here.y, marker, hoverinfo: "none" };
    if (view.region) {
      trace.selectedpoints = view.inside;
      trace.unselected = { marker: { opacity: 0.08 } };
    }
    return trace;
  }

  streaks(selected) {
    const colours = new Map();
    for (const item of selected) {
      const line = item.streak[this.name];
      if (!line) continue;
      const trace = colours.get(item.colour) ?? { x: [], y: [], customdata: [] };
      colours.set(item.colour, trace);
      for (const [x, y] of line) {
        trace.x.push(x);
        trace.y.push(y);
        trace.customdata.push(item);
      }
      trace.x.push(null);
      trace.y.push(null);
      trace.customdata.push(null);
    }
    return [...colours].map(([color, trace]) => ({
      type: "scattergl",
      mode: "lines+markers",
      ...trace,
      line: { color, width: 2 },
      marker: { color, size: 7 },
      hoverinfo: "none",
    }));
  }

  ranks(selected, ink) {
    const shown = selected.length > MOST_RANKS ? [] : selected.filter((item) => item.streak[this.name]);
    const middle = shown.map((item) => item.streak[this.name][item.streak[this.name].length >> 1]);
    return {
      type: "scatter",
      mode: "text",
      x: middle.map((point) => point[0]),
      y: middle.map((point) => point[1]),
      text: shown.map((item) => String(item.rank)),
      textposition: "top center",
      textfont: { color: ink, size: 12 },
      hoverinfo: "skip",
    };
  }

  ring(here, points, focus, ink) {
    const at = focus ? findPoint(points, focus) : -1;
    return {
      type: "scattergl",
      mode: "markers",
      x: at < 0 ? [] : [here.x[at]],
      y: at < 0 ? [] : [here.y[at]],
      marker: { size: 16, symbol: "circle-open", line: { width: 2 }, color: ink },
      hoverinfo: "skip",
    };
  }

  listen() {
    const pointed = (event) => {
      const point = event.points[0];
      if (point.customdata) return point.customdata;
      if (point.curveNumber !== 0) return null;
      const { video, start } = this.points;
      return { video: video[point.pointIndex], start: start[point.pointIndex] };
    };
    this.plot.on("plotly_hover", (event) => this.report.hover(pointed(event), event.event));
    this.plot.on("plotly_unhover", () => this.report.hover(null));
    this.plot.on("plotly_click", (event) => this.report.click(pointed(event)));
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
  }

  // What dragging does: "zoom", "pan", "lasso", "select" (a box).
  drag(Plotly, mode) {
    this.mode = mode;
    if (this.points) Plotly.relayout(this.plot, { dragmode: mode });
  }

  reset(Plotly) {
    if (this.points) Plotly.relayout(this.plot, { "xaxis.autorange": true, "yaxis.autorange": true });
  }
}

// Index of the sequence of a video that holds a frame (or of the last one before it), or -1.
function findPoint(points, { video, start }) {
  let low = 0;
  let high = points.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    const before = points.video[middle] < video || (points.video[middle] === video && points.start[middle] <= start);
    if (before) low = middle + 1;
    else high = middle;
  }
  return low && points.video[low - 1] === video ? low - 1 : -1;
}

// Indices of the points inside a polygon (even-odd rule).
function pointsInside({ x, y }, polygon) {
  const inside = [];
  for (let i = 0; i < x.length; i++) {
    let odd = false;
    for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
      const [ax, ay] = polygon[a];
      const [bx, by] = polygon[b];
      if (ay > y[i] !== by > y[i] && x[i] < ((bx - ax) * (y[i] - ay)) / (by - ay) + ax) odd = !odd;
    }
    if (odd) inside.push(i);
  }
  return inside;
}
