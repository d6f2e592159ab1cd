// What axe-core finds wrong for people who do not see, or not well.

import axe from "axe-core";

/** Violations of WCAG 2.2 A and AA on this page as it stands: sentences. */
export async function violations(page) {
  await page.evaluate(axe.source);
  // Of what passes only one place each is described: that is a fifth of the work, and nobody reads it.
  const found = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] }));
  return found.violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}) at ${target}: ${failureSummary}`));
}
