/** Calls back when the frame that shows the present state of the page was handed to the screen. */
export function afterPaint(then: () => void): () => void {
  let wanted = true;
  requestAnimationFrame(() => {
    // The callback runs before its frame is painted; a task of its own runs after it.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      if (wanted) then();
    };
    port2.postMessage(null);
  });
  return () => {
    wanted = false;
  };
}
