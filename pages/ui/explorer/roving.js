// Many buttons, one stop of the Tab key: the arrow keys go from one to the next.

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };

class Roving {
  // The buttons are what `selector` finds in `box`, which stays while they come and go.
  constructor(box, selector) {
    this.box = box;
    this.selector = selector;
    box.addEventListener("keydown", (event) => this.go(event));
    box.addEventListener("focusin", (event) => event.target.matches(selector) && this.stop(event.target));
    this.stop();
  }

  // Make one button, else the first, the one that Tab comes to; again after buttons came.
  stop(button) {
    const every = [...this.box.querySelectorAll(this.selector)];
    const chosen = every.includes(button) ? button : every[0];
    for (const each of every) each.tabIndex = each === chosen ? 0 : -1;
  }

  go(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    const shown = [...this.box.querySelectorAll(this.selector)].filter((each) => each.offsetParent);
    const at = shown.indexOf(document.activeElement);
    if (at < 0) return;
    event.preventDefault();
    shown[Math.min(shown.length - 1, Math.max(0, at + step))].focus();
  }
}
