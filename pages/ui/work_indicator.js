// A pill in the header: the work in progress, in words, with a ring that fills.

export default function ({ data, parentElement, setTriggerValue }) {
  const pill = parentElement.querySelector(".pill");
  pill.onclick = () => setTriggerValue("open", true);
  pill.hidden = !data.words;
  if (pill.hidden) return;
  pill.querySelector(".what").textContent = data.words;
  pill.querySelector(".short").textContent = data.short;
  pill.title = data.title;
  pill.classList.toggle("failed", Boolean(data.failed));
  pill.classList.toggle("unknown", data.share === null);
  pill.style.setProperty("--share", data.share ?? 0.25);
}
