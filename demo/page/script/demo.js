// The demo's own routes: steps, clock, start over.

/** The steps after number `after`, the time by the demo's clock, and how far ahead it is. */
export const stepsAfter = (after) => ask("GET", `/demo/steps?after=${after}`);

/** Puts the clocks of server and Microsoft forward together. */
export const advanceClock = (seconds) => ask("POST", "/demo/clock", { advance_seconds: seconds });

/** Empties everything. */
export const startOver = () => ask("POST", "/demo/start-over", {});

async function ask(method, path, body) {
  const headers = { "x-connect-outlook": "1" };
  if (body) headers["content-type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.status === 204 ? null : answer.json();
}
