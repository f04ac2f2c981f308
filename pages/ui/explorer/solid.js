// The map of three axes, which is turned by dragging; nothing can be drawn around in it.

// From where the cube is seen, its side being 1 and its middle the origin.
const CAMERA = { eye: { x: 1.25, y: 1.25, z: 1.25 }, center: { x: 0, y: 0, z: 0 }, up: { x: 0, y: 0, z: 1 } };
const FIELD = Math.PI / 4; // the angle that the plot shows from top to bottom, as Plotly has it
const AXES = ["x", "y", "z"];
const NEAREST = 0.3; // the camera to the middle; times the side of the cube
const FARTHEST = 6;
const BY_WHEEL = 0.0015; // how much nearer or farther a step of the wheel takes it, with Ctrl

class SolidMap extends ScatterMap {
  margin() {
    return 0;
  }

  layout(scene) {
    this.limits = scene.frames.limits[this.name];
    this.camera ??= CAMERA;
    const axis = { title: { text: "" }, showticklabels: false, showspikes: false, backgroundcolor: "rgba(0,0,0,0)", gridcolor: this.line, zeroline: false };
    const axes = AXES.map((name, at) => [`${name}axis`, { ...axis, range: this.limits[at] }]);
    return {
      autosize: true,
      margin: { l: 0, r: 0, t: 0, b: 0 },
      paper_bgcolor: "rgba(0,0,0,0)",
      showlegend: false,
      scene: { ...Object.fromEntries(axes), camera: this.camera, dragmode: "orbit", aspectmode: "cube" },
    };
  }

  // Points inside of a lasso and the faint others are two traces: one has one opacity here.
  traces(places, map, scene) {
    const every = [...scene.points.at.keys()].filter((i) => !scene.hidden?.[i]);
    this.parts = [every.filter((i) => !scene.inside || scene.inside[i]), every.filter((i) => scene.inside && !scene.inside[i])];
    const clouds = this.parts.map((part, faint) => {
      const { color, ...rest } = colouring(scene.colour);
      const colours = Array.isArray(color) || ArrayBuffer.isView(color) ? part.map((i) => color[i]) : color;
      const marker = { ...rest, size: 2.5, color: colours, line: { width: 0 }, ...(faint ? { opacity: FAINT } : {}) };
      const along = (axis) => part.map((i) => axis[i]);
      return { type: "scatter3d", mode: "markers", x: along(places.x), y: along(places.y), z: along(places.z), marker, hoverinfo: "none" };
    });
    const focus = scene.focusAt < 0 ? [] : [scene.focusAt];
    const ring = {
      type: "scatter3d",
      mode: "markers",
      x: focus.map((at) => map.x[at]),
      y: focus.map((at) => map.y[at]),
      z: focus.map((at) => map.z[at]),
      marker: { size: 9, symbol: "circle-open", color: this.ink, line: { width: 3, color: this.ink } },
      hoverinfo: "skip",
    };
    return [...clouds, ...this.streaks(map, scene), ring];
  }

  streaks(map, scene) {
    return streakTraces(map, scene).map((trace) => ({
      ...trace,
      type: "scatter3d",
      line: { ...trace.line, width: 3 },
      marker: { ...trace.marker, size: 4, line: { color: this.ground, width: 1 } },
    }));
  }

  placeOf(point) {
    if (point.customdata) return point.customdata;
    const i = this.parts[point.curveNumber]?.[point.pointNumber];
    return i === undefined ? null : { video: this.points.video[i], start: this.points.start[i] };
  }

  // While the map is turned, Plotly tells from where it is seen.
  renumber(moved = {}) {
    if (!this.ranks || !this.plot.classList.contains("js-plotly-plot")) return;
    this.camera = moved["scene.camera"] ?? this.camera;
    const { offsetWidth: width, offsetHeight: height } = this.plot;
    const seen = (place) => ({ ...place, ...seenAt(AXES.map((axis) => place[axis]), this.limits, this.camera, width / height) });
    this.numbers.show(this.ranks.map(seen), [[-1, 1], [-1, 1]]);
  }

  listen() {
    super.listen();
    // Plotly misses a click that is over before it has drawn again.
    this.plot.removeAllListeners("plotly_click");
    this.plot.on("plotly_hover", (event) => (this.over = this.placeOf(event.points[0])));
    this.plot.on("plotly_unhover", () => (this.over = null));
    let from = null;
    this.plot.onpointerdown = (event) => (from = event);
    this.plot.onclick = (event) => {
      if (this.numbers.at(event)) return;
      const { clientX, clientY } = event;
      const moved = from ? Math.hypot(clientX - from.clientX, clientY - from.clientY) : 0;
      if (moved <= DRAG_FROM) this.report.click(this.over);
    };
    // Its zoom goes on after the wheel has stopped, and tells nobody where it ends.
    this.plot.onwheel = (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page is scrolled, as over all else
      event.preventDefault();
      const { eye, center } = this.camera;
      const far = Math.hypot(...less(vector(eye), vector(center)));
      const wanted = far * Math.exp(event.deltaY * BY_WHEEL);
      const by = Math.min(FARTHEST, Math.max(NEAREST, wanted)) / far;
      const moved = Object.fromEntries(AXES.map((axis) => [axis, center[axis] + by * (eye[axis] - center[axis])]));
      window.Plotly.relayout(this.plot, { "scene.camera": { ...this.camera, eye: moved } });
    };
  }

  drag() {}

  reset(Plotly) {
    this.camera = CAMERA;
    if (!this.plot.classList.contains("js-plotly-plot")) return;
    Plotly.relayout(this.plot, { "scene.camera": CAMERA });
  }
}

// Where a place of three axes is seen: {x, y} from -1 (left, bottom) to 1; NaN behind the camera.
function seenAt(place, limits, { eye, center, up }, aspect) {
  const from = vector(eye);
  const ahead = unit(less(vector(center), from));
  const right = unit(cross(ahead, vector(up)));
  const above = cross(right, ahead);
  const inCube = place.map((value, at) => (value - limits[at][0]) / (limits[at][1] - limits[at][0]) - 0.5);
  const way = less(inCube, from);
  const depth = dot(way, ahead);
  const scale = depth > 0 ? 1 / (Math.tan(FIELD / 2) * depth) : NaN;
  return { x: (scale * dot(way, right)) / aspect, y: scale * dot(way, above) };
}

function vector({ x, y, z }) {
  return [x, y, z];
}

function less(a, b) {
  return a.map((value, at) => value - b[at]);
}

function dot(a, b) {
  return a.reduce((sum, value, at) => sum + value * b[at], 0);
}

function cross([a, b, c], [d, e, f]) {
  return [b * f - c * e, c * d - a * f, a * e - b * d];
}

function unit(a) {
  return a.map((value) => value / Math.sqrt(dot(a, a)));
}
