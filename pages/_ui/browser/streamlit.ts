/** How Streamlit's page says that it stands; both are missing where its markup is another one. */
interface Stand {
  testScriptState?: string | undefined;
  testConnectionState?: string | undefined;
}

const UNDER_WAY = new Set(["running", "rerunRequested"]);

/** How Streamlit's page stands now. */
export const stand = (): Stand => document.querySelector<HTMLElement>(".stApp")?.dataset ?? {};

/** Whether the server is reached, and at work on a run of the page or about to begin one. */
export const isRunUnderWay = ({ testScriptState, testConnectionState }: Stand = stand()): boolean =>
  testConnectionState === "CONNECTED" && UNDER_WAY.has(testScriptState ?? "");

/** Whether the server is reached, and no run goes on. */
export const isAtRest = ({ testScriptState, testConnectionState }: Stand = stand()): boolean =>
  testConnectionState === "CONNECTED" && testScriptState === "notRunning";

/** Whether a run can be asked for: none goes on, and the server is not known to be away. */
export const isFree = ({ testScriptState, testConnectionState }: Stand = stand()): boolean =>
  (testConnectionState ?? "CONNECTED") === "CONNECTED" && !UNDER_WAY.has(testScriptState ?? "");
