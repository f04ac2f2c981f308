// What does not change while sliders move: where every sequence lies on each map. It is sent by
// itself, so that a move sends only the selection.

export default function ({ data }) {
  const bytes = data instanceof Uint8Array ? data : new Uint8Array(data);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerSize = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + headerSize)));
  let at = 4 + headerSize;
  const take = (Kind) => {
    const size = header.count * 4;
    const column = new Kind(bytes.slice(at, at + size).buffer);
    at += size;
    return column;
  };
  const points = { ...header, video: take(Int32Array), start: take(Int32Array), folder: take(Int32Array), seconds: take(Float32Array), xy: {} };
  for (const name of header.maps) points.xy[name] = { x: take(Float32Array), y: take(Float32Array) };
  window.seqselPoints = points;
  window.dispatchEvent(new Event("seqsel-points"));
}
