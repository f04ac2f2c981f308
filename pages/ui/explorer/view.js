// What is sent at every move: the view. The code that draws it, `explorer.js`, is sent once.

export default function (given) {
  let close = () => {};
  const show = () => {
    close = window.seqselExplorer(given);
  };
  if (window.seqselExplorer) show();
  else window.addEventListener("seqsel-explorer", show, { once: true });
  return () => {
    window.removeEventListener("seqsel-explorer", show);
    close();
  };
}
