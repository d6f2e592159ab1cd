// Times, sizes and names as people read them.

/** A short time for lists, seen from `now` (both unix seconds): `14:05`, `Yesterday`, `Tue`, `3 Nov`, `3 Nov 2024`. */
export function listTime(at, now) {
  const then = new Date(at * 1000);
  const days = daysBetween(then, new Date(now * 1000));
  if (days <= 0) return CLOCK.format(then);
  if (days === 1) return "Yesterday";
  if (days < 7) return WEEKDAY.format(then);
  return (days < 300 ? DAY : DAY_AND_YEAR).format(then);
}

/** Day and time in full. */
export const fullTime = (at) => FULL.format(new Date(at * 1000));

/** `14:05`. */
export const clockTime = (at) => CLOCK.format(new Date(at * 1000));

/** `14:05:09`. */
export const secondsTime = (at) => CLOCK_SECONDS.format(new Date(at * 1000));

/** The machine-readable form for `<time datetime>`. */
export const isoTime = (at) => new Date(at * 1000).toISOString();

/** `1 message`, `25 messages`. */
export const counted = (count, noun) => `${NUMBER.format(count)} ${noun}${count === 1 ? "" : "s"}`;

/** `1,204`. */
export const number = (value) => NUMBER.format(value);

/** `840 bytes`, `14.2 kB`. */
export const bytes = (count) => (count < 1000 ? `${count} bytes` : `${(count / 1000).toFixed(1)} kB`);

/** Two letters for a round picture. */
export function initials(name, address) {
  const words = (name || address || "?").split(/[\s.@_-]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0] ?? "?"];
  return letters.map((word) => [...word][0].toUpperCase()).join("");
}

/** A correspondent as one line. */
export const correspondent = (person) => person?.name || person?.address || "Unknown sender";

function daysBetween(then, now) {
  const midnight = (date) => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
  return Math.round((midnight(now) - midnight(then)) / 86_400_000);
}

const NUMBER = new Intl.NumberFormat("en");
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const CLOCK_SECONDS = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const WEEKDAY = new Intl.DateTimeFormat("en-GB", { weekday: "short" });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const DAY_AND_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });
const FULL = new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" });
