// How Chromium is started for stories. Nothing of it talks to the outside.

/** Its switches. `partitions` keeps the stores of frames of other sites apart, as it does for people and Playwright does not. */
export const switches = ({ partitions = false } = {}) => [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Of several lists Chromium takes the last.
  `--disable-features=${[...PLAYWRIGHTS, ...(partitions ? [] : ["ThirdPartyStoragePartitioning"]), ...ADDRESS_BAR].join(",")}`,
];

// What Playwright 1.65 switches off by itself, but for the partitions.
const PLAYWRIGHTS = [
  "AvoidUnnecessaryBeforeUnloadCheckSync",
  "DestroyProfileOnBrowserClose",
  "HttpsUpgrades",
  "HttpsFirstBalancedModeAutoEnable",
  "LensOverlay",
  "MediaRouter",
  "PaintHolding",
  "AvoidCorsURLLoaderRestartOnRedirect",
  "TcpPortRandomizationWin",
  "OptimizationHints",
  "NetworkTimeServiceQuerying",
  "AimEnabled",
  "PreconnectToSearch",
];

// Two pages of Chromium's own that wait in every window for somebody to type into its address bar, which nobody sees. They
// cost more than half of all that Chromium does for a story.
const ADDRESS_BAR = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup"];
