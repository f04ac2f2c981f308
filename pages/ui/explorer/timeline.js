// The timeline: one lane per video, its length true to scale, selected sequences marked.

const DRAG_FROM = 4; // pixels: less is a click
const MOST_RANKS = 60; // more numbers than this hide the lanes

class Timeline {
  // `report` is told of hover(place or null, event), click(place) and stretch(video, from, to).
  constructor(root, report) {
    this.lanes = root.querySelector(".lanes");
    this.axis = root.querySelector(".axis");
    this.report = report;
    this.keys = new Roving(this.lanes, ".mark");
    this.button = root.querySelector("[data-do=widths]");
    this.button.onclick = () => {
      this.button.setAttribute("aria-pressed", !this.sameWidth());
      this.draw(...this.drawn);
    };
  }

  // Whether every video is drawn over the whole width: true to scale, one of ten seconds cannot
  // be read beside one of an hour.
  sameWidth() {
    return this.button.getAttribute("aria-pressed") === "true";
  }

  // `scene` adds to the view: `selected` with rank, colour, stop and hidden.
  draw(view, scene) {
    this.drawn = [view, scene];
    const { lanes, unit } = view.timeline;
    const longest = this.sameWidth() ? 0 : Math.max(1e-9, ...lanes.map((lane) => lane.extent));
    const focused = this.lanes.contains(document.activeElement) ? document.activeElement.dataset.place : null;
    this.lanes.replaceChildren(...lanes.map((lane) => this.lane(lane, longest, view, scene)));
    for (const bar of this.lanes.querySelectorAll(".bar")) hideCovered(bar);
    const again = focused && this.lanes.querySelector(`[data-place="${focused}"]`);
    this.keys.stop(again);
    again?.focus();
    const [end, of] = longest ? [longest, unit] : [100, "%"];
    this.axis.replaceChildren(...ticks(end).map((at) => {
      const tick = element("span", "tick", at === 0 ? `0 ${of}` : String(at));
      tick.style.left = `${(100 * at) / end}%`;
      return tick;
    }));
  }

  lane(lane, longest, view, scene) {
    const row = element("div", "lane");
    row.classList.toggle("off", scene.hides(lane.video));
    const label = element("div", "name", lane.name);
    label.title = lane.name;
    const track = element("div", "track");
    const bar = element("div", "bar");
    bar.style.width = longest ? `${Math.max(0.4, (100 * lane.extent) / longest)}%` : "100%";
    bar.append(heat(lane.heat));
    for (const [from, to] of lane.bad) bar.append(place("bad", from, to, lane));
    for (const at of lane.cuts) bar.append(place("cut", at, at, lane));
    for (const [from, to] of lane.inside) bar.append(place("inside", from, to, lane));
    if (view.region?.video === lane.video) bar.append(place("stretch", view.region.start, view.region.stop, lane));
    this.listen(bar, lane);
    const here = scene.selected.filter((item) => item.video === lane.video);
    for (const item of here.sort((a, b) => a.start - b.start)) {
      bar.append(this.mark(item, lane, view));
      if (scene.selected.length <= MOST_RANKS) {
        const rank = element("span", "rank", item.rank);
        const share = (frame) => `${(100 * frame) / lane.frames}%`;
        rank.style.left = `max(${share(item.stop)}, ${share(item.start)} + var(--least))`;
        bar.append(rank);
      }
    }
    track.append(bar);
    row.append(label, track);
    return row;
  }

  mark(item, lane, view) {
    const mark = place("mark", item.start, item.stop, lane, "button");
    mark.dataset.place = `${item.video}:${item.start}`;
    mark.style.setProperty("--colour", item.colour);
    mark.setAttribute("aria-label", `Sequence ${item.rank}, frames ${item.start} to ${item.stop - 1} of ${lane.name}`);
    mark.classList.toggle("focused", view.focus?.video === item.video && view.focus.start === item.start);
    mark.onclick = (event) => {
      event.stopPropagation();
      this.report.click(item);
    };
    mark.onpointermove = (event) => {
      if (event.buttons) return; // a drag goes on over it
      event.stopPropagation();
      this.report.hover(item, event);
    };
    return mark;
  }

  // Pointing shows a picture, a click looks at the sequence there, a drag marks a stretch.
  listen(bar, lane) {
    let from = null;
    let drawn = null;
    const frameAt = (event) => {
      const box = bar.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
      return Math.min(lane.frames - 1, Math.floor(share * lane.frames));
    };
    const ends = (event) => {
      const [a, b] = [from.frame, frameAt(event)];
      return [Math.min(a, b), Math.max(a, b) + 1];
    };
    bar.onpointerdown = (event) => {
      from = { x: event.clientX, frame: frameAt(event) };
    };
    bar.onpointermove = (event) => {
      if (from && event.buttons && (drawn || Math.abs(event.clientX - from.x) > DRAG_FROM)) {
        if (!drawn) {
          bar.setPointerCapture(event.pointerId);
          bar.querySelector(".stretch")?.remove();
          bar.append((drawn = element("div", "stretch")));
        }
        const [start, stop] = ends(event);
        Object.assign(drawn.style, { left: `${(100 * start) / lane.frames}%`, width: `${(100 * (stop - start)) / lane.frames}%` });
        this.report.hover(null);
        return;
      }
      this.report.hover({ video: lane.video, frame: frameAt(event) }, event);
    };
    bar.onpointerup = (event) => {
      if (drawn) this.report.stretch(lane.video, ...ends(event));
      from = null;
    };
    bar.onpointercancel = () => {
      drawn?.remove();
      from = drawn = null;
    };
    bar.onpointerleave = () => this.report.hover(null);
    bar.onclick = (event) => {
      if (!drawn) this.report.click({ video: lane.video, frame: frameAt(event) });
      drawn = null; // the click that ends a drag
    };
  }
}

// Hide the numbers over which the mark of another sequence lies: a part of one says another.
function hideCovered(bar) {
  const ends = (box) => [box.offsetLeft, box.offsetLeft + box.offsetWidth];
  const marks = [...bar.querySelectorAll(".mark")].map(ends);
  const covered = [...bar.querySelectorAll(".rank")].filter((rank) => {
    const [left, right] = ends(rank);
    return marks.some(([from, to]) => from < right && to > left + 1);
  });
  for (const rank of covered) rank.classList.add("covered");
}

function element(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

function place(name, from, to, lane, tag = "div") {
  const made = element(tag, name);
  made.style.left = `${(100 * from) / lane.frames}%`;
  if (to > from) made.style.width = `${(100 * (to - from)) / lane.frames}%`;
  return made;
}

// Colours of RAMP, dark where something like it is selected, bright where nothing is.
function heat(values) {
  const canvas = element("canvas", "heat");
  canvas.width = Math.max(1, values.length);
  canvas.height = 1;
  const context = canvas.getContext("2d");
  values.forEach((value, at) => {
    context.fillStyle = rampColour(value / 255);
    context.fillRect(at, 0, 1, 1);
  });
  return canvas;
}

function rampColour(share, ramp = RAMP) {
  const above = ramp.findIndex(([at]) => at >= share);
  if (above <= 0) return ramp[above === 0 ? 0 : ramp.length - 1][1];
  const [[low, from], [high, to]] = [ramp[above - 1], ramp[above]];
  const part = (share - low) / (high - low);
  const mix = (at) => {
    const [a, b] = [parseInt(from.slice(at, at + 2), 16), parseInt(to.slice(at, at + 2), 16)];
    return Math.round(a + (b - a) * part);
  };
  return `rgb(${mix(1)}, ${mix(3)}, ${mix(5)})`;
}

// Four to eight round numbers from 0 on.
function ticks(longest) {
  const rough = longest / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough);
  const found = [];
  for (let at = 0; at <= longest; at += step) found.push(Number(at.toPrecision(6)));
  return found;
}
