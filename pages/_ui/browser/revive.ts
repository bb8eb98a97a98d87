import { pause } from "./dom.ts";
import { isAtRest } from "./streamlit.ts";

/**
 * A connection lost just as a run begins leaves Streamlit's page empty and at rest. Whoever waits
 * there would wait for ever: start the page afresh.
 */
export async function revive(): Promise<void> {
  for (let empty = 0; empty < 3;) {
    await pause(1000);
    if (document.querySelector("[data-testid=stMain] [data-testid=stElementContainer]")) return;
    empty = isAtRest() ? empty + 1 : 0;
  }
  location.reload();
}
