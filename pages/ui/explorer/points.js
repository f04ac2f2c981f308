// What does not change while sliders move: where every sequence lies on each map. It is sent by
// itself, so that a move sends only the selection. `pack_points` says how it is packed.

export default function ({ data }) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
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
  const points = { ...header, start: take(header.wide ? Uint32Array : Uint16Array), xy: {} };
  points.video = new Int32Array(count);
  points.folder = new Int32Array(count);
  let first = 0;
  for (const [video, folder, size] of videos) {
    points.video.fill(video, first, first + size);
    points.folder.fill(folder, first, first + size);
    first += size;
  }
  const scaled = ([low, high]) => Float32Array.from(take(Uint16Array), (value) => low + ((high - low) * value) / 65535);
  for (const name of Object.keys(limits)) {
    points.xy[name] = { x: scaled(limits[name][0]), y: scaled(limits[name][1]) };
  }
  window.seqselPoints = points;
  window.dispatchEvent(new Event("seqsel-points"));
}
