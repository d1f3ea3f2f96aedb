"""From a key to the next item painted, in the browser's own time.

A press counts from the event's own time stamp (when the browser took it in) to the frame after the next item stands in
the page: a frame callback, then the first task after the paint.
"""

CLOCK = """
() => {
  window.waits = [];
  window.figures = [];
  const painted = (then) => requestAnimationFrame(() => {
    const after = new MessageChannel();
    after.port1.onmessage = then;
    after.port2.postMessage(null);
  });
  let pressed = null;
  const shown = () => document.querySelector('[role="region"][aria-label^="Item "]')?.getAttribute("aria-label");
  addEventListener("keydown", (event) => {
    if (!event.repeat) pressed = { at: event.timeStamp, item: shown() };
  }, true);
  new MutationObserver(() => {
    if (!pressed || shown() === pressed.item || !shown()) return;
    const { at } = pressed;
    pressed = null;
    painted(() => waits.push(performance.now() - at));
  }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  // Its title tells of how many labels the model is that the figure speaks of: it changes with every new figure.
  new MutationObserver(() => painted(() => figures.push((performance.timeOrigin + performance.now()) / 1000)))
    .observe(document.querySelector("a.accuracy"), { attributeFilter: ["title"] });
}
"""
