// Stops the clip above at one of its frames. In a clip every frame is shown equally long, so the
// middle of its time is that frame and no other.

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".stepper");
  const dialog = root.closest('[role="dialog"]');
  const { first, count, pictures } = data;
  let watched = null;
  let now = 0;

  // The clip may come after this, and another one in its place.
  const clip = () => {
    const found = dialog?.querySelector("video") ?? null;
    if (found && found !== watched) {
      watched = found;
      const tick = (_, { mediaTime }) => {
        if (found !== watched || !root.isConnected) return;
        if (found.paused === false) mark(Math.floor((mediaTime / found.duration) * count + 0.01));
        found.requestVideoFrameCallback(tick);
      };
      found.requestVideoFrameCallback?.(tick);
    }
    return found;
  };

  const mark = (at) => {
    now = Math.min(count - 1, Math.max(0, at));
    root.querySelector("output").textContent = `frame ${(first + now).toLocaleString("en")} · ${now + 1} of ${count}`;
    const near = pictures.reduce((best, one) => (Math.abs(one.at - now) < Math.abs(best.at - now) ? one : best));
    for (const button of frames) button.setAttribute("aria-current", Number(button.dataset.at) === near.at);
  };

  const show = (at) => {
    const found = clip();
    mark(at);
    if (frames.includes(document.activeElement)) frames.find((one) => one.ariaCurrent === "true").focus();
    if (!found?.duration) return;
    found.pause();
    found.currentTime = ((now + 0.5) / count) * found.duration;
  };

  const frames = pictures.map(({ at, src }) => {
    const button = document.createElement("button");
    const image = document.createElement("img");
    Object.assign(image, { src, alt: "" });
    button.append(image);
    button.dataset.at = at;
    button.ariaLabel = `Frame ${first + at}`;
    button.onclick = () => show(at);
    return button;
  });
  root.querySelector(".frames").replaceChildren(...frames);
  for (const button of root.querySelectorAll("[data-step]")) button.onclick = () => show(now + Number(button.dataset.step));

  const key = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("[data-testid=stDataFrame]")) return;
    if (step) show(now + step);
    else if (event.key === " " && (root.contains(event.target) || !event.target.closest("button"))) clip()?.[watched.paused ? "play" : "pause"]();
    else return;
    event.preventDefault();
    event.stopPropagation(); // the player would go by seconds, the page to the next sequence
  };
  dialog?.addEventListener("keydown", key, { capture: true });
  const timer = setInterval(() => clip() && clearInterval(timer), 200);
  mark(0);
  return () => {
    clearInterval(timer);
    watched = null;
    dialog?.removeEventListener("keydown", key, { capture: true });
  };
}
