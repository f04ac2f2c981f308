// The points that are shown: sequences or frames, where they lie, what colour they have.

// Position of the mapped frame nearest to a frame of a video, or -1 if it has none.
function nearestFrame(frames, video, index) {
  const from = frames.first[video];
  const to = frames.first[video + 1];
  if (!(to > from)) return -1;
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (frames.index[middle] < index) low = middle + 1;
    else high = middle;
  }
  const after = Math.min(low, to - 1);
  const before = Math.max(after - 1, from);
  return index - frames.index[before] < frames.index[after] - index ? before : after;
}

// Every point with the mapped frame it lies at: {id, count, total, what, video, start, at}.
function pointsOf(kind, frames, cut) {
  if (kind === "Frames") {
    const { count, total, video, index } = frames;
    const at = Int32Array.from({ length: count }, (_, i) => i);
    return { id: `${frames.id}/frames`, count, total, what: "frames", length: 1, video, start: index, at };
  }
  const { count, total, video, start, length } = cut;
  const at = Int32Array.from(start, (first, i) => nearestFrame(frames, video[i], first + (length >> 1)));
  return { id: `${frames.id}/${cut.id}`, count, total, what: "sequences", length, video, start, at };
}

// Places of points on a map: {x, y, z}; z only where the map has one.
function placesOf(points, map) {
  const along = (axis) => axis && Float32Array.from(points.at, (at) => axis[at]);
  return { x: along(map.x), y: along(map.y), z: along(map.z) };
}

// Mapped frames along a sequence, at most `most`.
function streakOf(frames, { video, start }, length, most = 12) {
  const count = Math.min(length, most);
  const step = count > 1 ? (length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, i) => nearestFrame(frames, video, start + Math.round(i * step)));
}

// Which points lie in what the user drew around: a Uint8Array, or null for no region.
function insideOf(region, points, frames) {
  if (!region) return null;
  const inside = new Uint8Array(points.count);
  if (region.polygon) {
    const map = frames.xy[region.map];
    if (!map) return null;
    const { x, y } = placesOf(points, map);
    for (let i = 0; i < points.count; i++) inside[i] = inPolygon(region.polygon, x[i], y[i]);
  } else {
    for (let i = 0; i < points.count; i++) {
      const first = points.start[i];
      inside[i] = points.video[i] === region.video && first < region.stop && first + points.length > region.start;
    }
  }
  return inside;
}

// The scene with one group of points standing out, and only its selected sequences.
function litScene(scene, group) {
  const { points, frames, colour, inside, selected } = scene;
  const groups = groupsOf(colour.column, points, frames);
  const own = (video) => (colour.column === "video" ? video : frames.videos[video][1]) === group;
  return {
    ...scene,
    inside: Uint8Array.from(groups, (one, i) => one === group && (!inside || inside[i])),
    selected: selected.filter(({ video }) => own(video)),
  };
}

// The even-odd rule.
function inPolygon(polygon, x, y) {
  let odd = false;
  for (let a = 0, b = polygon.length - 1; a < polygon.length; b = a++) {
    const [ax, ay] = polygon[a];
    const [bx, by] = polygon[b];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) odd = !odd;
  }
  return odd;
}

// Values of 0 to 15, two in a byte, as `colours.py` packs them.
function unpackHalves(text, count) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return Uint8Array.from({ length: count }, (_, i) => (i & 1 ? bytes[i >> 1] >> 4 : bytes[i >> 1] & 15));
}

function groupsOf(column, points, frames) {
  if (column === "video") return points.video;
  return Int32Array.from(points.video, (video) => frames.videos[video][1]);
}
