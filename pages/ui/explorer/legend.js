// The legend: what the colours mean. Videos and folders can be switched off.

const MOST_ITEMS = 300;

class Legend {
  // `report` is told of changed(): other groups are hidden now; and of light(group): it is
  // pointed at, and shall stand out; undefined: none.
  constructor(box, report) {
    this.box = box;
    this.report = report;
    this.hidden = new Set();
    this.keys = new Roving(box, "button");
  }

  // `inside` says which points lie in a region; null: there is none.
  draw(colour, points, frames, inside = null, region = null) {
    const about = `${colour.kind}/${colour.column}/${frames.id}`;
    if (about !== this.about) this.hidden.clear();
    this.about = about;
    this.box.hidden = colour.kind === "none";
    const state = `${about}/${points.id}/${colour.low}/${colour.high}/${[...this.hidden]}/${JSON.stringify(region)}`;
    if (state === this.drawn) return;
    this.drawn = state;
    this.report.light(undefined); // what goes away is not left by the pointer
    if (colour.kind === "scale") this.box.replaceChildren(this.scale(colour));
    else if (colour.kind === "groups") this.box.replaceChildren(...this.groups(colour, points, frames, inside));
    this.keys.stop();
  }

  // Whether a video is switched off.
  hides(video, frames) {
    return this.hidden.has(this.about?.startsWith("groups/folder") ? frames.videos[video][1] : video);
  }

  scale({ low, high, by_rank: byRank }) {
    const made = element("span", byRank ? "scale ranks" : "scale");
    made.append(element("span", "", low), element("i", ""), element("span", "", high));
    return made;
  }

  groups({ column, colours }, points, frames, inside) {
    const counts = new Map();
    const held = new Map();
    groupsOf(column, points, frames).forEach((group, i) => {
      counts.set(group, (counts.get(group) ?? 0) + 1);
      if (inside?.[i]) held.set(group, (held.get(group) ?? 0) + 1);
    });
    const groups = [...counts.keys()].sort((a, b) => a - b);
    const items = groups.slice(0, MOST_ITEMS).map((group) => {
      const name = column === "video" ? frames.videos[group][0] : frames.folders[group];
      const item = element("button", "item");
      const [all, some] = [counts.get(group), held.get(group) ?? 0];
      const count = `${inside ? `${some.toLocaleString("en")} / ` : ""}${all.toLocaleString("en")}`;
      item.append(element("i", ""), element("span", "", name), element("small", "", count));
      item.classList.toggle("outside", Boolean(inside) && !some);
      item.style.setProperty("--share", inside ? some / all : 0);
      item.style.setProperty("--colour", colours[group % colours.length]);
      item.setAttribute("aria-pressed", !this.hidden.has(group));
      item.title = `${name}\nClick: show or hide. Double click, or Shift with a click or Enter: show only this.`;
      const toggle = () => this.change(() => this.hidden.delete(group) || this.hidden.add(group), group);
      const only = () => this.change(() => (this.hidden = new Set(groups.filter((one) => one !== group))), group);
      item.onclick = (event) => (event.shiftKey ? only() : toggle());
      item.ondblclick = only;
      item.onpointerenter = () => this.report.light(group);
      item.onfocus = () => item.matches(":focus-visible") && this.report.light(group);
      item.onpointerleave = item.onblur = () => this.report.light(undefined);
      item.dataset.group = group;
      return item;
    });
    const more = groups.length - items.length;
    if (more > 0) items.push(element("small", "", `and ${more.toLocaleString("en")} more`));
    if (groups.length > 1) {
      const all = element("button", "every", this.hidden.size ? "Show all" : "Hide all");
      all.onclick = () => this.change(() => (this.hidden = new Set(this.hidden.size ? [] : groups)));
      items.unshift(all);
      const taken = new Set(groups.map((group) => group % colours.length));
      if (taken.size < groups.length) items.splice(1, 0, element("small", "", `The ${colours.length} colours repeat`));
    }
    return items;
  }

  change(how, group) {
    how();
    this.report.changed();
    this.box.querySelector(group === undefined ? ".every" : `[data-group="${group}"]`)?.focus();
  }
}
