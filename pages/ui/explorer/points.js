// What does not change while the number of samples moves, kept in window.seqsel: `frames`, where
// every mapped frame lies on each map, and `cut`, how the videos are cut into sequences. They are
// sent by themselves, so that a move sends only the selection. `points.py` says how.

export default function ({ data }) {
  window.seqsel ??= {};
  if (data.runs) window.seqsel.cut = cutOf(data);
  else window.seqsel.frames = framesOf(data instanceof Uint8Array ? data : new Uint8Array(data));
  window.dispatchEvent(new Event("seqsel-points"));
}

function framesOf(bytes) {
  const headerSize = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerSize)));
  const { count, videos, limits } = header;
  let at = 4 + headerSize;
  const take = (Kind) => {
    const size = count * Kind.BYTES_PER_ELEMENT;
    const column = new Kind(bytes.slice(at, at + size).buffer);
    at += size;
    return column;
  };
  const frames = { ...header, index: take(Uint32Array), video: new Int32Array(count), first: [0], xy: {} };
  videos.forEach(([, , size], video) => {
    const from = frames.first[video];
    frames.video.fill(video, from, from + size);
    frames.first.push(from + size);
  });
  for (const [name, axes] of Object.entries(limits)) {
    const scaled = ([low, high]) => Float32Array.from(take(Uint16Array), (value) => low + ((high - low) * value) / 65535);
    const [x, y, z] = axes.map(scaled);
    frames.xy[name] = { x, y, z };
  }
  return frames;
}

function cutOf({ id, length, most, runs }) {
  const total = runs.reduce((sum, run) => sum + run[3], 0);
  const video = new Int32Array(total);
  const start = new Uint32Array(total);
  let at = 0;
  for (const [of, first, step, count] of runs) {
    for (let i = 0; i < count; i++, at++) {
      video[at] = of;
      start[at] = first + i * step;
    }
  }
  if (total <= most) return { id, length, total, count: total, video, start };
  const shown = Float64Array.from({ length: most }, (_, i) => Math.floor((i * (total - 1)) / (most - 1)));
  return {
    id,
    length,
    total,
    count: most,
    video: Int32Array.from(shown, (position) => video[position]),
    start: Uint32Array.from(shown, (position) => start[position]),
  };
}
